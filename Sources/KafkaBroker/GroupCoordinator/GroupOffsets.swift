import KafkaProtocol
import OrderedCollections

/// What one group has committed, by partition.
///
/// Changed only by replaying committed records of `__consumer_offsets`; what is still on its way there is not seen.
package struct GroupOffsets: Sendable {
    package struct Committed: Hashable, Sendable {
        package var offset: Int64
        package var leaderEpoch: Int32
        package var metadata: String
        /// Milliseconds since 1970.
        package var commitTimestamp: Int64
        /// From requests that name their own retention; -1 to use the broker's.
        package var expireTimestamp: Int64

        init(_ value: OffsetCommitValue) {
            offset = value.offset
            leaderEpoch = value.leaderEpoch
            metadata = value.metadata
            commitTimestamp = value.commitTimestamp
            expireTimestamp = value.expireTimestamp
        }
    }

    /// In the order of first commit.
    package private(set) var committed: OrderedDictionary<TopicPartition, Committed> = [:]

    package var isEmpty: Bool { committed.isEmpty }
    package subscript(partition: TopicPartition) -> Committed? { committed[partition] }

    /// Sorted by topic and partition.
    package var partitions: [TopicPartition] { committed.keys.sorted() }

    /// Nil is a tombstone.
    mutating func replay(_ partition: TopicPartition, _ value: OffsetCommitValue?) {
        committed[partition] = value.map(Committed.init)
    }

    /// Partitions whose commit is over its time: `emptySince` is when the group lost its last member; nil for a group
    /// that only keeps offsets, where each commit's own age counts.
    func expired(emptySince: Int64?, retention: Duration, now: Instant) -> [TopicPartition] {
        let retentionMs = retention.wholeMilliseconds
        return partitions.filter { partition in
            guard let entry = committed[partition] else { return false }
            if entry.expireTimestamp >= 0 { return now.wallClockMilliseconds >= entry.expireTimestamp }
            let since = max(entry.commitTimestamp, emptySince ?? entry.commitTimestamp)
            return now.wallClockMilliseconds &- since >= retentionMs
        }
    }
}
