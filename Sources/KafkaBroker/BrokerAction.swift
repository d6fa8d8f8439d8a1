import KafkaProtocol
import NIOCore

/// What a broker or controller wants done. The driver performs actions in the order given.
package enum BrokerAction: Sendable {
    /// One whole answer. One without parts is not sent, but its request no longer counts among those in flight.
    case respond(ConnectionID, Answer)
    /// A frame to another node over the in-process link. Lost when the link or the peer is down.
    case send(to: BrokerID, PeerFrame)
    /// Make the file durable on a helper thread, then hand in `BrokerInput.flushed`.
    case flush(FlushID, FileID)
    /// Close a client's connection; a reason is logged once with the client's address.
    case close(ConnectionID, reason: String?)
    /// Something worth showing happened.
    case emit(BrokerEvent)
    /// Something that the ledger must know.
    case tell(RecordNews)
    /// Something that a record's journey is told from. By the topic's id too: another of the same name begins anew.
    case mark(TopicPartition, Uuid, LogMark)
    /// The orderly stop is done: the node may be dropped.
    case stopped
}

package enum PeerFrame: Sendable {
    case request(ByteBuffer)
    case response([Payload])
}
