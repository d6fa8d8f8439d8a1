import KafkaProtocol
import NIOCore

@testable import KafkaClient

/// The broker's side of a login, before anything else is let through.
struct SaslDoor: FrontDoor {
    /// What the mechanism says to a message: an answer and how long the session lasts, or why not.
    enum Judgement: Sendable {
        case welcome(lifetimeMilliseconds: Int64)
        case challenge([UInt8])
        case refusal(String)
    }

    var mechanism: String
    var judge: @Sendable ([UInt8]) -> Judgement
    private var isOpen = false
    private var versionsAsked: VersionsAsked?

    init(mechanism: String, judge: @escaping @Sendable ([UInt8]) -> Judgement) {
        self.mechanism = mechanism
        self.judge = judge
    }

    mutating func heard(_ frame: ByteBuffer) -> FrontVerdict {
        var rest = frame
        guard let header = try? RequestFrame.decodeHeader(from: &rest) else { return .close }
        let (version, id) = (header.requestApiVersion, header.correlationId)
        switch header.requestApiKey {
        case .apiVersions:
            versionsAsked = VersionsAsked(correlationId: id, version: version)
            return .pass(frame)
        case .saslHandshake:
            guard let request = try? SaslHandshakeRequest(decoding: rest, version: version) else { return .close }
            var response = SaslHandshakeResponse()
            response.mechanisms = [mechanism]
            response.errorCode = request.mechanism == mechanism ? .none : .unsupportedSaslMechanism
            return .answer(response, version, id)
        case .saslAuthenticate:
            guard let request = try? SaslAuthenticateRequest(decoding: rest, version: version) else { return .close }
            var response = SaslAuthenticateResponse()
            switch judge(Array(request.authBytes.readableBytesView)) {
            case .welcome(let lifetime):
                isOpen = true
                if version >= 1 { response.sessionLifetimeMs = lifetime }
            case .challenge(let bytes): response.authBytes = ByteBuffer(bytes: bytes)
            case .refusal(let reason):
                response.errorCode = .saslAuthenticationFailed
                response.errorMessage = reason
            }
            return .answer(response, version, id)
        default: return isOpen ? .pass(frame) : .close
        }
    }

    /// What the broker knows, and the login besides.
    mutating func answered(_ frame: ByteBuffer) -> ByteBuffer {
        guard let asked = versionsAsked,
            let more = frame.knowing(
                [(.saslHandshake, SaslHandshakeRequest.versions.upperBound), (.saslAuthenticate, 2)], asked)
        else { return frame }
        versionsAsked = nil
        return more
    }
}
