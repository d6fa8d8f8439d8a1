import KafkaProtocol

/// What a consumer does where its position is gone, as `auto.offset.reset` says.
package enum OffsetReset: Hashable, Sendable {
    case earliest
    case latest

    var timestamp: Int64 { self == .earliest ? -2 : -1 }
}

/// One partition that a consumer reads, and how far.
///
/// ```
/// resetting --ListOffsets--> fetching <--OffsetForLeaderEpoch-- validating
///     ^                        |  |                                ^
///     +--OFFSET_OUT_OF_RANGE---+  +--- the leader epoch moved on --+
/// ```
/// `waiting` is for members whose position the group has not told yet. Invariant: while fetching, `position` is the offset
/// after the last record handed on, and `lastEpoch` the leader epoch of the batch before it (-1 if unknown).
struct FetchedPartition: Sendable {
    enum State: Hashable, Sendable {
        case waiting
        /// The position is asked for by time; `why` for the note, nil at the very start.
        case resetting(OffsetReset, from: Int64, why: String?)
        /// The log may have been truncated below the position: the leader is asked (KIP-320).
        case validating
        case fetching
    }

    let id: TopicPartition
    var state: State
    /// The topic that the position is in; zero where it is not known.
    var topicId = Uuid.zero
    var position: Int64 = 0
    var lastEpoch: Int32 = -1
    /// The leader and its epoch for which the position is known to hold.
    var leader = BrokerID.none
    var leaderEpoch: Int32 = -1
    var highWatermark: Int64?
    /// The request that is under way for it.
    var request: RequestID?
    var notBefore: Instant?
    var failures = 0
    /// Tries at the same broken batch.
    var corruptCount = 0
    /// A fetch that was sent after the end of the work has found nothing more.
    var isAtEnd = false

    init(id: TopicPartition, state: State) {
        self.id = id
        self.state = state
    }
}

/// What a fetcher hands on.
enum FetchOutcome: Sendable {
    case record(TopicPartition, offset: Int64, value: String)
    /// A first position, or another one after the old was gone.
    case positioned(TopicPartition, offset: Int64)
}
