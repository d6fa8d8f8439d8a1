import DeliveryLedger
import KafkaClient
import KafkaCluster
import KafkaProtocol
import Synchronization

/// A ledger for each topic of the workload, so that each is judged by itself: illness and cure stand side by side.
///
/// Records count as the workload's if their producer was heard of: a value that only looks like one of klamm's, of another
/// application or of an earlier run, is not judged.
package final class TopicLedgers: WorkloadObserver {
    private struct Entry {
        var name: String
        var ledger = WorkloadLedger()
        /// Nil before the cluster was seen to have it.
        var id: Uuid?
    }

    /// In the order in which the topics were first heard of.
    private let topics = Mutex<[Entry]>([])
    private let producers = Mutex(Producers())

    /// Those that were heard of, of any topic. The same one mostly comes several times in a row.
    private struct Producers {
        var names: Set<String> = []
        var last = ""

        mutating func contains(_ name: String) -> Bool {
            if name == last { return true }
            guard names.contains(name) else { return false }
            last = name
            return true
        }
    }

    package init() {}

    package var verdicts: [(topic: String, verdict: DeliveryVerdict)] {
        topics.withLock { $0 }.map { ($0.name, $0.ledger.verdict) }
    }

    /// Somebody without a group has read these.
    package func read(_ records: [ConsumedRecord], by name: String) {
        var names = RecordIDReader()
        byTopic(records, records.map { names.id(of: $0) }) { $0.read($1, $2, by: name) }
    }

    package func finalRead() { for entry in topics.withLock({ $0 }) { entry.ledger.finalRead() } }

    /// Records before it may rightly be gone.
    package func retired(_ partition: TopicPartition, before offset: Int64) {
        ledger(of: partition.topic).retired(partition, before: offset)
    }

    /// What the cluster says of the topics that are known here: what may rightly be gone, and what is committed.
    package func take(_ cluster: ClusterSnapshot) {
        let known = topics.withLock { $0 }.map(\.name)
        for topic in cluster.topics where known.contains(topic.name) {
            tellApart(topic)
            for partition in topic.partitions {
                let whole = max(partition.logStartOffset ?? 0, partition.cleanedUpTo ?? 0)
                if whole > 0 { retired(TopicPartition(topic: topic.name, partition: partition.index), before: whole) }
            }
        }
        for group in cluster.groups {
            for place in group.partitions where known.contains(place.partition.topic) {
                if let offset = place.committed { committed(offset, of: place.partition, by: group.id) }
            }
        }
    }

    /// A topic that was deleted and made anew is judged anew: the same offsets mean something else there.
    private func tellApart(_ topic: ClusterSnapshot.Topic) {
        topics.withLock { topics in
            guard let index = topics.firstIndex(where: { $0.name == topic.name }) else { return }
            if topics[index].id.map({ $0 != topic.id }) ?? false { topics[index].ledger = WorkloadLedger() }
            topics[index].id = topic.id
        }
    }

    /// The group's coordinator says so.
    package func committed(_ offset: Int64, of partition: TopicPartition, by group: String) {
        ledger(of: partition.topic).committed(offset, of: partition, by: group)
    }

    private func ledger(of topic: String) -> WorkloadLedger {
        topics.withLock { topics in
            if let known = topics.first(where: { $0.name == topic }) { return known.ledger }
            topics.append(Entry(name: topic))
            return topics[topics.count - 1].ledger
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

    /// Of records the names of those that count. A page is mostly of one topic.
    private func byTopic(
        _ records: [ConsumedRecord], _ ids: [RecordID?],
        _ tell: (WorkloadLedger, [ConsumedRecord], [RecordID?]) -> Void
    ) {
        guard let topic = records.first?.partition.topic else { return }
        let ids = known(ids)
        if records.allSatisfy({ $0.partition.topic == topic }) { return tell(ledger(of: topic), records, ids) }
        byTopic(Array(zip(records, ids)), \.0.partition) { tell($0, $1.map(\.0), $1.map(\.1)) }
    }

    // MARK: WorkloadObserver

    package func doubled(in topic: String) -> Int64? {
        topics.withLock { topics in topics.first { $0.name == topic }?.ledger }?.doubled ?? 0
    }

    package func processedAgain(by group: String) -> Int64? {
        topics.withLock { $0.map(\.ledger) }.reduce(0) { $0 + ($1.processedAgain(by: group) ?? 0) }
    }

    package func attempted(_ sequences: ClosedRange<UInt>, of producer: String, topic: String) {
        producers.withLock { if !$0.contains(producer) { $0.names.insert(producer) } }
        ledger(of: topic).attempted(sequences, of: producer, topic: topic)
    }

    package func settled(_ id: RecordID, topic: String, _ outcome: ProducerOutcome) {
        ledger(of: topic).settled(id, topic: topic, outcome)
    }

    package func delivered(_ records: [ConsumedRecord], _ ids: [RecordID?], to member: GroupMember, poll: Int) {
        byTopic(records, ids) { $0.delivered($1, $2, to: member, poll: poll) }
    }

    package func processed(
        _ record: ConsumedRecord, _ id: RecordID?, by member: GroupMember, _ outcome: WorkOutcome
    ) {
        guard isKnown(id) else { return }
        ledger(of: record.partition.topic).processed(record, id, by: member, outcome)
    }

    /// Nil for those whose producer nobody has heard of.
    private func known(_ ids: [RecordID?]) -> [RecordID?] {
        producers.withLock { producers in
            func isKnown(_ id: RecordID?) -> Bool { id.map { producers.contains($0.producer) } ?? true }
            return ids.allSatisfy(isKnown) ? ids : ids.map { isKnown($0) ? $0 : nil }
        }
    }

    private func isKnown(_ id: RecordID?) -> Bool {
        id.map { id in producers.withLock { $0.contains(id.producer) } } ?? true
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
        for entry in topics.withLock({ $0 }) { entry.ledger.crashed(member) }
    }
}
