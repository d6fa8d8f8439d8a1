import DeliveryLedger
import KafkaClient
import KafkaCluster
import KafkaProtocol
import Testing
import Workload

/// Only the workload's own records are judged, and by what they now mean.
@Suite(.timeLimit(.minutes(15))) struct TopicLedgersTests {
    private let ledgers = TopicLedgers()
    private let place = TopicPartition(topic: "orders", partition: 0)

    /// One record, acknowledged at offset 0.
    private func write() {
        ledgers.attempted(0...0, of: "orders-1", topic: "orders")
        ledgers.settled(
            RecordID(producer: "orders-1", sequence: 0), topic: "orders", .acknowledged(place, offset: 0))
    }

    private func picture(
        id: UInt64 = 1, _ change: (inout ClusterSnapshot.Partition) -> Void = { _ in }
    ) -> ClusterSnapshot {
        var partition = ClusterSnapshot.Partition(index: 0, leader: 1, leaderEpoch: 0, isr: [1], replicas: [])
        change(&partition)
        var snapshot = ClusterSnapshot(
            takenAt: Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0), clusterID: "test")
        snapshot.topics = [
            ClusterSnapshot.Topic(
                name: "orders", id: Uuid(high: 7, low: id), isInternal: false, partitions: [partition])
        ]
        return snapshot
    }

    private func verdict() throws -> DeliveryVerdict { try #require(ledgers.verdicts.first).verdict }

    @Test func `a group of somebody else's is not judged`() throws {
        // It has committed past the record, and whether it has processed it nobody here knows.
        write()
        var snapshot = picture()
        var committed = ClusterSnapshot.GroupPartition(partition: place)
        committed.committed = 1
        snapshot.groups = [ClusterSnapshot.Group(id: "payments", state: "Stable", partitions: [committed])]
        ledgers.take(snapshot)
        #expect(try verdict().groups.isEmpty)
        #expect(try verdict().acknowledged == 1)
    }

    @Test func `a topic that was made anew is judged anew`() throws {
        // The same offsets hold other records there.
        ledgers.take(picture())
        write()
        ledgers.take(picture())
        #expect(try verdict().acknowledged == 1)
        ledgers.take(picture(id: 2))
        #expect(try verdict().attempted == 0)
        write()
        ledgers.take(picture(id: 2))
        #expect(try verdict().acknowledged == 1)
        #expect(try verdict()[.inconsistentOffsets].count == 0)
    }

    @Test func `what the cleaner may have taken is not lost`() throws {
        write()
        ledgers.take(picture { $0.cleanedUpTo = 1 })
        ledgers.finalRead()
        #expect(try verdict().lost.count == 0)
    }

    @Test func `what nobody has taken is lost`() throws {
        write()
        ledgers.take(picture())
        ledgers.finalRead()
        #expect(try verdict().lost.count == 1)
    }

    @Test func `another application's records are not taken for the workload's`() async throws {
        // They may look like its own: `temp:21` twice is no duplicate.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            try await live.write(20, to: "orders")
            try await live.write(20, to: "orders")
            let workload = RunningWorkload(live.configuration, logger: live.logger, observer: ledgers)
            workload.execute(.startGroup(ConsumerSettings(group: "billing", topics: ["orders"])))
            try await live.until { workload.snapshot().groups[0].processed == 40 }
            await workload.shutDown()
            ledgers.read(try await live.read("orders"), by: "everything")
            let verdict = try verdict()
            for anomaly in Anomaly.allCases { #expect(verdict[anomaly].count == 0, "\(anomaly)") }
            #expect(verdict.groups.allSatisfy { $0.processedOnce + $0.processedMoreThanOnce.count == 0 })
        }
    }
}
