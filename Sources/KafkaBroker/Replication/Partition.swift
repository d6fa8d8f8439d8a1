import DequeModule
import KafkaProtocol
import KafkaStorage

/// One replica on this broker: its log, and what the broker is to it.
///
/// A class, so that a step may hold one while it changes the rest of the broker; only its broker refers to it.
final class Partition {
    enum Role {
        case leader(LeaderReplica)
        case follower(FollowerReplica)
        /// The disk failed; the replica neither serves nor copies until the broker starts anew.
        case offline(reason: String)
        /// Held only while a payload is being changed in place.
        case changing
    }

    /// Something that waits until the high watermark has passed an offset.
    struct Waiter {
        enum Kind: Hashable {
            /// One partition of a produce, at this place of its answer.
            case produce(ProduceID, topic: Int, partition: Int)
            case coordinator(CoordinatorAppendID)
        }

        /// The high watermark that is needed: the offset after the last record.
        var offset: Int64
        var kind: Kind
    }

    let slot: Int
    let id: TopicPartition
    let topicId: Uuid
    var log: UnifiedLog
    private(set) var role: Role
    /// The newest epoch that the metadata log gave this partition, whoever leads.
    var leaderEpoch: Int32 = -1
    var config: TopicConfig
    /// In the order of their offsets.
    var waiters: Deque<Waiter> = []
    /// Fetches that wait for something to happen here.
    var waitingFetches: [FetchID] = []
    /// Fetch sessions that are told when something happens here. Those that are gone are dropped when they are met.
    var watchers: [Int32] = []
    /// What a read has found that was not what was written, so that it is told once.
    var knownDamage: String?
    /// Whether it is in the broker's list of what has moved in this step.
    var isMarkedMoved = false
    /// Whether it was told that too few replicas are in sync for the high watermark to move.
    var isToldHeld = false
    /// Why the cleaner leaves this log alone until the broker starts anew: it has found damage.
    var uncleanable: String?
    /// A timer will ring when `flush.ms` asks for a flush.
    var awaitsFlush = false
    private var lastHighWatermark: Int64

    init(slot: Int, id: TopicPartition, topicId: Uuid, log: UnifiedLog, config: TopicConfig, highWatermark: Int64) {
        self.slot = slot
        self.id = id
        self.topicId = topicId
        self.log = log
        self.config = config
        role = .follower(FollowerReplica(leader: .none, leaderEpoch: -1))
        lastHighWatermark = highWatermark
    }

    var key: PartitionKey { PartitionKey(topicId: topicId, partition: id.partition) }

    var isLeader: Bool {
        if case .leader = role { true } else { false }
    }

    var follower: FollowerReplica? {
        if case .follower(let follower) = role { follower } else { nil }
    }

    var leader: LeaderReplica? {
        if case .leader(let leader) = role { leader } else { nil }
    }

    var highWatermark: Int64 {
        switch role {
        case .leader(let leader): leader.highWatermark
        case .follower, .offline, .changing: lastHighWatermark
        }
    }

    /// Changes the leader's side in place; nil where this replica does not lead.
    func withLeader<Result>(_ body: (inout LeaderReplica) -> Result) -> Result? {
        guard case .leader(var leader) = role else { return nil }
        role = .changing
        defer { role = .leader(leader) }
        return body(&leader)
    }

    func withFollower<Result>(_ body: (inout FollowerReplica) -> Result) -> Result? {
        guard case .follower(var follower) = role else { return nil }
        role = .changing
        defer { role = .follower(follower) }
        return body(&follower)
    }

    func become(_ next: Role) {
        lastHighWatermark = highWatermark
        role = next
    }

    /// A follower's high watermark is what its leader said, as far as its own log reaches.
    func followHighWatermark(_ leaderHighWatermark: Int64) {
        lastHighWatermark = min(max(leaderHighWatermark, log.logStartOffset), log.logEndOffset)
    }

    /// Adds a waiter in its place: the offsets of repeated batches may lie before those that came since.
    func wait(_ kind: Waiter.Kind, for offset: Int64) {
        var index = waiters.endIndex
        while index > waiters.startIndex, waiters[index - 1].offset > offset { index -= 1 }
        waiters.insert(Waiter(offset: offset, kind: kind), at: index)
    }
}
