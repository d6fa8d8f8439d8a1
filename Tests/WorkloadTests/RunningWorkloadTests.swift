import KafkaClient
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Workload

@Suite(.timeLimit(.minutes(5))) struct RunningWorkloadTests {
    private func producer(rate: Double?) -> ProducerSettings {
        ProducerSettings(topic: "orders", recordsPerSecond: rate)
    }

    @Test func `every record that is acknowledged has a place of its own, and every record a fate`() async throws {
        // What "nothing lost" will be checked against later.
        let fixture = try WorkloadFixture()
        fixture.workload.execute(.startProducer(producer(rate: 500)))
        try await fixture.until { fixture.ledger.acknowledged.count >= 300 }
        fixture.workload.execute(.stopProducer(topic: "orders"))
        await fixture.workload.shutDown()
        let counts = try #require(fixture.workload.snapshot().producers.first)
        #expect(!counts.isRunning)
        #expect(counts.acknowledged == counts.sent && counts.failed == 0 && counts.unknown == 0)
        let places = fixture.ledger.acknowledged
        #expect(places.count == Int(counts.acknowledged))
        #expect(Set(places.values).count == places.count)
        let byPartition = fixture.workload.acknowledged(topic: "orders")
        #expect(byPartition.values.reduce(0, +) == counts.acknowledged)
        #expect(byPartition.count == 3, "a hundred keys reach every partition")

        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        let page = try await reader.page(topic: "orders", at: .beginning, limit: 100_000)
        #expect(Set(page.records.compactMap { $0.value.flatMap(RecordID.init(value:)) }) == Set(places.keys))
        #expect(page.records.allSatisfy { $0.value?.count == 100 && $0.key != nil })
    }

    @Test func `an event has one time for all who hear of it`() async throws {
        // A story's rows and the view of events would tell the same crash twice.
        let fixture = try WorkloadFixture()
        var (one, other) = (
            fixture.workload.events().makeAsyncIterator(), fixture.workload.events().makeAsyncIterator()
        )
        fixture.workload.execute(.startProducer(producer(rate: 100)))
        let first = try #require(await one.next())
        #expect(await other.next() == first)
        guard case .client(.producerStarted, let at) = first else {
            Issue.record("\(first)")
            return
        }
        #expect(at.wallClockMilliseconds > 1_700_000_000_000)
    }

    @Test func `acks change by a new client, after the old one has had its answers`() async throws {
        // No record is lost or counted twice over the change.
        let fixture = try WorkloadFixture()
        var events = fixture.workload.clientEvents
        fixture.workload.execute(.startProducer(producer(rate: 1000)))
        try await fixture.until { fixture.ledger.acknowledged.count >= 50 }
        fixture.workload.execute(.setAcks(topic: "orders", .none))
        #expect(await events.next() == .producerStarted(producer(rate: 1000)))
        #expect(await events.next() == .acksChanged(topic: "orders", .none))
        let acknowledged = try #require(fixture.workload.snapshot().producers.first).acknowledged
        try await fixture.until { fixture.workload.snapshot().producers[0].unknown >= 50 }
        fixture.workload.execute(.stopProducer(topic: "orders"))
        await fixture.workload.shutDown()
        let counts = fixture.workload.snapshot().producers[0]
        #expect(counts.settings.acks == .none)
        #expect(counts.acknowledged == acknowledged, "acks=0 acknowledges nothing")
        #expect(counts.sent == counts.acknowledged + counts.unknown + counts.failed)
        #expect(fixture.ledger.reports == Int(counts.sent))
    }

    @Test func `settings that Kafka refuses leave the old client running`() async throws {
        // An idempotent producer cannot have acks=1.
        let fixture = try WorkloadFixture()
        var settings = producer(rate: 1000)
        settings.enableIdempotence = true
        var events = fixture.workload.clientEvents
        fixture.workload.execute(.startProducer(settings))
        #expect(await events.next() == .producerStarted(settings))
        fixture.workload.execute(.setAcks(topic: "orders", .leader))
        guard case .clientError(_, let reason)? = await events.next() else {
            Issue.record("the refusal was not told")
            return
        }
        #expect(reason.contains("acks"))
        let before = fixture.ledger.acknowledged.count
        try await fixture.until { fixture.ledger.acknowledged.count > before + 50 }
        #expect(fixture.workload.snapshot().producers[0].settings.acks == .all)
        await fixture.workload.shutDown()
    }

    @Test func `a group shares the partitions and reads every record`() async throws {
        // Two members, both at work, nothing handed out twice while nobody fails.
        let fixture = try WorkloadFixture(partitions: 4)
        var settings = ConsumerSettings(group: "billing", topics: ["orders"])
        settings.members = 2
        fixture.workload.execute(.startGroup(settings))
        fixture.workload.execute(.startProducer(producer(rate: 500)))
        try await fixture.until { fixture.ledger.membersSeen.count == 2 && fixture.ledger.acknowledged.count > 200 }
        fixture.workload.execute(.stopProducer(topic: "orders"))
        try await fixture.until { fixture.workload.snapshot().producers[0].isRunning == false }
        try await fixture.until {
            let counts = fixture.workload.snapshot().producers[0]
            return counts.sent == counts.acknowledged && fixture.ledger.consumed.count >= Int(counts.sent)
        }
        #expect(Set(fixture.ledger.consumed.keys) == Set(fixture.ledger.acknowledged.keys))
        let group = fixture.workload.snapshot().groups[0]
        #expect(group.positions.map(\.position).reduce(0, +) == Int64(fixture.ledger.acknowledged.count))
        await fixture.workload.shutDown()
    }

    @Test func `records of an earlier run are told apart from what was sent in this one`() async throws {
        // "sent 281, read 282": one had been left unread when klamm was stopped.
        let fixture = try WorkloadFixture(partitions: 1)
        fixture.workload.execute(.startProducer(producer(rate: 500)))
        try await fixture.until { fixture.ledger.acknowledged.count >= 20 }
        await fixture.workload.shutDown()
        let left = Int64(fixture.ledger.acknowledged.count)
        let next = RunningWorkload(fixture.configuration, logger: fixture.logger, observer: fixture.ledger)
        next.execute(.startProducer(producer(rate: 500)))
        next.execute(.startGroup(ConsumerSettings(group: "billing", topics: ["orders"])))
        try await fixture.until { next.snapshot().groups[0].consumed >= left + 20 }
        #expect(next.snapshot().groups[0].consumedOfOthers == left)
        await next.shutDown()
    }

    @Test func `clients whose cluster goes as well are not waited for`() async throws {
        // Whoever left a story waited ten seconds for a producer that waited for dead brokers.
        let fixture = try WorkloadFixture()
        fixture.workload.execute(.startProducer(producer(rate: 500)))
        fixture.workload.execute(.startGroup(ConsumerSettings(group: "billing", topics: ["orders"])))
        try await fixture.until { fixture.ledger.acknowledged.count >= 20 }
        for broker in Int32(1)...3 { try fixture.cluster.setDown(broker: broker) }
        try await fixture.until {
            let counts = fixture.workload.snapshot().producers[0]
            return counts.waitingSince != nil && counts.sent > counts.acknowledged + 50
        }
        await fixture.workload.shutDown(abandons: true)
        let counts = fixture.workload.snapshot().producers[0]
        #expect(counts.sent == counts.acknowledged + counts.failed + counts.unknown + counts.lostInBuffer)
        // A producer that is stopped in good order gives nothing up before its time.
        #expect(counts.lostInBuffer > 0 && counts.failed == 0)
        #expect(counts.waitingSince == nil)
    }

    @Test func `auto-commit is switched off and on without leaving the group`() async throws {
        // The lesson of the whole switch: the position moves, the committed offset stands still, and then catches up.
        let fixture = try WorkloadFixture(partitions: 1)
        let partition = TopicPartition(topic: "orders", partition: 0)
        let witness = try Consumer(fixture.configuration.with(["group.id": "billing"]), logger: fixture.logger)
        func committed() throws -> Int64? { try witness.committed([partition]).first?.offset }
        func position() -> Int64 { fixture.workload.snapshot().groups[0].positions.first?.position ?? 0 }

        var settings = ConsumerSettings(group: "billing", topics: ["orders"])
        settings.autoCommitIntervalMilliseconds = 50
        settings.enableAutoCommit = false
        fixture.workload.execute(.startGroup(settings))
        fixture.workload.execute(.startProducer(producer(rate: 500)))
        try await fixture.until { position() > 200 }
        #expect(try committed() == nil, "off from the start: nothing was ever committed")

        fixture.workload.execute(.setAutoCommit(group: "billing", true))
        try await fixture.until { try committed() ?? 0 > 200 }

        fixture.workload.execute(.setAutoCommit(group: "billing", false))
        // The one commit under way at the switch may still arrive; once the position has left it behind, it is over.
        let atSwitch = position()
        try await fixture.until { position() > atSwitch + 100 }
        let standing = try committed()
        let positionThen = position()
        try await fixture.until { position() > positionThen + 200 }
        #expect(try committed() == standing)
        #expect(fixture.ledger.membersSeen.count == 1, "one member all along: it never left the group")

        fixture.workload.execute(.setAutoCommit(group: "billing", true))
        try await fixture.until { try committed() ?? 0 > positionThen }
        await fixture.workload.shutDown()
        try witness.close()
    }

    @Test func `a stopped group has committed what it was handed`() async throws {
        // Leaving in good order loses nothing and repeats nothing.
        let fixture = try WorkloadFixture(partitions: 1)
        var settings = ConsumerSettings(group: "billing", topics: ["orders"])
        settings.autoCommitIntervalMilliseconds = 3_600_000
        fixture.workload.execute(.startGroup(settings))
        fixture.workload.execute(.startProducer(producer(rate: 200)))
        try await fixture.until { fixture.workload.snapshot().groups[0].consumed > 50 }
        await fixture.workload.shutDown()
        let witness = try Consumer(fixture.configuration.with(["group.id": "billing"]), logger: fixture.logger)
        let committed = try witness.committed([TopicPartition(topic: "orders", partition: 0)]).first?.offset
        #expect(committed == fixture.workload.snapshot().groups[0].consumed)
        try witness.close()
    }
}
