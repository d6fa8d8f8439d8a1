import DeliveryLedger
import KafkaClient
import KafkaCluster
import KafkaProtocol
import Testing
import Workload

/// The ledger's verdict on what the workload really does against klamm's own brokers.
@Suite(.timeLimit(.minutes(15))) struct WorkloadLedgerTests {
    struct Commit: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var manual: ManualCommit
        var loses: Bool
    }

    static let commits = [
        Commit(testDescription: "before the work", manual: ManualCommit(.beforeWork), loses: true),
        Commit(testDescription: "after each batch", manual: ManualCommit(.afterEachBatch), loses: false),
    ]

    @Test(arguments: commits) func `a crash in mid-work is committed past, or processed twice`(
        commit: Commit
    ) async throws {
        // The two articles' question, answered by the ledger: lost, or done again.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            try await live.write(40, to: "orders")
            let ledger = WorkloadLedger()
            let workload = RunningWorkload(live.configuration, logger: live.logger, observer: ledger)
            var settings = ConsumerSettings(group: "billing", topics: ["orders"])
            settings.enableAutoCommit = false
            settings.manualCommit = commit.manual
            settings.maxPollRecords = 10
            settings.groupInstanceID = "till"
            settings.millisecondsPerRecord = 10
            workload.execute(.startGroup(settings))
            // In the middle of the second batch.
            workload.execute(.crashMember(group: "billing", member: 1, .duringWork, atRecord: 14))
            try await live.until { !workload.snapshot().groups[0].isRunning }
            settings.millisecondsPerRecord = 1
            workload.execute(.startGroup(settings))
            // Both read to the end.
            let end = TopicPartition(topic: "orders", partition: 0)
            try await live.until {
                workload.snapshot().groups[0].positions.contains { $0.partition == end && $0.position == 40 }
            }
            // The last record was handed out, and is at work: thirteen before the crash, and those behind the commit.
            let known = commit.loses ? 33 : 40
            try await live.until {
                ledger.verdict.groups.first.map { $0.processedOnce + $0.processedMoreThanOnce.count } == known
            }
            await workload.shutDown()
            ledger.read(try await live.read("orders"), by: "everything")
            ledger.finalRead()
            let verdict = ledger.verdict
            let group = try #require(verdict.groups.first)
            #expect((group.committedPast.count > 0) == commit.loses)
            #expect((group.processedMoreThanOnce.count > 0) == !commit.loses)
            #expect(group.processedOnce + group.processedMoreThanOnce.count + group.committedPast.count == 40)
            // The log is innocent, and so are the consumers: each went on where it had been told to.
            #expect(verdict.lost.count == 0)
            for anomaly in Anomaly.allCases { #expect(verdict[anomaly].count == 0, "\(anomaly)") }
        }
    }

    @Test func `what a producer sends and nothing befalls is sound`() async throws {
        // A verdict that always finds something would be worth as little as one that never does.
        try await withLiveCluster { live in
            try await live.admin.createTopic("orders", partitions: 3, replicationFactor: 3)
            let ledger = WorkloadLedger()
            let workload = RunningWorkload(live.configuration, logger: live.logger, observer: ledger)
            // On a busy machine a broker may refuse the first records, for it has not heard yet that it leads, or later ones
            // while a follower is slow: sent again, they would come after those behind them.
            var settings = ProducerSettings(topic: "orders", recordsPerSecond: 500)
            settings.enableIdempotence = true
            workload.execute(.startProducer(settings))
            workload.execute(.startGroup(ConsumerSettings(group: "billing", topics: ["orders"])))
            try await live.until { ledger.verdict.acknowledged > 500 }
            workload.execute(.stopProducer(topic: "orders"))
            try await live.until { !workload.snapshot().producers[0].isRunning }
            let sent = ledger.verdict.attempted
            try await live.until { (ledger.verdict.groups.first?.processedOnce ?? 0) == sent }
            await workload.shutDown()
            ledger.finalRead()
            let verdict = ledger.verdict
            #expect(verdict.acknowledged == sent && verdict.failed == 0 && verdict.unknown == 0)
            #expect(verdict.lost.count == 0)
            for anomaly in Anomaly.allCases { #expect(verdict[anomaly].count == 0, "\(anomaly)") }
            #expect(verdict.groups.map(\.committedPast.count) == [0])
        }
    }
}
