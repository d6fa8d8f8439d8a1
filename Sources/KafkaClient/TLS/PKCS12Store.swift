import CCrypto

/// The certificates and the key of a PKCS12 file, in DER. Read by libcrypto: NIOSSL ends the program where a file has
/// certificates alone.
struct PKCS12Store {
    private(set) var key: [UInt8]?
    /// The key's own first.
    private(set) var certificates: [[UInt8]] = []

    init(_ material: KeyMaterial, password: String?, passwordProperty: String) throws(WireSecurity.Failure) {
        let store = material.bytes.withUnsafeBufferPointer { bytes in
            var next = bytes.baseAddress
            return d2i_PKCS12(nil, &next, bytes.count)
        }
        guard let store else {
            throw WireSecurity.Failure(
                description: "\(material.place) is damaged: it begins as PKCS12 does, and goes on otherwise")
        }
        defer { PKCS12_free(store) }
        let secret = password ?? ""
        guard PKCS12_mac_present(store) == 0 || PKCS12_verify_mac(store, secret, -1) == 1 else {
            let reason = password == nil ? "needs a password: give" : "does not open with this"
            throw WireSecurity.Failure(description: "\(material.place) \(reason) \(passwordProperty)")
        }
        if !read(store, secret) {
            // Old tools encrypt with RC2, which libcrypto keeps apart.
            guard OSSL_PROVIDER_load(nil, "legacy") != nil, OSSL_PROVIDER_load(nil, "default") != nil,
                read(store, secret)
            else {
                throw WireSecurity.Failure(
                    description: "\(material.place) is encrypted in a way that is not known here: make it anew with "
                        + "`openssl pkcs12 -export`")
            }
        }
        ERR_clear_error()
    }

    private mutating func read(_ store: OpaquePointer, _ password: String) -> Bool {
        var (privateKey, certificate, others): (OpaquePointer?, OpaquePointer?, OpaquePointer?)
        guard PKCS12_parse(store, password, &privateKey, &certificate, &others) == 1 else { return false }
        defer {
            EVP_PKEY_free(privateKey)
            X509_free(certificate)
            for index in 0..<max(0, OPENSSL_sk_num(others)) {
                X509_free(OPENSSL_sk_value(others, index).map { OpaquePointer($0) })
            }
            OPENSSL_sk_free(others)
        }
        key = privateKey.map { key in Self.encoded { i2d_PrivateKey(key, $0) } }
        certificates = certificate.map { certificate in [Self.encoded { i2d_X509(certificate, $0) }] } ?? []
        for index in 0..<max(0, OPENSSL_sk_num(others)) {
            guard let other = OPENSSL_sk_value(others, index) else { continue }
            certificates.append(Self.encoded { i2d_X509(OpaquePointer(other), $0) })
        }
        return true
    }

    private static func encoded(
        _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, Int(encode(nil))))
        bytes.withUnsafeMutableBufferPointer { buffer in
            var next = buffer.baseAddress
            if next != nil { _ = encode(&next) }
        }
        return bytes
    }

    /// Its certificates for who reads nothing else.
    var certificatesAsPEM: String {
        certificates.map { certificate in
            var text = "-----BEGIN CERTIFICATE-----\n"
            var rest = Base64.encode(certificate)[...]
            while !rest.isEmpty {
                text += rest.prefix(64) + "\n"
                rest = rest.dropFirst(64)
            }
            return text + "-----END CERTIFICATE-----\n"
        }.joined()
    }
}
