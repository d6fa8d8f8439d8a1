import DeliveryLedger
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Testing
import Workload

/// Records of klamm's own clients on klamm's own brokers, followed from the call to where they end.
@Suite(.timeLimit(.minutes(15))) struct JourneyTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)

    private func journey(_ live: LiveCluster, offset: Int64, leaderEpoch: Int32?) async throws -> RecordJourney {
        var facts = JourneyFacts(snapshot: try await live.cluster.snapshot())
        (facts.partition, facts.offset, facts.leaderEpoch) = (orders, offset, leaderEpoch)
        facts.replicas = try await live.cluster.traces(of: orders, offset: offset, leaderEpoch: leaderEpoch)
        facts.groups = live.workload.tracker.groups(of: orders, offset: offset, reading: ["billing"])
        facts.loss = live.cluster.ledgerAccount.losses.last {
            $0.partition == orders && $0.batch(of: offset) != nil && $0.leaderEpoch == leaderEpoch
        }
        facts.take(live.workload.tracker.sends(to: orders, offset: offset))
        return RecordJourney(facts)
    }

    /// The offset of a record that is sent from now on, once it is acknowledged: of the first one, where nobody is late.
    private func next(_ live: LiveCluster, after wish: inout Int) async throws -> Int64 {
        wish += 1
        var found: Int64?
        while found == nil {
            switch live.workload.tracker.follow("orders", wish: wish)?.report {
            case .acknowledged(_, let offset?)?: found = offset
            case nil: try await Task.sleep(for: .milliseconds(20))
            default: wish += 1
            }
        }
        return try #require(found)
    }

    private func start(_ live: LiveCluster, acks: Acks, settings: KeyValuePairs<String, String> = [:]) async throws {
        try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 3, settings: settings)
        var consumers = ConsumerSettings(group: "billing", topics: ["orders"])
        consumers.autoCommitIntervalMilliseconds = 50
        live.workload.execute(.startGroup(consumers))
        var producer = ProducerSettings(topic: "orders", recordsPerSecond: 50)
        producer.acks = acks
        live.workload.execute(.startProducer(producer))
    }

    private func step(_ journey: RecordJourney, _ fits: (JourneyStep.Kind) -> Bool) -> JourneyStep? {
        journey.steps.first { fits($0.kind) }
    }

    @Test func `a record's way is known from the call to the committed offset, each step with its time`() async throws {
        // Every hook of brokers, producers and consumers together. A broker that is late must not be taken for dead: others
        // would lead, and the record be read again.
        try await withLiveCluster(brokers: 3, [("broker.session.timeout.ms", "60000")]) { live in
            // Who is late leaves the ISR, and the high watermark must then wait for it: here each copy comes before it.
            try await start(live, acks: .all, settings: ["min.insync.replicas": "3"])
            var wish = 0
            let offset = try await next(live, after: &wish)
            var whole: RecordJourney?
            try await live.until {
                let journey = try await self.journey(live, offset: offset, leaderEpoch: nil)
                if journey.steps.last?.kind != nil, journey.steps.allSatisfy({ $0.moment != nil }) { whole = journey }
                return whole != nil
            }
            let journey = try #require(whole)
            #expect(journey.ending == .safe && journey.steps.count == 11, "\(journey.steps)")
            #expect(journey.steps.first?.kind == .sent)
            #expect(journey.name?.isEmpty == false)
            func moment(_ kind: JourneyStep.Kind) throws -> Moment {
                let found = step(journey) { $0 == kind }?.moment
                return try #require(found)
            }
            let appended = try moment(.appended(leaderEpoch: 0, acks: -1))
            let copies = journey.steps.filter { $0.kind == .copied }.compactMap(\.moment)
            let passed = try moment(.passed)
            let (answered, polled) = try (moment(.answered(acks: -1)), moment(.polled(member: 1, again: false)))
            #expect(
                copies.count == 2 && copies.allSatisfy { appended.to <= $0.to && $0.to <= passed.to },
                "\(journey.steps)")
            #expect(passed.to <= answered.to && passed.to <= polled.to, "\(journey.steps)")
            let worked = try moment(.worked(.done))
            #expect(polled.to <= worked.to, "\(journey.steps)")
        }
    }

    @Test func `of a record lost with acks=1 the journey shows where it ended`() async throws {
        // Sent, appended by a leader that nobody copies from, acknowledged, led on without, truncated. Only who was killed
        // must stop to lead.
        try await withLiveCluster(brokers: 3, [("broker.session.timeout.ms", "5000")]) { live in
            try await start(live, acks: .leader)
            var wish = 0
            _ = try await next(live, after: &wish)
            let leader = try #require(try await live.leader(of: 0, in: "orders"))
            try await live.cluster.inject(.link(.init(.node(leader), .nodes, .cut)))
            let offset = try await next(live, after: &wish)
            try await live.cluster.inject(.kill(leader))
            try await live.until { live.cluster.ledgerAccount.losses.contains { $0.batch(of: offset) != nil } }
            let epoch = try #require(live.cluster.ledgerAccount.losses.last).leaderEpoch

            let gone = try await self.journey(live, offset: offset, leaderEpoch: epoch)
            #expect(gone.ending == .lost(isAcknowledged: true), "\(gone.steps)")
            let others = gone.steps.filter { $0.kind == .copied }
            #expect(others.count == 2 && others.allSatisfy { !$0.hasHappened }, "\(others)")
            guard case .notYet? = step(gone, { $0 == .dropped(nil) })?.when else {
                Issue.record("its only holder is down and still has it: \(gone.steps)")
                return
            }

            try await live.cluster.inject(.healAll)
            try await live.cluster.inject(.restart(leader))
            try await live.until {
                let journey = try await self.journey(live, offset: offset, leaderEpoch: epoch)
                return step(journey) { $0 == .dropped(.truncated) }?.moment != nil
            }
            let journey = try await self.journey(live, offset: offset, leaderEpoch: epoch)
            let there = journey.steps.filter { $0.moment != nil && $0.lane == .broker(leader) }.map(\.kind)
            #expect(
                there.filter { if case .befell = $0 { false } else { true } } == [
                    .appended(leaderEpoch: epoch, acks: 1), .answered(acks: 1), .dropped(.truncated),
                ], "\(journey.steps)")
            let timed = journey.steps.filter { $0.moment != nil }.map(\.kind)
            #expect(timed.contains(.sent) && timed.contains(.buffered))
            #expect(timed.contains(.reported(.acknowledged(orders, offset: offset))))
            guard case .never(.dropped(leader, .truncated, _))? = step(journey, { $0 == .passed })?.when else {
                Issue.record("the high watermark never passed it: \(journey.steps)")
                return
            }
            #expect(journey.steps.contains { $0.kind == .polled(member: nil, again: false) })
            // What stands there now is another record, and is well.
            try await live.until {
                try await self.journey(live, offset: offset, leaderEpoch: nil).ending == .safe
            }
        }
    }
}
