import NIOCore
import NIOSSL

/// Why TLS did not come about, in words that say what to do.
package enum TLSFailure {
    package enum Kind: Hashable, Sendable {
        case notTrusted
        case otherName
        case notTLS
        case endedEarly
        case wantsCertificate
        case refusesCertificate
        case tooOld
        case other(String)
    }

    /// Nil for what is not TLS's.
    static func kind(of error: any Error) -> Kind? {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: .otherName
        case is NIOSSLExtraError: .other("\(error)")
        case NIOSSLError.handshakeFailed(let error): kind(of: error)
        case NIOSSLError.uncleanShutdown: .endedEarly
        case let error as NIOSSLError: .other("\(error)")
        case BoringSSLError.sslError(let stack), BoringSSLError.unknownError(let stack): kind(of: stack)
        case BoringSSLError.zeroReturn, BoringSSLError.syscallError: .endedEarly
        case let error as BoringSSLError: .other("\(error)")
        default: nil
        }
    }

    private static func kind(of stack: [BoringSSLInternalError]) -> Kind {
        if stack.contains(.eofDuringHandshake) { return .endedEarly }
        let text = stack.map(\.description).joined(separator: " ")
        func has(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        if has("CERTIFICATE_VERIFY_FAILED") { return .notTrusted }
        if has("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "INVALID_ALERT") { return .notTLS }
        if has("ALERT_CERTIFICATE_REQUIRED", "ALERT_HANDSHAKE_FAILURE") { return .wantsCertificate }
        if has("ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA", "ALERT_CERTIFICATE_", "ALERT_UNSUPPORTED_CERTIFICATE") {
            return .refusesCertificate
        }
        if has("UNSUPPORTED_PROTOCOL", "ALERT_PROTOCOL_VERSION") { return .tooOld }
        return .other(code(of: BoringSSLError.sslError(stack)))
    }

    /// BoringSSL's name for it, without numbers and its own source files.
    static func code(of error: any Error) -> String {
        let stack: [BoringSSLInternalError]
        switch error {
        case BoringSSLError.sslError(let errors), BoringSSLError.unknownError(let errors): stack = errors
        default: return "\(error)"
        }
        let names = stack.compactMap { error in
            let words = error.description.split(separator: " at ").first ?? ""
            return words.split(separator: ":").last
        }
        return names.isEmpty ? "no reason given" : names.joined(separator: ", ")
    }
}

extension TLSSettings {
    /// What stands after a broker's address.
    func words(_ kind: TLSFailure.Kind, plainProtocol: String) -> String {
        switch kind {
        case .notTrusted:
            "its certificate is not trusted by \(trusted): give the authority that signed it as ssl.ca.location"
        case .otherName:
            "its certificate was made for other names than this: give one of those in --bootstrap and the broker's "
                + "advertised.listeners, or check no names with ssl.endpoint.identification.algorithm=none"
        case .notTLS, .endedEarly:
            "it ended the TLS handshake as one that speaks no TLS there: give its TLS listener's port, or "
                + "security.protocol=\(plainProtocol)"
        case .wantsCertificate where !hasCertificate, .refusesCertificate where !hasCertificate:
            "it demands a client's certificate: give ssl.certificate.location and ssl.key.location, or "
                + "ssl.keystore.location"
        case .wantsCertificate, .refusesCertificate:
            "it does not accept klamm's certificate: an authority that the broker trusts must have signed it"
        case .tooOld: "it speaks no TLS 1.2 or 1.3"
        case .other(let code): "TLS failed (\(code))"
        }
    }
}
