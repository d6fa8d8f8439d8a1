import KafkaProtocol
import NIOCore

/// What a fault must know of a request without reading its body.
package struct RequestHead: Sendable {
    package var api: APIKey
    package var version: Int16
    package var correlationId: Int32
    package var clientId: String?

    package init?(_ frame: ByteBuffer) {
        var rest = frame
        guard let header = try? RequestFrame.decodeHeader(from: &rest) else { return nil }
        api = header.requestApiKey
        version = header.requestApiVersion
        correlationId = header.correlationId
        clientId = header.clientId
    }
}
