import KafkaProtocol
import NIOCore

/// Stands between one client and its broker, and may answer for it.
protocol FrontDoor: Sendable {
    /// What the client says.
    mutating func heard(_ frame: ByteBuffer) -> FrontVerdict
    /// What the broker says, as the client is to have it.
    mutating func answered(_ frame: ByteBuffer) -> ByteBuffer
}

enum FrontVerdict {
    case pass(ByteBuffer)
    case answer(ByteBuffer)
    case close

    static func answer<Response: KafkaResponse>(_ response: Response, _ version: Int16, _ id: Int32) -> Self {
        ByteBuffer(frameOf: response, version, id).map { .answer($0) } ?? .close
    }
}

/// A question that the broker answers with what it knows.
struct VersionsAsked: Sendable {
    var correlationId: Int32
    var version: Int16
}

extension ByteBuffer {
    init?<Response: KafkaResponse>(frameOf response: Response, _ version: Int16, _ id: Int32) {
        guard let parts = try? ResponseFrame.encode(response, apiVersion: version, correlationId: id) else {
            return nil
        }
        self = parts.reduce(into: ByteBuffer()) { whole, part in
            if case .bytes(let bytes) = part { whole.writeImmutableBuffer(bytes) }
        }
    }

    /// The answer to this question, with versions from 0 on that the door knows besides; nil where it is not that answer.
    func knowing(_ apis: [(key: APIKey, newest: Int16)], _ asked: VersionsAsked) -> ByteBuffer? {
        guard getInteger(at: readerIndex) == asked.correlationId,
            var (_, response) = try? ResponseFrame.decode(
                ApiVersionsResponse.self, apiVersion: asked.version, from: self)
        else { return nil }
        for (key, newest) in apis {
            var api = ApiVersionsResponse.ApiVersion()
            (api.apiKey, api.maxVersion) = (key.rawValue, newest)
            response.apiKeys.append(api)
        }
        return ByteBuffer(frameOf: response, asked.version, asked.correlationId)
    }
}
