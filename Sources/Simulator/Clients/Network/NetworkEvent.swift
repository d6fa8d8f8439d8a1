import KafkaProtocol
import NIOCore

/// What a client's connections tell the client.
enum NetworkEvent: Sendable {
    /// The answer, header and body, to be read by whoever knows what was asked.
    case answered(RequestID, from: BrokerID, ByteBuffer)
    /// There will be no answer. `wasSent` unless the request certainly never left: its effect is unknown then.
    case failed(RequestID, wasSent: Bool)
    /// A request that gets no answer (acks=0) has left.
    case sent(RequestID)
    case metadataUpdated
}
