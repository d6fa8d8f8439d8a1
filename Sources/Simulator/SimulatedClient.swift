import KafkaBroker
import KafkaProtocol
import NIOCore

/// A producer, consumer or administrator of the simulation: a state machine like a broker. It speaks Kafka's own
/// protocol over connections that the world carries and breaks, and knows of the cluster only what its answers say.
///
/// Contract with the world, as for `Node`: actions are performed in order before the next input; `deadlineReached`
/// comes at or soon after `nextDeadline`, read again after every step. Randomness is a generator seeded at `init`.
package protocol SimulatedClient {
    /// Unique in a simulation, and the client id in its requests: "producer-1", "consumer-2".
    var name: String { get }
    mutating func step(_ input: ClientInput, now: Instant, into actions: inout [ClientAction])
    var nextDeadline: Instant? { get }
    /// Faults are over: finish what is under way, then come to rest. A client whose work is done says so by `isDone`.
    mutating func finish()
    var isDone: Bool { get }
}

/// What can happen to a client.
package enum ClientInput: Sendable {
    case connected(ConnectionID)
    /// The connection was refused, reset or closed; what was in flight on it may have had its effect or not.
    case disconnected(ConnectionID)
    /// One whole answer: response header and body, without the size before it.
    case received(ConnectionID, ByteBuffer)
    case deadlineReached
}

/// What a client wants done.
package enum ClientAction: Sendable {
    /// The client numbers its connections; the number is never used again, nor by another client (`ConnectionNumbers`).
    case connect(ConnectionID, to: BrokerID)
    /// One whole request: header and body, without the size before it.
    case send(ConnectionID, ByteBuffer)
    case close(ConnectionID)
    /// What the client did or learned, for the oracle and the trace.
    case note(ClientNote)
}

/// What a client knows for certain, told to the oracle in the order in which it came to know it.
package enum ClientNote: Hashable, Sendable {
    /// A producer begins. Without `keepsOrder` (several requests in flight, retries, not idempotent) a retry may come
    /// to lie behind records that were sent after it, and may double records; with it but not idempotent only double
    /// them.
    case opened(producer: String, acks: Int16, idempotent: Bool, keepsOrder: Bool)
    /// A record with this unique value enters the producer; retries of it are the same record.
    case sent(producer: String, record: String, TopicPartition, acks: Int16, idempotent: Bool)
    /// The broker confirmed it. The offset is -1 where acks=0 or a duplicate of unknown offset.
    case acknowledged(producer: String, record: String, TopicPartition, offset: Int64, acks: Int16)
    /// The producer gave up. `mayBeWritten` unless every try was refused before its effect.
    case failed(producer: String, record: String, TopicPartition, ErrorCode, mayBeWritten: Bool)
    /// Handed to the application, in this order.
    case delivered(consumer: String, group: String?, TopicPartition, offset: Int64, record: String)
    /// A member was handed or reset to this position by its group: it may commit from there on.
    case positioned(consumer: String, group: String, TopicPartition, offset: Int64)
    case commitSent(consumer: String, group: String, generation: Int32, TopicPartition, offset: Int64)
    case commitAcknowledged(consumer: String, group: String, generation: Int32, TopicPartition, offset: Int64)
    case commitRefused(consumer: String, group: String, generation: Int32, TopicPartition, ErrorCode)
    /// A consumer's OffsetFetch answered this; -1 for none.
    case fetchedCommit(consumer: String, group: String, TopicPartition, offset: Int64)
    /// A consumer found its position gone or diverged and was reset.
    case positionReset(consumer: String, TopicPartition, from: Int64, to: Int64, reason: String)
    /// A broker had no records for a consumer, before a high watermark that it had told.
    case foundNothing(consumer: String, TopicPartition, in: Range<Int64>, by: BrokerID)
    /// A consumer found a batch whose checksum is wrong, and did not hand it on.
    case corrupt(consumer: String, TopicPartition, offset: Int64)
    /// An administrator's request took effect: topics, settings, elections that were permitted.
    case administered(String)
    /// A prober's request that a broker must refuse was taken: "a sequence gap was appended".
    case wronglyAccepted(prober: String, String)
    /// An answer that no broker may give: unreadable, or not to the oldest request on its connection.
    case unexpected(client: String, String)
}
