import KafkaCluster
import KafkaProtocol
import Testing

/// The clients' own figures beside the cluster's: two looks in one row.
@Suite struct WorkloadPastTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)

    private func instant(_ milliseconds: Int64) -> Instant {
        Instant(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: milliseconds)
    }

    private func workload(_ position: Int64) -> WorkloadSnapshot {
        var group = WorkloadSnapshot.Group(
            settings: ConsumerSettings(group: "billing", topics: ["orders"]), isRunning: true)
        group.positions = [GroupPosition(partition: orders, position: position)]
        var workload = WorkloadSnapshot()
        workload.groups = [group]
        return workload
    }

    /// The position shown beside a watermark of 2,227 that was asked for at 1,000 ms, if the group stood at `before` a
    /// moment earlier and at `now` a moment later.
    private func shown(before: Int64?, now: Int64, heardAt: Instant? = nil) -> Int64? {
        var past = WorkloadPast()
        if let before { past.note(workload(before), at: instant(950)) }
        past.note(workload(now), at: instant(1_010))
        var snapshot = ClusterSnapshot(takenAt: instant(1_005), clusterID: "c")
        snapshot.lookedAt = instant(1_000)
        snapshot.heardAt = heardAt
        var row = ClusterSnapshot.GroupPartition(partition: orders)
        row.highWatermark = 2_227
        snapshot.groups = [.init(id: "billing", state: "Stable", partitions: [row])]
        let merged = snapshot.merged(with: workload(now), past: past, at: instant(1_020))
        #expect(merged.lookedAt == instant(1_000) && merged.takenAt == instant(1_020))
        return merged.groups[0].partitions[0].position
    }

    @Test func `nobody has read beyond the watermark that stands beside`() {
        // 2,228 beside 2,227 reads like a broken cluster, and is one that was asked a moment earlier.
        #expect(shown(before: 2_220, now: 2_228) == 2_227)
        #expect(shown(before: 2_227, now: 2_227) == 2_227)
        #expect(shown(before: 2_220, now: 2_225) == 2_225, "the newest that can be")
        #expect(shown(before: nil, now: 2_228) == 2_227)
    }

    @Test func `who stood beyond the watermark before it was asked for does so`() {
        // After an unclean election the log ends before what was read: this is what one looks for.
        #expect(shown(before: 2_240, now: 2_240) == 2_240)
    }

    @Test func `a watermark that was heard of earlier is compared with who stood where then`() {
        // An attached cluster is asked once a second.
        #expect(shown(before: 2_220, now: 2_240, heardAt: instant(960)) == 2_227)
        #expect(shown(before: 2_230, now: 2_240, heardAt: instant(900)) == 2_227, "nobody looked so early")
    }
}
