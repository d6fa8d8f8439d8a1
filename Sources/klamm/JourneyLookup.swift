import Console
import DeliveryLedger
import KafkaCluster
import KafkaProtocol
import Workload

/// Gathers what brokers, clients and the ledger know of one record.
struct JourneyLookup: Sendable {
    var cluster: any ConsoleCluster
    var workload: RunningWorkload?

    /// Nil for a record that has not been sent yet.
    func journey(of subject: JourneySubject) async throws -> RecordJourney? {
        var facts = JourneyFacts(snapshot: try await cluster.snapshot())
        switch subject {
        case .record(let partition, let offset, let epoch):
            (facts.partition, facts.offset, facts.leaderEpoch) = (partition, offset, epoch)
        case .next(let topic, let wish):
            guard let sending = workload?.tracker.follow(topic, wish: wish) else { return nil }
            facts.sending = sending
            if case .acknowledged(let partition, let offset?)? = sending.report {
                (facts.partition, facts.offset) = (partition, offset)
            }
        }
        guard let partition = facts.partition, let offset = facts.offset else { return RecordJourney(facts) }
        facts.replicas = try await cluster.replicaTraces(
            of: partition, offset: offset, leaderEpoch: facts.leaderEpoch)
        facts.leaderEpoch = facts.recordEpoch
        facts.loss = cluster.acknowledgements?.losses.last { loss in
            loss.partition == partition && loss.batch(of: offset) != nil && loss.leaderEpoch == facts.leaderEpoch
        }
        await stamp(&facts, partition, offset)
        if let workload {
            let readers = workload.snapshot().groups.filter { $0.settings.topics.contains(partition.topic) }
            facts.groups = workload.tracker.groups(
                of: partition, offset: offset, reading: readers.map(\.settings.group))
            facts.take(workload.tracker.sends(to: partition, offset: offset))
        }
        return RecordJourney(facts)
    }

    /// What stands there now may be another record.
    private func stamp(_ facts: inout JourneyFacts, _ partition: TopicPartition, _ offset: Int64) async {
        if let loss = facts.loss, let record = loss.records.first(where: { $0.offset == offset }) {
            if record.timestamp >= 0 {
                facts.stamp = JourneyFacts.Stamp(milliseconds: record.timestamp, isAppendTime: false)
            }
            return
        }
        // Beyond the high watermark nobody is handed it, and what is gone from the log nobody has.
        guard let found = try? await BatchLookup(cluster: cluster).stamp(of: partition, at: offset) else { return }
        if facts.leaderEpoch == nil { facts.leaderEpoch = found.leaderEpoch }
        if facts.leaderEpoch == found.leaderEpoch { facts.stamp = found.stamp }
    }
}
