import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// Who led a partition and who was in sync, since the console began to look.
///
/// Invariant: changes rise in time, and no change says the same as the one before it.
package struct PartitionPast: Hashable, Sendable {
    static let most = 200

    package struct Change: Hashable, Sendable {
        package var at: Instant
        package var leader: BrokerID?
        package var leaderEpoch: Int32
        package var isr: [BrokerID]

        fileprivate func says(_ other: Change) -> Bool {
            leader == other.leader && leaderEpoch == other.leaderEpoch && isr == other.isr
        }
    }

    package private(set) var changes: [Change] = []

    /// An event tells a change at its time; what is older than the last known is news that came late.
    mutating func note(_ change: Change) {
        guard let last = changes.last else { return changes.append(change) }
        if last.says(change) {
            // A picture may have shown it before its event arrived, which knows when it was.
            if change.at < last.at, changes.count < 2 || changes[changes.count - 2].at <= change.at {
                changes[changes.count - 1].at = change.at
            }
            return
        }
        guard change.at >= last.at, change.leaderEpoch >= last.leaderEpoch else { return }
        changes.append(change)
        if changes.count > Self.most { changes.removeFirst() }
    }

    /// The change that was the last at this time; nil before the first.
    func index(at instant: Instant) -> Int? {
        let next = changes.lowerBound { $0.at <= instant }
        return next == 0 ? nil : next - 1
    }
}

/// The past of every partition: from events, to the moment, and from pictures for what no event told.
package struct PartitionPasts: Hashable, Sendable {
    private var topics: [String: [Int32: PartitionPast]] = [:]
    /// The topics of the last picture.
    private var seen: [ClusterSnapshot.Topic] = []

    subscript(partition: TopicPartition) -> PartitionPast {
        topics[partition.topic]?[partition.partition] ?? PartitionPast()
    }

    mutating func note(_ event: ClusterEvent) {
        guard case .node(let event) = event else { return }
        switch event.kind {
        case .leaderElected(let partition, let leader, _, let epoch, let isr, _):
            note(
                PartitionPast.Change(
                    at: event.at, leader: leader == .none ? nil : leader, leaderEpoch: epoch, isr: isr),
                of: partition)
        case .isrChanged(let partition, _, let to, let epoch):
            // It does not say who leads: that has not changed.
            let leader = self[partition].changes.last?.leader
            note(PartitionPast.Change(at: event.at, leader: leader, leaderEpoch: epoch, isr: to), of: partition)
        case .topicDeleted(let name): topics[name] = nil
        default: break
        }
    }

    private mutating func note(_ change: PartitionPast.Change, of partition: TopicPartition) {
        topics[partition.topic, default: [:]][partition.partition, default: PartitionPast()].note(change)
    }

    mutating func observe(_ snapshot: ClusterSnapshot) {
        defer { seen = snapshot.topics }
        for (place, topic) in snapshot.topics.enumerated() {
            // What shares its storage with the last picture is passed over at no cost.
            if place < seen.count, seen[place].name == topic.name, seen[place].id == topic.id,
                seen[place].partitions == topic.partitions
            {
                continue
            }
            // Out and in again: changed in place, and the topic's name is looked up once.
            var pasts = topics.removeValue(forKey: topic.name) ?? [:]
            for index in topic.partitions.indices where !pasts.says(topic.partitions[index]) {
                let partition = topic.partitions[index]
                pasts[partition.index, default: PartitionPast()].note(
                    PartitionPast.Change(
                        at: snapshot.takenAt, leader: partition.leader, leaderEpoch: partition.leaderEpoch,
                        isr: partition.isr))
            }
            topics[topic.name] = pasts
        }
    }
}

extension [Int32: PartitionPast] {
    /// Whether the picture tells nothing new of the partition.
    fileprivate func says(_ partition: borrowing ClusterSnapshot.Partition) -> Bool {
        guard let known = self[partition.index]?.changes.last else { return false }
        return known.leader == partition.leader && known.leaderEpoch == partition.leaderEpoch
            && known.isr == partition.isr
    }
}

/// Which stretch of time the timelines show.
package struct TimeWindow: Hashable, Sendable {
    static let spans: [Int64] = [30, 120, 600, 3600, 21_600]

    /// Which of the spans is across the screen.
    var zoom = 1
    /// Where it ends; nil follows the present.
    var end: Instant?

    var seconds: Int64 { Self.spans[zoom] }
    var span: Duration { .seconds(seconds) }
}
