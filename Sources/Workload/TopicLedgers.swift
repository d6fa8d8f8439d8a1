import DeliveryLedger
import KafkaClient
import KafkaCluster
import KafkaProtocol
import Synchronization

/// A ledger for each topic of the workload, so that each is judged by itself: illness and cure stand side by side.
package final class TopicLedgers: WorkloadObserver {
    /// In the order in which the topics were first heard of.
    private let topics = Mutex<[(name: String, ledger: WorkloadLedger)]>([])

    package init() {}

    package var verdicts: [(topic: String, verdict: DeliveryVerdict)] {
        topics.withLock { $0 }.map { ($0.name, $0.ledger.verdict) }
    }

    /// Somebody without a group has read these.
    package func read(_ records: [ConsumedRecord], by name: String) {
        byTopic(records, \.partition) { $0.read($1, by: name) }
    }

    package func finalRead() { for (_, ledger) in topics.withLock({ $0 }) { ledger.finalRead() } }

    /// Records before it may rightly be gone.
    package func retired(_ partition: TopicPartition, before offset: Int64) {
        ledger(of: partition.topic).retired(partition, before: offset)
    }

    /// What the cluster says of the topics that are known here: what may rightly be gone, and what is committed.
    package func take(_ cluster: ClusterSnapshot) {
        let known = topics.withLock { $0 }.map(\.name)
        for topic in cluster.topics where known.contains(topic.name) {
            for partition in topic.partitions {
                guard let start = partition.logStartOffset, start > 0 else { continue }
                retired(TopicPartition(topic: topic.name, partition: partition.index), before: start)
            }
        }
        for group in cluster.groups {
            for place in group.partitions where known.contains(place.partition.topic) {
                if let offset = place.committed { committed(offset, of: place.partition, by: group.id) }
            }
        }
    }

    /// The group's coordinator says so.
    package func committed(_ offset: Int64, of partition: TopicPartition, by group: String) {
        ledger(of: partition.topic).committed(offset, of: partition, by: group)
    }

    private func ledger(of topic: String) -> WorkloadLedger {
        topics.withLock { topics in
            if let known = topics.first(where: { $0.name == topic }) { return known.ledger }
            let ledger = WorkloadLedger()
            topics.append((topic, ledger))
            return ledger
        }
    }

    private func byTopic<Place>(
        _ places: [Place], _ partition: (Place) -> TopicPartition, _ tell: (WorkloadLedger, [Place]) -> Void
    ) {
        var topics: [String] = []
        for place in places where !topics.contains(partition(place).topic) { topics.append(partition(place).topic) }
        if topics.count == 1 { return tell(ledger(of: topics[0]), places) }
        for topic in topics { tell(ledger(of: topic), places.filter { partition($0).topic == topic }) }
    }

    // MARK: WorkloadObserver

    package func doubled(in topic: String) -> Int64? {
        topics.withLock { topics in topics.first { $0.name == topic }?.ledger }?.doubled ?? 0
    }

    package func attempted(_ sequences: ClosedRange<UInt>, of producer: String, topic: String) {
        ledger(of: topic).attempted(sequences, of: producer, topic: topic)
    }

    package func settled(_ id: RecordID, topic: String, _ outcome: ProducerOutcome) {
        ledger(of: topic).settled(id, topic: topic, outcome)
    }

    package func delivered(_ records: [ConsumedRecord], _ ids: [RecordID?], to member: GroupMember, poll: Int) {
        guard let topic = records.first?.partition.topic else { return }
        if records.allSatisfy({ $0.partition.topic == topic }) {
            return ledger(of: topic).delivered(records, ids, to: member, poll: poll)
        }
        byTopic(Array(zip(records, ids)), \.0.partition) {
            $0.delivered($1.map(\.0), $1.map(\.1), to: member, poll: poll)
        }
    }

    package func processed(
        _ record: ConsumedRecord, _ id: RecordID?, by member: GroupMember, _ outcome: WorkOutcome
    ) {
        ledger(of: record.partition.topic).processed(record, id, by: member, outcome)
    }

    package func committing(_ offsets: [GroupPosition], by member: GroupMember, attempt: Int) {
        byTopic(offsets, \.partition) { $0.committing($1, by: member, attempt: attempt) }
    }

    package func committed(_ results: [PartitionOffset], by member: GroupMember, attempt: Int) {
        byTopic(results, \.partition) { $0.committed($1, by: member, attempt: attempt) }
    }

    package func assigned(_ partitions: [TopicPartition], to member: GroupMember) {
        byTopic(partitions, \.self) { $0.assigned($1, to: member) }
    }

    package func repositioned(_ partitions: [TopicPartition], of member: GroupMember) {
        byTopic(partitions, \.self) { $0.repositioned($1, of: member) }
    }

    package func revoked(_ partitions: [TopicPartition], from member: GroupMember, lost: Bool) {
        byTopic(partitions, \.self) { $0.revoked($1, from: member, lost: lost) }
    }

    package func crashed(_ member: GroupMember) {
        for (_, ledger) in topics.withLock({ $0 }) { ledger.crashed(member) }
    }
}
