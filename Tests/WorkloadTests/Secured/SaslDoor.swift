import KafkaProtocol
import NIOCore

@testable import KafkaClient

/// The broker's side of a login, before anything else is let through.
struct SaslDoor: Sendable {
    enum Verdict {
        case pass(ByteBuffer)
        case answer(ByteBuffer)
        case close
    }

    /// What the mechanism says to a message: an answer and how long the session lasts, or why not.
    enum Judgement: Sendable {
        case welcome(lifetimeMilliseconds: Int64)
        case challenge([UInt8])
        case refusal(String)
    }

    var mechanism: String
    var judge: @Sendable ([UInt8]) -> Judgement
    private var isOpen = false
    private var versionsAsked: (correlationId: Int32, version: Int16)?

    init(mechanism: String, judge: @escaping @Sendable ([UInt8]) -> Judgement) {
        self.mechanism = mechanism
        self.judge = judge
    }

    mutating func heard(_ frame: ByteBuffer) -> Verdict {
        var rest = frame
        guard let header = try? RequestFrame.decodeHeader(from: &rest) else { return .close }
        let (version, id) = (header.requestApiVersion, header.correlationId)
        switch header.requestApiKey {
        case .apiVersions:
            versionsAsked = (id, version)
            return .pass(frame)
        case .saslHandshake:
            guard let request = try? SaslHandshakeRequest(decoding: rest, version: version) else { return .close }
            var response = SaslHandshakeResponse()
            response.mechanisms = [mechanism]
            response.errorCode = request.mechanism == mechanism ? .none : .unsupportedSaslMechanism
            return answer(response, version, id)
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
            return answer(response, version, id)
        default: return isOpen ? .pass(frame) : .close
        }
    }

    /// What the broker knows, and the login besides.
    mutating func answered(_ frame: ByteBuffer) -> ByteBuffer {
        guard let (id, version) = versionsAsked, frame.getInteger(at: frame.readerIndex) == id,
            var (_, response) = try? ResponseFrame.decode(ApiVersionsResponse.self, apiVersion: version, from: frame)
        else { return frame }
        versionsAsked = nil
        for (key, newest) in [(APIKey.saslHandshake, SaslHandshakeRequest.versions.upperBound), (.saslAuthenticate, 2)]
        {
            var api = ApiVersionsResponse.ApiVersion()
            (api.apiKey, api.maxVersion) = (key.rawValue, newest)
            response.apiKeys.append(api)
        }
        return encoded(response, version, id) ?? frame
    }

    private func answer<Response: KafkaResponse>(_ response: Response, _ version: Int16, _ id: Int32) -> Verdict {
        encoded(response, version, id).map { .answer($0) } ?? .close
    }

    private func encoded<Response: KafkaResponse>(_ response: Response, _ version: Int16, _ id: Int32) -> ByteBuffer? {
        guard let parts = try? ResponseFrame.encode(response, apiVersion: version, correlationId: id) else {
            return nil
        }
        return parts.reduce(into: ByteBuffer()) { whole, part in
            if case .bytes(let bytes) = part { whole.writeImmutableBuffer(bytes) }
        }
    }
}
