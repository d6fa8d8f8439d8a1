import NIOCore
import NIOSSL

/// TLS as the `ssl.` properties want it: read, checked and made once, for all connections of klamm's own.
struct TLSSettings: Sendable {
    private let context: NIOSSLContext
    /// Believes everybody: to look at a certificate that was not believed.
    private let credulous: TLSConfiguration
    /// What brokers' certificates are checked by, as an error names it.
    let trusted: String
    let hasCertificate: Bool

    init(_ configuration: ClientConfiguration) throws(WireSecurity.Failure) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = try Self.verification(configuration)
        trusted = try Self.trust(configuration, in: &tls).place
        try Self.present(configuration, in: &tls)
        credulous = Self.credulous(tls)
        hasCertificate = !tls.certificateChain.isEmpty
        do { context = try NIOSSLContext(configuration: tls) } catch {
            throw WireSecurity.Failure(
                description: hasCertificate
                    ? "the client's certificate and its key do not belong together"
                    : "TLS cannot be set up with these properties (\(TLSFailure.code(of: error)))")
        }
    }

    /// For one connection to this host, which its certificate must name.
    func handler(for host: String) throws -> NIOSSLClientHandler { try Self.handler(context, for: host) }

    static func handler(_ context: NIOSSLContext, for host: String) throws -> NIOSSLClientHandler {
        // An address is never sent; the certificate's addresses are checked by that of the connection.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    /// For servers that are no brokers: the world's authorities hold there, and those that brokers are trusted by. Checks
    /// that brokers are spared are made.
    static func strangers(
        _ configuration: ClientConfiguration
    ) throws(WireSecurity.Failure) -> (context: NIOSSLContext, trusted: String) {
        var (tls, brokers) = (TLSConfiguration.makeClientConfiguration(), TLSConfiguration.makeClientConfiguration())
        tls.minimumTLSVersion = .tlsv12
        let (place, own) = try trust(configuration, in: &brokers)
        if let own { tls.additionalTrustRoots = [own] }
        do {
            let trusted = own == nil ? place : "the system's certificates or \(place)"
            return (try NIOSSLContext(configuration: tls), trusted)
        } catch {
            throw WireSecurity.Failure(description: "TLS cannot be set up (\(TLSFailure.code(of: error)))")
        }
    }

    /// For one that only looks at who is there.
    func lookingHandler() throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: NIOSSLContext(configuration: credulous), serverHostname: nil)
    }

    private static func credulous(_ configuration: TLSConfiguration) -> TLSConfiguration {
        var credulous = configuration
        credulous.certificateVerification = .none
        return credulous
    }

    // MARK: The properties

    private static func verification(
        _ configuration: ClientConfiguration
    ) throws(WireSecurity.Failure) -> CertificateVerification {
        if let text = configuration["enable.ssl.certificate.verification"] {
            switch text.lowercased() {
            case "true": break
            case "false": return .none
            default:
                throw WireSecurity.Failure(
                    description: "enable.ssl.certificate.verification=\(text): it is true or false")
            }
        }
        switch configuration["ssl.endpoint.identification.algorithm"]?.lowercased() {
        case nil, "https": return .fullVerification
        case "none": return .noHostnameVerification
        case let text?:
            throw WireSecurity.Failure(
                description: "ssl.endpoint.identification.algorithm=\(text): it is https or none")
        }
    }

    /// Whom brokers are trusted by, and what of that is not the system's; nil for the system's alone.
    private static func trust(
        _ configuration: ClientConfiguration, in tls: inout TLSConfiguration
    ) throws(WireSecurity.Failure) -> (place: String, own: NIOSSLAdditionalTrustRoots?) {
        let system = "the system's certificates"
        if let path = configuration["ssl.ca.location"] {
            guard path != "probe" else { return (system, nil) }
            if KeyMaterial.isDirectory(path) {
                tls.trustRoots = .file(path)
                return ("ssl.ca.location=\(path)", .file(path))
            }
        }
        guard let material = try KeyMaterial(configuration, location: "ssl.ca.location", text: "ssl.ca.pem") else {
            return (system, nil)
        }
        let certificates = try certificates(in: material, isTrust: true)
        tls.trustRoots = .certificates(certificates)
        return (material.place, .certificates(certificates))
    }

    /// Who we are, for brokers that want to know.
    private static func present(
        _ configuration: ClientConfiguration, in tls: inout TLSConfiguration
    ) throws(WireSecurity.Failure) {
        if let path = configuration["ssl.keystore.location"] {
            let material = try KeyMaterial(file: path, property: "ssl.keystore.location")
            return try present(material, password: configuration["ssl.keystore.password"], in: &tls)
        }
        let certificate = try KeyMaterial(
            configuration, location: "ssl.certificate.location", text: "ssl.certificate.pem")
        let key = try KeyMaterial(configuration, location: "ssl.key.location", text: "ssl.key.pem")
        switch (certificate, key) {
        case (nil, nil): break
        case (let certificate?, let key?):
            tls.certificateChain = try certificates(in: certificate, isTrust: false).map { .certificate($0) }
            tls.privateKey = .privateKey(try Self.key(in: key, password: configuration["ssl.key.password"]))
        case (let certificate?, nil):
            throw WireSecurity.Failure(description: "\(certificate.place) needs its key: give ssl.key.location")
        case (nil, let key?):
            throw WireSecurity.Failure(description: "\(key.place) needs its certificate: give ssl.certificate.location")
        }
    }

    private static func present(
        _ material: KeyMaterial, password: String?, in tls: inout TLSConfiguration
    ) throws(WireSecurity.Failure) {
        switch material.form {
        case .pkcs12: break
        case .javaKeystore: throw .javaStore(material, isTrust: false)
        case .pem, .other:
            throw WireSecurity.Failure(description: "\(material.place) is no PKCS12 file")
        }
        let store = try PKCS12Store(material, password: password, passwordProperty: "ssl.keystore.password")
        guard let der = store.key else {
            throw WireSecurity.Failure(
                description: "\(material.place) holds no key: is it a truststore? That is ssl.truststore.location's")
        }
        do {
            tls.certificateChain = try store.certificates.map {
                .certificate(try NIOSSLCertificate(bytes: $0, format: .der))
            }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: der, format: .der))
        } catch {
            throw WireSecurity.Failure(description: "\(material.place) holds a kind of key that klamm does not know")
        }
    }

    private static func certificates(
        in material: KeyMaterial, isTrust: Bool
    ) throws(WireSecurity.Failure) -> [NIOSSLCertificate] {
        if material.form == .javaKeystore { throw .javaStore(material, isTrust: isTrust) }
        guard material.text.contains("-----BEGIN CERTIFICATE-----"),
            let certificates = try? NIOSSLCertificate.fromPEMBytes(material.bytes), !certificates.isEmpty
        else {
            throw WireSecurity.Failure(
                description: "\(material.place) holds no certificate in PEM (-----BEGIN CERTIFICATE-----)")
        }
        return certificates
    }

    private static func key(
        in material: KeyMaterial, password: String?
    ) throws(WireSecurity.Failure) -> NIOSSLPrivateKey {
        guard material.text.contains("PRIVATE KEY-----") else {
            throw WireSecurity.Failure(
                description: "\(material.place) holds no key in PEM (-----BEGIN PRIVATE KEY-----)")
        }
        // Said before anything asks for it on the terminal.
        let isEncrypted = material.text.contains("ENCRYPTED")
        if isEncrypted && password == nil {
            throw WireSecurity.Failure(description: "\(material.place) is encrypted: give ssl.key.password")
        }
        do {
            return try NIOSSLPrivateKey(bytes: material.bytes, format: .pem) { set in set(Array((password ?? "").utf8))
            }
        } catch {
            throw WireSecurity.Failure(
                description: isEncrypted
                    ? "\(material.place) does not open with this ssl.key.password"
                    : "\(material.place) holds a key that cannot be read")
        }
    }
}
