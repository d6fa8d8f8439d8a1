import CCrypto

/// The hash functions that SCRAM is made of, as libcrypto has them. It fails only where it has no memory: what comes out is
/// empty then, and the login is refused.
package enum SHA2: String, Hashable, Sendable {
    case sha256 = "SHA-256"
    case sha512 = "SHA-512"

    private var digest: OpaquePointer? { self == .sha256 ? EVP_sha256() : EVP_sha512() }
    private var bytes: Int { self == .sha256 ? 32 : 64 }

    package func hash(_ message: [UInt8]) -> [UInt8] {
        filled { EVP_Digest(message, message.count, $0, nil, digest, nil) == 1 }
    }

    /// RFC 2104.
    package func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        filled { HMAC(digest, key, Int32(clamping: key.count), message, message.count, $0, nil) != nil }
    }

    /// PBKDF2 with one block of output: what SCRAM calls Hi.
    package func stretched(_ password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        password.withUnsafeBytes { password in
            filled {
                PKCS5_PBKDF2_HMAC(
                    password.bindMemory(to: CChar.self).baseAddress, Int32(clamping: password.count), salt,
                    Int32(clamping: salt.count), Int32(clamping: iterations), digest, Int32(bytes), $0) == 1
            }
        }
    }

    private func filled(_ fill: (UnsafeMutablePointer<UInt8>?) -> Bool) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: bytes)
        let isFilled = result.withUnsafeMutableBufferPointer { fill($0.baseAddress) }
        return isFilled ? result : []
    }
}
