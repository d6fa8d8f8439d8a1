import KafkaClient
import KafkaCluster
import KafkaProtocol
import Testing
import Workload

/// Each way of committing and failing against klamm's own coordinator.
@Suite(.timeLimit(.minutes(15))) struct ConsumerMechanismTests {
    private func withOrders(_ count: Int, _ body: (LiveCluster) async throws -> Void) async throws {
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            try await live.write(count, to: "orders")
            try await body(live)
        }
    }

    private func settings(_ change: (inout ConsumerSettings) -> Void) -> ConsumerSettings {
        var settings = ConsumerSettings(group: "billing", topics: ["orders"])
        settings.enableAutoCommit = false
        settings.maxPollRecords = 10
        // So that a new member takes the place of a dead one at once.
        settings.groupInstanceID = "till"
        change(&settings)
        return settings
    }

    @Test(arguments: AutoCommitWay.allCases) func `librdkafka commits ahead of the work, Java never does`(
        way: AutoCommitWay
    ) async throws {
        // The same interval, passing in the middle of the work.
        try await withOrders(40) { live in
            live.workload.execute(
                .startGroup(
                    settings {
                        $0.enableAutoCommit = true
                        $0.autoCommitWay = way
                        $0.autoCommitIntervalMilliseconds = 5
                        $0.millisecondsPerRecord = 10
                    }))
            try await live.until { live.ledger.processed.count == 40 }
            await live.workload.shutDown()
            #expect(live.ledger.asked.count >= 3)
            #expect(live.ledger.answered.sorted() == live.ledger.asked.sorted(), "each commit has its answer")
            #expect((live.ledger.commitsAhead > 0) == (way == .inBackground))
        }
    }

    struct Death: CustomStringConvertible {
        var description: String
        var point: CrashPoint
        var loses: Bool
        var repeats: Bool
        var change: @Sendable (inout ConsumerSettings) -> Void
    }

    static let deaths = [
        Death(description: "auto-commit in the background", point: .duringWork, loses: true, repeats: false) {
            $0.enableAutoCommit = true
            $0.autoCommitWay = .inBackground
        },
        Death(description: "commit before the work", point: .duringWork, loses: true, repeats: false) {
            $0.manualCommit = ManualCommit(.beforeWork)
        },
        Death(description: "auto-commit in poll", point: .duringWork, loses: false, repeats: true) {
            $0.enableAutoCommit = true
        },
        Death(description: "commit after each record", point: .beforeWork, loses: false, repeats: false) {
            $0.manualCommit = ManualCommit(.afterEachRecord)
        },
        Death(description: "commit after each record", point: .afterWork, loses: false, repeats: true) {
            $0.manualCommit = ManualCommit(.afterEachRecord)
        },
        Death(description: "commit after each batch", point: .afterWork, loses: false, repeats: true) {
            $0.manualCommit = ManualCommit(.afterEachBatch, isSynchronous: false)
        },
        Death(description: "the same, with ids kept outside", point: .afterWork, loses: false, repeats: false) {
            $0.manualCommit = ManualCommit(.afterEachBatch, isSynchronous: false)
            $0.deduplicates = true
        },
        Death(description: "ids kept outside", point: .duringWork, loses: false, repeats: false) {
            $0.enableAutoCommit = true
            $0.deduplicates = true
        },
        Death(description: "offsets kept with the result", point: .duringWork, loses: false, repeats: false) {
            $0.assignment = .selfManaged
        },
        Death(description: "offsets kept with the result", point: .afterWork, loses: false, repeats: false) {
            $0.assignment = .selfManaged
        },
    ]

    @Test(arguments: deaths) func `a death in mid-work loses, or repeats, by when the commit is made`(
        death: Death
    ) async throws {
        // The article's cases side by side. Another member takes over and reads to the end.
        try await withOrders(40) { live in
            var settings = settings {
                $0.autoCommitIntervalMilliseconds = 1
                $0.millisecondsPerRecord = 20
                death.change(&$0)
            }
            live.workload.execute(.startGroup(settings))
            // In the middle of the second batch.
            live.workload.execute(.crashMember(group: "billing", member: 1, death.point, atRecord: 14))
            try await live.until { live.ledger.crashed == [1] }
            #expect(live.ledger.processed.count == (death.point == .afterWork ? 14 : 13))
            settings.millisecondsPerRecord = 1
            live.workload.execute(.startGroup(settings))
            try await live.until { live.ledger.processed.keys.contains { $0.sequence == 39 } }
            let lost = 40 - live.ledger.processed.count
            let twice = live.ledger.processed.values.count { $0.count { $0 == .done } > 1 }
            #expect((lost > 0) == death.loses, "\(lost) lost")
            #expect((twice > 0) == death.repeats, "\(twice) twice")
            if death.point == .afterWork, settings.manualCommit?.point == .afterEachRecord { #expect(twice == 1) }
            let skipped = live.workload.snapshot().groups[0].skippedDuplicates
            #expect((skipped > 0) == settings.deduplicates, "\(skipped) skipped")
            if settings.assignment == .selfManaged {
                let results = try live.workload.results(of: "billing")
                #expect(Set(results).count == 40 && results.count == 40, "a result of each, and one")
                #expect(try await live.committed(group: "billing", "orders") == nil, "Kafka knows nothing of it")
            }
        }
    }

    @Test func `a record that fails three times goes to the dead letters`() async throws {
        // And the group goes on behind it.
        try await withOrders(5) { live in
            try await live.admin.createTopic("dead", partitions: 1, replicationFactor: 1)
            live.workload.execute(
                .startGroup(
                    settings {
                        $0.errorRate = 1
                        $0.onError = .deadLetter(topic: "dead", failures: 3)
                        $0.manualCommit = ManualCommit(.afterEachRecord)
                    }))
            try await live.until { live.ledger.processed.count == 5 }
            await live.workload.shutDown()
            let group = live.workload.snapshot().groups[0]
            #expect(group.errors == 15 && group.deadLettered == 5 && group.processed == 0)
            #expect(live.ledger.processed.values.allSatisfy { $0 == [.deadLettered(topic: "dead")] })
            let dead = try await live.read("dead")
            #expect(dead.map(\.value) == (try await live.read("orders")).map(\.value))
            let headers = Dictionary(
                uniqueKeysWithValues: try #require(dead.last).headers.map {
                    ($0.name, String(decoding: $0.value ?? [], as: UTF8.self))
                })
            #expect(headers["dead-letter.topic"] == "orders" && headers["dead-letter.offset"] == "4")
            #expect(headers["dead-letter.failures"] == "3")
            #expect(try await live.committed(group: "billing", "orders") == 5)
        }
    }

    @Test func `a swallowed error is a loss that is committed, a retry is none`() async throws {
        // Both commit after the work; only one has done it.
        try await withOrders(40) { live in
            live.workload.execute(
                .startGroup(
                    settings {
                        $0.errorRate = 0.5
                        $0.errorSeed = 3
                        $0.manualCommit = ManualCommit(.afterEachBatch)
                    }))
            try await live.until { live.ledger.processed.count == 40 }
            try await live.until { try await live.committed(group: "billing", "orders") == 40 }
            let swallowed = live.ledger.processed.values.count { $0 == [.swallowed] }
            #expect(swallowed > 5 && swallowed < 35)
            live.workload.execute(
                .changeGroup(
                    settings {
                        $0.errorRate = 0.5
                        $0.onError = .retry
                    }))
            live.workload.execute(.seek(group: "billing", .beginning))
            try await live.until { live.ledger.processed.values.allSatisfy { $0.count == 2 } }
            #expect(live.ledger.processed.values.allSatisfy { $0.last == .done })
            #expect(live.workload.snapshot().groups[0].errors > Int64(swallowed))
            #expect(live.ledger.assigned.count == 1, "nothing of this needs a new member")
        }
    }

    @Test func `a seek that comes to nothing passes no record over`() async throws {
        // The rest of the batch was given up for it, and the client had gone past that already.
        try await withOrders(40) { live in
            live.workload.execute(
                .startGroup(
                    settings {
                        $0.manualCommit = ManualCommit(.afterEachBatch)
                        $0.sessionTimeoutMilliseconds = 60_000
                        $0.maxPollRecords = 40
                        $0.millisecondsPerRecord = 50
                    }))
            try await live.until { live.ledger.processed.count >= 5 }
            // Nobody answers what lies at a time.
            try await live.cluster.inject(.freeze(1))
            live.workload.execute(.seek(group: "billing", .time(1)))
            try await live.until { live.ledger.repositioned > 0 }
            try await live.cluster.inject(.thaw(1))
            try await live.until { live.ledger.processed.count == 40 }
        }
    }

    @Test func `a group reads again from where it is told`() async throws {
        // By offset, by time, and on from the end.
        try await withOrders(40) { live in
            live.workload.execute(.startGroup(settings { _ in }))
            try await live.until { live.ledger.consumed.count == 40 }
            live.workload.execute(.seek(group: "billing", .offset(30)))
            try await live.until { live.ledger.consumed.values.count { $0 == 2 } == 10 }
            let last = try #require(try await live.read("orders").last?.timestamp)
            try await live.write(1, to: "orders", from: 40, notBefore: last + 1)
            try await live.until { live.ledger.consumed.count == 41 }
            live.workload.execute(.seek(group: "billing", .time(last + 1)))
            try await live.until { live.ledger.consumed.values.reduce(0, +) == 52 }
            live.workload.execute(.seek(group: "billing", .end))
            // The end is wherever the log ends when the member gets there.
            var next: UInt = 41
            try await live.until {
                try await live.write(1, to: "orders", from: next)
                next += 1
                return live.ledger.consumed.keys.contains { $0.sequence > 40 }
            }
            #expect(live.ledger.consumed.filter { $0.key.sequence <= 40 }.values.reduce(0, +) == 52)
        }
    }

    @Test func `who works for longer than max.poll.interval.ms is put out, and its commit refused`() async throws {
        // The record comes twice, to two members, and nobody has crashed.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            var settings = settings {
                $0.members = 2
                $0.groupInstanceID = nil
                // The least that Kafka allows with its shortest session.
                $0.maxPollIntervalMilliseconds = 6000
                $0.manualCommit = ManualCommit(.afterEachRecord)
                $0.millisecondsPerRecord = 7000
            }
            live.workload.execute(.startGroup(settings))
            try await live.until { Set(live.ledger.assigned.map(\.member)) == [1, 2] }
            try await live.write(1, to: "orders")
            try await live.until { live.ledger.processed.values.first?.count ?? 0 >= 2 }
            #expect(live.ledger.refusedCommits >= 1)
            #expect(live.ledger.revoked.contains { $0.isLost })
            #expect(live.ledger.crashed.isEmpty)
            settings.millisecondsPerRecord = 0
            live.workload.execute(.changeGroup(settings))
            try await live.until { try await live.committed(group: "billing", "orders") == 1 }
        }
    }

    @Test(arguments: [Assignor.roundRobin, .cooperativeSticky]) func `a group grows and shrinks while it runs`(
        assignor: Assignor
    ) async throws {
        // Every member gets its share; the others give theirs up.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 4, replicationFactor: 1)
            live.workload.execute(.startProducer(ProducerSettings(topic: "orders", recordsPerSecond: 500)))
            var settings = settings {
                $0.groupInstanceID = nil
                $0.assignor = assignor
                $0.manualCommit = ManualCommit(.afterEachBatch, isSynchronous: false)
            }
            func owners() -> Int { Set(live.workload.snapshot().groups[0].positions.map(\.partition)).count }
            live.workload.execute(.startGroup(settings))
            try await live.until { owners() == 4 }
            settings.members = 2
            live.workload.execute(.changeGroup(settings))
            try await live.until { live.ledger.membersSeen.count == 2 && owners() == 4 }
            settings.members = 1
            live.workload.execute(.changeGroup(settings))
            try await live.until { live.workload.snapshot().groups[0].positions.count == 4 }
            live.workload.execute(.stopProducer(topic: "orders"))
            try await live.until { !live.workload.snapshot().producers[0].isRunning }
            try await live.until { live.ledger.acknowledged.keys.allSatisfy { live.ledger.consumed[$0] != nil } }
        }
    }

    @Test func `a new group with auto.offset.reset=latest reads what comes after it`() async throws {
        // Nothing was lost: it was never asked for.
        try await withOrders(10) { live in
            live.workload.execute(.startGroup(settings { $0.autoOffsetReset = .latest }))
            try await live.until { live.ledger.assigned.count == 1 }
            var next: UInt = 10
            try await live.until {
                try await live.write(1, to: "orders", from: next)
                next += 1
                return !live.ledger.consumed.isEmpty
            }
            #expect(live.ledger.consumed.keys.allSatisfy { $0.sequence >= 10 })
        }
    }

    @Test func `a poll returns no more records than it may`() async throws {
        // The batch is what a death in mid-work can lose or repeat.
        try await withOrders(40) { live in
            live.workload.execute(.startGroup(settings { $0.maxPollRecords = 7 }))
            try await live.until { live.ledger.consumed.count == 40 }
            #expect(live.ledger.largestPoll == 7)
        }
    }

    @Test func `consumers that name no group share the default one`() {
        // As the articles say of a name left out.
        #expect(ConsumerSettings(topics: ["orders"]).group == "default")
        #expect(ConsumerSettings(topics: ["orders"]).group == ConsumerSettings(topics: ["audit"]).group)
    }
}
