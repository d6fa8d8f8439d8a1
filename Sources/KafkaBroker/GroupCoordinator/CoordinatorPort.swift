import KafkaProtocol
import NIOCore

/// An append that a coordinator has asked for.
package struct CoordinatorAppendID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// What its broker tells a coordinator.
///
/// A coordinator is a pure machine inside the broker: `step(_ input:, metadata:, now:, into:)`. The broker hands in one
/// input at a time and performs the actions, in order, before the next.
package enum CoordinatorInput: Sendable {
    /// A request for a group API, body only. Answered, now or later, by `CoordinatorAction.respond` with this context.
    /// `clientHost` is the client's address without its port.
    case request(RequestContext, clientHost: String, body: ByteBuffer)
    /// This broker has begun to lead the partition of the coordinator's topic: its groups are to be loaded by
    /// `CoordinatorAction.read` before they are served (COORDINATOR_LOAD_IN_PROGRESS until then).
    case elected(partition: Int32, leaderEpoch: Int32)
    /// It leads on under another epoch: what it has loaded holds.
    case electedAgain(partition: Int32, leaderEpoch: Int32)
    /// It no longer leads: waiting answers become NOT_COORDINATOR, state is dropped. Appends that were under way are not
    /// reported any more.
    case resigned(partition: Int32)
    /// Whole batches of the partition from the offset asked for on, at most as many bytes as asked for (but at least one
    /// batch). `isEnd` says that they reach the log end as it was at the election: loading is done. `batches` is empty
    /// only at the end.
    case read(partition: Int32, batches: ByteBuffer, nextOffset: Int64, isEnd: Bool)
    /// The disk could not be read; the partition's groups stay unavailable.
    case readFailed(partition: Int32, reason: String)
    /// The records are in the leader's log: replay them now. Comes at once after `append`, before any other input.
    case appended(CoordinatorAppendID, baseOffset: Int64)
    /// The records are committed (the high watermark has passed them): answers that wait for them may go. May come at
    /// once after `appended`.
    case committed(CoordinatorAppendID)
    /// The records were not appended (NOT_ENOUGH_REPLICAS, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR ...), or are in
    /// the log but did not become committed within the time given (REQUEST_TIMED_OUT).
    case appendFailed(CoordinatorAppendID, ErrorCode)
    /// Topics are gone: their committed offsets are to be removed.
    case topicsDeleted([String])
    /// `nextDeadline` has passed.
    case deadlineReached
}

/// What a coordinator asks of its broker.
package enum CoordinatorAction: Sendable {
    /// One whole answer, made by `ResponseFrame.encode`.
    case respond(RequestContext, [Payload])
    /// The body cannot be read: close the client's connection, saying why.
    case malformed(RequestContext, reason: String)
    /// Append one record batch (made by `RecordBatchBuilder`, base offset 0) to the partition, as its leader, with the
    /// guarantee of acks=all. Reported by `appended`, then `committed`; or by `appendFailed`.
    case append(CoordinatorAppendID, partition: Int32, batch: ByteBuffer, timeout: Duration)
    /// Read on from the offset (begin with 0: what lies before the log start is skipped). The answer comes in a later
    /// slice, so that heartbeats go on while a long log is loaded.
    case read(partition: Int32, from: Int64, maxBytes: Int)
    case emit(BrokerEvent.Kind)
}
