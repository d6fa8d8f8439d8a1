import DeliveryLedger
import KafkaClient
import KafkaCluster
import KafkaProtocol
import Synchronization

/// A ledger for each topic of the workload, so that each is judged by itself: illness and cure stand side by side.
package final class TopicLedgers: WorkloadObserver {
    private struct State {
        /// In the order in which the topics were first heard of.
        var topics: [(name: String, ledger: WorkloadLedger)] = []
        /// Producers write to one topic each.
        var topicOfProducer: [String: String] = [:]
    }
    private let state = Mutex(State())

    package init() {}

    package var verdicts: [(topic: String, verdict: DeliveryVerdict)] {
        state.withLock { $0.topics }.map { ($0.name, $0.ledger.verdict) }
    }

    /// Somebody without a group has read these.
    package func read(_ records: [ConsumedRecord], by name: String) {
        for record in records { ledger(of: record.partition.topic).read([record], by: name) }
    }

    package func finalRead() { for (_, ledger) in state.withLock({ $0.topics }) { ledger.finalRead() } }

    /// Records before it may rightly be gone.
    package func retired(_ partition: TopicPartition, before offset: Int64) {
        ledger(of: partition.topic).retired(partition, before: offset)
    }

    /// The group's coordinator says so.
    package func committed(_ offset: Int64, of partition: TopicPartition, by group: String) {
        ledger(of: partition.topic).committed(offset, of: partition, by: group)
    }

    private func ledger(of topic: String) -> WorkloadLedger {
        state.withLock { state in
            if let known = state.topics.first(where: { $0.name == topic }) { return known.ledger }
            let ledger = WorkloadLedger()
            state.topics.append((topic, ledger))
            return ledger
        }
    }

    private func byTopic<Place>(
        _ places: [Place], _ partition: (Place) -> TopicPartition, _ tell: (WorkloadLedger, [Place]) -> Void
    ) {
        var topics: [String] = []
        for place in places where !topics.contains(partition(place).topic) { topics.append(partition(place).topic) }
        for topic in topics { tell(ledger(of: topic), places.filter { partition($0).topic == topic }) }
    }

    // MARK: WorkloadObserver

    package func attempted(_ id: RecordID, topic: String, partition: Int32?, at: Instant) {
        state.withLock { $0.topicOfProducer[id.producer] = topic }
        ledger(of: topic).attempted(id, topic: topic, partition: partition, at: at)
    }

    package func settled(_ id: RecordID, _ outcome: ProducerOutcome, at: Instant) {
        guard let topic = state.withLock({ $0.topicOfProducer[id.producer] }) else { return }
        ledger(of: topic).settled(id, outcome, at: at)
    }

    package func delivered(_ record: ConsumedRecord, to member: GroupMember, poll: Int, at: Instant) {
        ledger(of: record.partition.topic).delivered(record, to: member, poll: poll, at: at)
    }

    package func processed(_ record: ConsumedRecord, by member: GroupMember, _ outcome: WorkOutcome, at: Instant) {
        ledger(of: record.partition.topic).processed(record, by: member, outcome, at: at)
    }

    package func committing(_ offsets: [GroupPosition], by member: GroupMember, attempt: Int, at: Instant) {
        byTopic(offsets, \.partition) { $0.committing($1, by: member, attempt: attempt, at: at) }
    }

    package func committed(_ results: [PartitionOffset], by member: GroupMember, attempt: Int, at: Instant) {
        byTopic(results, \.partition) { $0.committed($1, by: member, attempt: attempt, at: at) }
    }

    package func assigned(_ partitions: [TopicPartition], to member: GroupMember, at: Instant) {
        byTopic(partitions, \.self) { $0.assigned($1, to: member, at: at) }
    }

    package func repositioned(_ partitions: [TopicPartition], of member: GroupMember, at: Instant) {
        byTopic(partitions, \.self) { $0.repositioned($1, of: member, at: at) }
    }

    package func revoked(_ partitions: [TopicPartition], from member: GroupMember, lost: Bool, at: Instant) {
        byTopic(partitions, \.self) { $0.revoked($1, from: member, lost: lost, at: at) }
    }

    package func crashed(_ member: GroupMember, at: Instant) {
        for (_, ledger) in state.withLock({ $0.topics }) { ledger.crashed(member, at: at) }
    }
}
