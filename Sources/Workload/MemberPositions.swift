import KafkaClient
import KafkaCluster
import KafkaProtocol
import Synchronization

/// Where one member stands in the partitions that it owns, and how much of that it has stored for the next commit.
final class MemberPositions: Sendable {
    private struct State {
        var handedOut: [TopicPartition: Int64] = [:]
        var stored: [TopicPartition: Int64] = [:]
        var consumed: Int64 = 0
    }
    private let state = Mutex(State())

    func handedOut(_ record: ConsumedRecord) {
        state.withLock { state in
            state.handedOut[record.partition] = record.offset + 1
            state.consumed += 1
        }
    }

    func revoked(_ partitions: [TopicPartition]) {
        state.withLock { state in
            for partition in partitions {
                state.handedOut[partition] = nil
                state.stored[partition] = nil
            }
        }
    }

    /// What has been handed out and not stored yet; from now on it counts as stored.
    func takeUnstored() -> [PartitionOffset] {
        state.withLock { state in
            let unstored = state.handedOut.filter { state.stored[$0.key] != $0.value }
            state.stored.merge(unstored) { _, new in new }
            return unstored.map { PartitionOffset($0.key, $0.value) }
        }
    }

    var consumed: Int64 { state.withLock { $0.consumed } }
    var positions: [GroupPosition] {
        state.withLock { $0.handedOut }.map { GroupPosition(partition: $0.key, position: $0.value) }
    }
}
