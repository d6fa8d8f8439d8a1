import KafkaClient
import KafkaCluster
import KafkaProtocol
import Testing
import Workload

/// Each way of sending against klamm's own brokers, with a fault that shows what it is for.
@Suite(.timeLimit(.minutes(15))) struct ProducerMechanismTests {
    /// A topic of one partition whose leader is frozen: nothing is answered until it thaws or another leads.
    private func withFrozenLeader(
        _ body: (LiveCluster, @escaping () async throws -> Void) async throws -> Void
    ) async throws {
        // One broker alone: nobody else can lead.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            try await live.until { try await live.leader(of: 0, in: "orders") == 1 }
            try await body(live) { try await live.cluster.inject(.freeze(1)) }
        }
    }

    private func settings(_ change: (inout ProducerSettings) -> Void) -> ProducerSettings {
        var settings = ProducerSettings(topic: "orders", recordsPerSecond: 500)
        change(&settings)
        return settings
    }

    /// The producers have ended, and every record has its fate.
    private func settle(_ live: LiveCluster) async throws -> WorkloadSnapshot.Producer {
        await live.workload.shutDown()
        let counts = live.workload.snapshot().producers[0]
        #expect(
            counts.sent == counts.acknowledged + counts.failed + counts.unknown + counts.lostInBuffer,
            "what was sent has one fate each")
        #expect(
            counts.sent + counts.dropped == Int64(live.ledger.attempted.keys.count { $0.producer.hasPrefix("orders") }))
        #expect(live.ledger.attempted.values.allSatisfy { $0 == 1 })
        #expect(live.ledger.outcomes.values.allSatisfy { $0.count == 1 }, "the ledger hears of each fate once")
        #expect(live.ledger.outcomes.count == live.ledger.attempted.count)
        return counts
    }

    @Test func `a full buffer drops, and counts what it drops`() async throws {
        // The article's second loss: nobody waits, and the records are gone in the producer.
        try await withFrozenLeader { live, freeze in
            live.workload.execute(
                .startProducer(
                    settings {
                        $0.bufferMessages = 10
                        $0.fullBuffer = .drop
                    }))
            try await live.until { live.ledger.acknowledged.count > 20 }
            try await freeze()
            // Some may have been dropped before, where the broker was slow.
            try await live.until {
                let counts = live.workload.snapshot().producers[0]
                return counts.dropped > 50 && counts.sent - counts.acknowledged >= 10
            }
            let frozen = live.workload.snapshot().producers[0]
            #expect(frozen.sent - frozen.acknowledged == 10, "the buffer holds ten and no more")
            #expect(frozen.blocked == .zero)
            try await live.cluster.inject(.thaw(1))
            try await live.until { live.workload.snapshot().producers[0].acknowledged > frozen.sent }
            let counts = try await settle(live)
            let read = Set(try await live.read("orders").compactMap { $0.value.flatMap(RecordID.init(value:)) })
            #expect(read.count == counts.acknowledged)
            let dropped = live.ledger.outcomes.filter { $0.value == [.dropped] }
            #expect(dropped.count == counts.dropped && dropped.keys.allSatisfy { !read.contains($0) })
        }
    }

    @Test func `a bounded block waits for its time and gives up`() async throws {
        // Kafka's max.block.ms: standing still first, losing then.
        try await withFrozenLeader { live, freeze in
            live.workload.execute(
                .startProducer(
                    settings {
                        $0.bufferMessages = 10
                        $0.fullBuffer = .blockUpTo(milliseconds: 40)
                    }))
            try await live.until { live.ledger.acknowledged.count > 20 }
            try await freeze()
            try await live.until { live.workload.snapshot().producers[0].dropped >= 5 }
            let frozen = live.workload.snapshot().producers[0]
            #expect(frozen.blocked >= .milliseconds(40) * Double(frozen.dropped))
            try await live.cluster.inject(.thaw(1))
            try await live.until { live.workload.snapshot().producers[0].acknowledged > frozen.sent }
            _ = try await settle(live)
        }
    }

    @Test func `an endless block loses nothing`() async throws {
        // The cure: the application stands still until the broker is back.
        try await withFrozenLeader { live, freeze in
            live.workload.execute(.startProducer(settings { $0.bufferMessages = 10 }))
            try await live.until { live.ledger.acknowledged.count > 20 }
            try await freeze()
            try await live.until { live.workload.snapshot().producers[0].blocked > .milliseconds(300) }
            let frozen = live.workload.snapshot().producers[0]
            #expect(frozen.sent - frozen.acknowledged == 10 && frozen.dropped == 0)
            try await live.cluster.inject(.thaw(1))
            try await live.until { live.workload.snapshot().producers[0].acknowledged > frozen.sent + 50 }
            let counts = try await settle(live)
            #expect(counts.dropped <= 1, "only the one that waited when the producer was stopped")
            #expect(counts.acknowledged == counts.sent)
        }
    }

    @Test func `a synchronous producer has one record on its way, an asynchronous one many`() async throws {
        // The first column of the article's table.
        try await withFrozenLeader { live, _ in
            live.workload.execute(
                .startProducer(
                    settings {
                        $0.sendMode = .synchronous
                        $0.recordsPerSecond = nil
                    }))
            try await live.until { live.ledger.acknowledged.count > 50 }
            #expect(live.ledger.mostOpen == 1)
            live.workload.execute(.changeProducer(settings { $0.recordsPerSecond = nil }))
            try await live.until { live.ledger.mostOpen > 10 }
            _ = try await settle(live)
        }
    }

    @Test func `a producer with a number of records sends that many, and more when it is raised`() async throws {
        // What a script counts on: no record after the last, by whatever client it goes.
        try await withFrozenLeader { live, _ in
            let limited = settings {
                $0.recordsPerSecond = nil
                $0.recordLimit = 1500
            }
            live.workload.execute(.startProducer(limited))
            try await live.until { live.workload.snapshot().producers[0].acknowledged == 1500 }
            var raised = limited
            raised.recordLimit = 1700
            raised.acks = .leader
            raised.recordsPerSecond = 2000
            live.workload.execute(.changeProducer(raised))
            try await live.until { live.workload.snapshot().producers[0].acknowledged == 1700 }
            let running = live.workload.snapshot().producers[0]
            #expect(running.isRunning && running.sent == 1700, "it idles")
            let counts = try await settle(live)
            #expect(counts.sent == 1700 && counts.dropped == 0)
            #expect(try await live.read("orders").count == 1700)
        }
    }

    @Test func `fire-and-forget never learns`() async throws {
        // The brokers store every record, and refuse every other later; the application hears of neither.
        try await withFrozenLeader { live, _ in
            let events = live.workload.events()
            live.workload.execute(.startProducer(settings { $0.sendMode = .fireAndForget }))
            try await live.until { live.workload.snapshot().producers[0].unknown > 100 }
            #expect(live.workload.snapshot().producers[0].acknowledged == 0)
            live.workload.execute(
                .changeProducer(
                    settings {
                        $0.sendMode = .fireAndForget
                        $0.deliveryTimeoutMilliseconds = 300
                    }))
            let changed = await events.first { if case .client(.producerChanged, _) = $0 { true } else { false } }
            #expect(changed != nil)
            try await live.cluster.inject(.freeze(1))
            let before = live.workload.snapshot().producers[0].unknown
            try await live.until { live.workload.snapshot().producers[0].unknown > before + 50 }
            try await live.cluster.inject(.thaw(1))
            let counts = try await settle(live)
            #expect(counts.acknowledged == 0 && counts.failed == 0 && counts.unknown == counts.sent)
            #expect(live.ledger.outcomes.values.allSatisfy { $0 == [.unknown(nil)] })
            #expect(try await live.read("orders").count > 100)
        }
    }

    @Test func `a record that is too large fails in the producer, or at the broker where only its limit is smaller`()
        async throws
    {
        // Two limits, two places, one name. Both are certain: no log has the record.
        try await withFrozenLeader { live, _ in
            live.workload.execute(
                .startProducer(
                    settings {
                        $0.valueBytes = 5000
                        $0.maxMessageBytes = 2000
                    }))
            try await live.until { live.workload.snapshot().producers[0].failed > 10 }
            try await live.admin.createTopic(
                "narrow", partitions: 1, replicationFactor: 1, settings: ["max.message.bytes": "2000"])
            var narrow = ProducerSettings(topic: "narrow", recordsPerSecond: 500)
            narrow.valueBytes = 5000
            live.workload.execute(.startProducer(narrow))
            try await live.until { live.workload.snapshot().producers[1].sent > 20 }
            let counts = try await settle(live)
            #expect(counts.failed == counts.sent)
            #expect(try await live.read("orders").isEmpty)
            #expect(try await live.read("narrow").isEmpty)
            let names = live.ledger.outcomes.values.map { outcomes in
                if case .failed(let error)? = outcomes.first { error.name } else { "\(outcomes)" }
            }
            #expect(Set(names) == ["MSG_SIZE_TOO_LARGE"])
        }
    }

    @Test func `a crash takes the buffer with it and leaves what was in flight unknown`() async throws {
        // As kill -9 of the application: what the client still held is in no log.
        try await withFrozenLeader { live, freeze in
            var events = live.workload.clientEvents
            live.workload.execute(
                .startProducer(
                    settings {
                        $0.maxInFlight = 1
                        $0.batchBytes = 1
                    }))
            try await live.until { live.ledger.acknowledged.count > 20 }
            try await freeze()
            try await live.until {
                let counts = live.workload.snapshot().producers[0]
                return counts.sent > counts.acknowledged + 50
            }
            live.workload.execute(.crashProducer(topic: "orders"))
            // Thawed before it is dead, the broker would still answer.
            var dead: (lost: Int64, unknown: Int64)?
            while dead == nil, let event = await events.next() {
                if case .producerCrashed("orders", let lost, let unknown) = event { dead = (lost, unknown) }
            }
            try await live.cluster.inject(.thaw(1))
            let counts = try await settle(live)
            #expect(counts.lostInBuffer >= 45)
            #expect(counts.unknown >= 1 && counts.unknown <= 5, "one request was in flight")
            #expect(dead?.lost == counts.lostInBuffer && dead?.unknown == counts.unknown)
            let read = Set(try await live.read("orders").compactMap { $0.value.flatMap(RecordID.init(value:)) })
            #expect(live.ledger.acknowledged.keys.allSatisfy(read.contains))
            let lost = live.ledger.outcomes.filter { $0.value == [.lostInBuffer] }
            #expect(lost.keys.allSatisfy { !read.contains($0) })
        }
    }

    @Test func `records go to the partitions that are named, and change while it runs`() async throws {
        // What the application decides by itself needs no new client.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 4, replicationFactor: 1)
            live.workload.execute(.startProducer(settings { $0.partitions = [1, 2] }))
            try await live.until { live.workload.acknowledged(topic: "orders").values.allSatisfy { $0 > 20 } }
            try await live.until { live.workload.acknowledged(topic: "orders").count == 2 }
            #expect(Set(live.workload.acknowledged(topic: "orders").keys) == [1, 2])
            live.workload.execute(
                .changeProducer(
                    settings {
                        $0.partitions = [3]
                        $0.valueBytes = 300
                    }))
            try await live.until { live.workload.acknowledged(topic: "orders")[3] ?? 0 > 20 }
            _ = try await settle(live)
            #expect(Set(live.ledger.acknowledged.values.map(\.partition)) == [1, 2, 3])
            for record in try await live.read("orders") {
                #expect(record.value?.count == (record.partition.partition == 3 ? 300 : 100))
            }
        }
    }

    enum Order: CaseIterable { case severalInFlight, idempotent, synchronous }

    @Test(arguments: Order.allCases) func `a retried batch comes late where others were in flight behind it`(
        order: Order
    ) async throws {
        // The first of several is refused, the second stored. librdkafka 2.0.2 has a request ready behind the one in
        // flight even with max.in.flight=1, so that alone is no cure; idempotence is, and so is waiting for each
        // report.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            live.workload.execute(
                .startProducer(
                    settings {
                        $0.enableIdempotence = order == .idempotent
                        $0.sendMode = order == .synchronous ? .synchronous : .asynchronous
                        $0.batchBytes = 1
                        $0.lingerMilliseconds = 0
                        $0.retryBackoffMilliseconds = 20
                    }))
            try await live.until { live.ledger.acknowledged.count > 5 }
            // So slow a way that several are on it.
            try await live.cluster.inject(
                .link(LinkFault(.clients, .node(1), .delay(.milliseconds(20), jitter: .zero))))
            let delayed = live.ledger.acknowledged.count
            try await live.until { live.ledger.acknowledged.count > delayed + 10 }
            try await live.cluster.inject(
                .request(RequestFault(.produce, at: 1, nth: 1, .failBefore(.notEnoughReplicas))))
            let then = live.ledger.acknowledged.count
            try await live.until { live.ledger.acknowledged.count > then + 20 }
            try await live.cluster.inject(.healAll)
            let counts = try await settle(live)
            #expect(counts.acknowledged == counts.sent, "the refused record went again")
            let inLog = live.ledger.acknowledged.sorted { $0.value.offset < $1.value.offset }.map(\.key.sequence)
            #expect((inLog == inLog.sorted()) == (order != .severalInFlight), "\(inLog)")
        }
    }
}
