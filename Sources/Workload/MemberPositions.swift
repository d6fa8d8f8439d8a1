import KafkaClient
import KafkaCluster
import KafkaProtocol
import Synchronization

/// Where one member stands in the partitions that it owns, and what it has done so far.
final class MemberPositions: Sendable {
    struct Counts: Sendable {
        var consumed: Int64 = 0
        /// Among them.
        var consumedOfOthers: Int64 = 0
        var processed: Int64 = 0
        var skippedDuplicates: Int64 = 0
        var errors: Int64 = 0
        var deadLettered: Int64 = 0
        var failedCommits: Int64 = 0

        static func + (left: Self, right: Self) -> Self {
            Counts(
                consumed: left.consumed + right.consumed,
                consumedOfOthers: left.consumedOfOthers + right.consumedOfOthers,
                processed: left.processed + right.processed,
                skippedDuplicates: left.skippedDuplicates + right.skippedDuplicates,
                errors: left.errors + right.errors, deadLettered: left.deadLettered + right.deadLettered,
                failedCommits: left.failedCommits + right.failedCommits)
        }
    }
    private struct State {
        var handedOut: [TopicPartition: Int64] = [:]
        var counts = Counts()
        var isAtWork = false
    }
    private let state = Mutex(State())

    func handedOut(_ record: ConsumedRecord, isOfOthers: Bool) {
        state.withLock { state in
            state.handedOut[record.partition] = record.offset + 1
            state.counts.consumed += 1
            if isOfOthers { state.counts.consumedOfOthers += 1 }
            state.isAtWork = true
        }
    }

    /// The batch at hand is over, whatever came of it.
    func rests() { state.withLock { $0.isAtWork = false } }

    var isAtWork: Bool { state.withLock { $0.isAtWork } }

    func revoked(_ partitions: [TopicPartition]) {
        state.withLock { state in
            for partition in partitions { state.handedOut[partition] = nil }
        }
    }

    func count(_ change: (inout Counts) -> Void) { state.withLock { change(&$0.counts) } }

    var counts: Counts { state.withLock { $0.counts } }
    var positions: [GroupPosition] {
        state.withLock { $0.handedOut }.map { GroupPosition(partition: $0.key, position: $0.value) }
    }
}
