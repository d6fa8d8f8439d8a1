import KafkaCluster
import KafkaProtocol
import Testing

@testable import ControlServer

/// Prometheus reads what is there, and nothing that is made up.
@Suite struct MetricsTextTests {
    private var snapshot: ClusterSnapshot {
        var snapshot = ClusterSnapshot(
            takenAt: Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0), clusterID: "c")
        snapshot.brokers = [
            .init(id: 1, host: "h", port: 1, state: .running, leaders: 1, replicas: 1),
            .init(id: 2, host: "h", port: 2, state: .down, leaders: 0, replicas: 1),
        ]
        var partition = ClusterSnapshot.Partition(
            index: 0, leader: 1, leaderEpoch: 4, isr: [1],
            replicas: [
                .init(broker: 2, state: .offline, logEndOffset: nil), .init(broker: 1, state: .leader, logEndOffset: 9),
            ])
        partition.highWatermark = 7
        snapshot.topics = [.init(name: "a\"\\\n", id: .zero, isInternal: false, partitions: [partition])]
        var place = ClusterSnapshot.GroupPartition(partition: TopicPartition(topic: "a", partition: 0))
        (place.committed, place.highWatermark) = (3, 7)
        snapshot.groups = [.init(id: "g", state: "Empty", partitions: [place])]
        return snapshot
    }

    @Test func `each name has its meaning, its type and its samples`() {
        // A scrape with one broken line is thrown away whole.
        let text = MetricsText.text(snapshot, LedgerAccount(acknowledged: 12, forgotten: 0, losses: []))
        #expect(
            text.contains("# HELP kafka_brokers Brokers that serve.\n# TYPE kafka_brokers gauge\nkafka_brokers 1\n"))
        #expect(text.contains("\nklamm_broker_up{broker=\"1\"} 1\nklamm_broker_up{broker=\"2\"} 0\n"))
        #expect(text.contains("\nkafka_consumergroup_lag{consumergroup=\"g\",topic=\"a\",partition=\"0\"} 4\n"))
        #expect(text.contains("# TYPE klamm_acknowledged_records_total counter\nklamm_acknowledged_records_total 12\n"))
        let labels = #"{topic="a\"\\\n",partition="0"}"#
        #expect(text.contains("\nkafka_topic_partition_in_sync_replica\(labels) 1\n"))
        #expect(text.contains("\nkafka_topic_partition_under_replicated_partition\(labels) 1\n"))
        #expect(text.contains("\nkafka_topic_partition_leader_is_preferred\(labels) 0\n"))
        #expect(text.contains("\nkafka_topic_partition_current_offset\(labels) 7\n"))
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            #expect(
                line.wholeMatch(
                    of: /[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? -?[0-9.]+/
                ) != nil, "\(line)")
        }
    }

    @Test func `who commits nothing while records wait has a verdict, and how long that is`() {
        // An alert must not wait for a verdict that the screen has shown for half a minute.
        var snapshot = snapshot
        snapshot.takenAt = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 42_000)
        snapshot.groups[0].partitions[0].committedAt = 5_000
        var groups = GroupVerdicts()
        groups.note(snapshot)
        let text = MetricsText.text(
            snapshot, LedgerAccount(acknowledged: 0, forgotten: 0, losses: []), groups: groups)
        #expect(text.contains("\nklamm_consumergroup_verdict{consumergroup=\"g\",verdict=\"no commit\"} 1\n"))
        #expect(
            text.contains(
                "\nklamm_consumergroup_seconds_since_commit{consumergroup=\"g\",topic=\"a\",partition=\"0\"} 37\n"))
        snapshot.groups[0].partitions[0].committed = 7
        groups.note(snapshot)
        let level = MetricsText.text(
            snapshot, LedgerAccount(acknowledged: 0, forgotten: 0, losses: []), groups: groups)
        #expect(level.contains("verdict=\"OK\"} 1\n") && !level.contains("seconds_since_commit"))
    }

    @Test func `what is unknown has no sample, and no name without one`() {
        // A zero would draw a cliff into somebody's graph.
        let text = MetricsText.text(snapshot, LedgerAccount(acknowledged: 0, forgotten: 0, losses: []))
        #expect(!text.contains("klamm_records_in_per_second") && !text.contains("kafka_topic_partition_oldest_offset"))
        #expect(
            text.contains("broker=\"1\"} 9\n")
                && !text.contains("klamm_replica_log_end_offset{topic=\"a\",partition=\"0\",broker=\"2\""))
        #expect(text.contains("klamm_lost_records{topic="))
    }
}
