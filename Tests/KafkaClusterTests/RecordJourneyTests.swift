import DeliveryLedger
import KafkaBroker
import KafkaProtocol
import Testing

@testable import KafkaCluster

@Suite struct RecordJourneyTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)

    private func at(_ milliseconds: Int64) -> Instant {
        Instant(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: 1_000_000 + milliseconds)
    }

    /// Broker 1 leads, 2 and 3 follow.
    private func snapshot(end: Int64, highWatermark: Int64, down: [BrokerID] = []) -> ClusterSnapshot {
        var snapshot = ClusterSnapshot(takenAt: at(1000), clusterID: "c")
        let replicas = ([1, 2, 3] as [BrokerID]).map { id in
            ClusterSnapshot.Replica(
                broker: id, state: down.contains(id) ? .offline : id == 1 ? .leader : .inSync,
                logEndOffset: down.contains(id) ? nil : end)
        }
        var partition = ClusterSnapshot.Partition(
            index: 0, leader: 1, leaderEpoch: 0, isr: [1, 2, 3], replicas: replicas)
        partition.logStartOffset = 0
        partition.logEndOffset = end
        partition.highWatermark = highWatermark
        snapshot.topics = [
            ClusterSnapshot.Topic(name: "orders", id: Uuid(high: 1, low: 1), isInternal: false, partitions: [partition])
        ]
        var billing = ClusterSnapshot.Group(id: "billing", state: "Stable")
        var place = ClusterSnapshot.GroupPartition(partition: orders)
        place.committed = 5
        billing.partitions = [place]
        snapshot.groups = [billing]
        return snapshot
    }

    private func trace(_ change: (inout ReplicaTrace) -> Void) -> ReplicaTrace {
        var trace = ReplicaTrace()
        change(&trace)
        return trace
    }

    private func written(_ milliseconds: Int64, acks: Int16? = nil) -> ReplicaTrace {
        trace { $0.written = .init(moment: Moment(at(milliseconds)), leaderEpoch: 0, acks: acks) }
    }

    private func facts(_ snapshot: ClusterSnapshot, _ traces: [ReplicaTrace]?) -> JourneyFacts {
        var facts = JourneyFacts(snapshot: snapshot)
        (facts.partition, facts.offset) = (orders, 7)
        facts.replicas = traces.map { traces in
            zip([1, 2, 3] as [BrokerID], traces).map { (broker: $0.0, trace: $0.1) }
        }
        return facts
    }

    private func words(_ journey: RecordJourney) -> [String] {
        journey.steps.map { step in
            let place =
                switch step.lane {
                case .producer: "producer"
                case .broker(let id): "\(id)"
                case .group(let name): name
                }
            let kind = "\(step.kind)".prefix { $0 != "(" }
            let when =
                switch step.when {
                case .at(let moment): "\(moment.from.monotonicNanoseconds / 1_000_000)"
                case .before: "done"
                case .notYet(.told(let why)): "not yet: \(why)"
                case .never(.told(let why)): "never: \(why)"
                case .notYet(let why), .never(let why): "\("\(why)".prefix { $0 != "(" }) never"
                case .unknown: "unknown"
                }
            return "\(place) \(kind) \(when)"
        }
    }

    @Test func `an undisturbed record goes from send to the committed offset, in the order of time`() {
        // What a learner is to see first.
        var leader = written(10, acks: -1)
        leader.passed = Moment(at(13))
        leader.answer = .init(moment: Moment(at(14)), acks: -1)
        var facts = facts(snapshot(end: 8, highWatermark: 8), [leader, written(12), written(11)])
        var sending = SendTrace(name: "orders-k3x-1:7", topic: "orders", acks: .all, sent: at(8))
        sending.buffered = at(9)
        sending.report = .acknowledged(orders, offset: 7)
        sending.reportedAt = at(15)
        facts.sending = sending
        var group = GroupTrace(group: "billing")
        group.polls = [.init(moment: Moment(at(20)), member: 2)]
        group.works = [.init(moment: Moment(at(30)), outcome: .done)]
        group.commits = [Moment(at(40))]
        facts.groups = [group]
        let journey = RecordJourney(facts)
        #expect(
            words(journey) == [
                "producer sent 8", "producer buffered 9", "1 appended 10", "3 copied 11", "2 copied 12", "1 passed 13",
                "1 answered 14", "producer reported 15", "billing polled 20", "billing worked 30",
                "billing committed 40",
            ])
        #expect(journey.ending == .safe && journey.leaderEpoch == 0 && journey.name == "orders-k3x-1:7")
        #expect(journey.lanes == [.producer, .broker(1), .broker(2), .broker(3), .group("billing")])
    }

    @Test func `a record that was acknowledged had a place in the buffer, whoever noted it`() {
        // It waited for room while its producer's settings changed: to call it refused would be a lie.
        var facts = facts(snapshot(end: 8, highWatermark: 8), [written(10, acks: 1), written(12), written(12)])
        var sending = SendTrace(name: "orders-k3x-1:7", topic: "orders", acks: .leader, sent: at(8))
        sending.report = .acknowledged(orders, offset: 7)
        sending.reportedAt = at(15)
        facts.sending = sending
        let buffered = RecordJourney(facts).steps.first { $0.kind == .buffered }?.when
        #expect(buffered == .before(.told("nobody noted when it found room")))
    }

    @Test func `what is still missing comes last and says why`() {
        // A step that is left out would be taken for one that is not needed.
        var facts = facts(
            snapshot(end: 8, highWatermark: 7, down: [3]), [written(10, acks: -1), written(12), ReplicaTrace()])
        facts.groups = [GroupTrace(group: "billing")]
        let journey = RecordJourney(facts)
        #expect(
            words(journey) == [
                "1 appended 10", "2 copied 12", "producer reported unknown", "3 copied not yet: broker 3 is down",
                "1 passed not yet: it stands at 7", "1 answered not yet: acks=all waits for the high watermark",
                "billing polled not yet: consumers read up to the high watermark",
                "billing committed not yet: it stands at 5",
            ])
        #expect(journey.ending == .written(isAcknowledged: false))
    }

    @Test func `a record that only a dead leader had is lost, and its journey says where it ended`() {
        // The point of klamm: acknowledged with acks=1, never copied, led on without, truncated.
        var leader = written(10, acks: 1)
        leader.answer = .init(moment: Moment(at(11)), acks: 1)
        leader.drop = .init(reason: .truncated, at: at(900))
        let next = trace { $0.leads = [.init(leaderEpoch: 1, logEndOffset: 7, at: at(500))] }
        var facts = facts(snapshot(end: 30, highWatermark: 30), [leader, next, ReplicaTrace()])
        facts.groups = [GroupTrace(group: "billing")]
        let journey = RecordJourney(facts)
        #expect(
            words(journey) == [
                "1 appended 10", "1 answered 11", "producer reported unknown", "2 led 500", "1 dropped 900",
                "2 copied ledWithout never", "3 copied ledWithout never", "1 passed ledWithout never",
                "billing polled ledWithout never",
            ])
        #expect(journey.ending == .lost(isAcknowledged: true))
    }

    @Test func `a leader that has it keeps it, and a later one without it does not`() {
        // An election alone costs nothing.
        var second = written(12)
        second.leads = [.init(leaderEpoch: 1, logEndOffset: 8, at: at(500))]
        var traces = [written(10, acks: 1), second, ReplicaTrace()]
        #expect(RecordJourney(facts(snapshot(end: 9, highWatermark: 8), traces)).ending == .safe)
        traces[2].leads = [.init(leaderEpoch: 2, logEndOffset: 3, at: at(700))]
        let lost = RecordJourney(facts(snapshot(end: 30, highWatermark: 30), traces))
        #expect(lost.ending == .lost(isAcknowledged: false))
        #expect(words(lost).contains("2 dropped not yet: broker 2 still has it"))
    }

    @Test func `of a broken and mended loss the journey says both`() {
        // A broker that had kept the records leads again: what was lost is back.
        let first = trace {
            $0.written = .init(moment: Moment(at(10)), leaderEpoch: 0, acks: 1)
            $0.leads = [.init(leaderEpoch: 2, logEndOffset: 8, at: at(800))]
        }
        let second = trace { $0.leads = [.init(leaderEpoch: 1, logEndOffset: 7, at: at(500))] }
        let journey = RecordJourney(facts(snapshot(end: 9, highWatermark: 9), [first, second, ReplicaTrace()]))
        #expect(journey.ending == .safe)
    }

    @Test func `under attach what the protocol does not tell is unknown, and what it tells is not`() {
        // An unknown time is not a step that was not taken.
        var facts = facts(snapshot(end: 8, highWatermark: 8), nil)
        facts.leaderEpoch = 3
        facts.stamp = .init(milliseconds: 1_000_400, isAppendTime: true)
        let journey = RecordJourney(facts)
        #expect(
            words(journey) == [
                "1 appended 399", "2 copied done", "3 copied done", "1 passed done", "1 answered unknown",
                "producer reported unknown", "billing committed not yet: it stands at 5",
            ])
        #expect(journey.ending == .safe)
        // "copied · Kafka's protocol does not tell" would leave open what.
        #expect(journey.steps[1].when == .before(.told("Kafka's protocol does not tell when")))
    }

    @Test func `a record of an earlier run is there, and nobody marks when it came`() {
        // klamm's marks begin with klamm.
        var facts = facts(snapshot(end: 8, highWatermark: 8), [ReplicaTrace(), ReplicaTrace(), ReplicaTrace()])
        facts.leaderEpoch = 0
        facts.stamp = .init(milliseconds: 900_000, isAppendTime: false)
        #expect(
            words(RecordJourney(facts)).prefix(4) == [
                "producer stamped -100001", "1 appended done", "2 copied done", "3 copied done",
            ])
    }

    @Test(arguments: [(10, "producer stamped 9"), (11, "producer stamped 10"), (14, "producer stamped done")])
    func `a stamp comes before the append, or is another clock's`(milliseconds: Int64, first: String) {
        // Stamps are cut to the millisecond: within one, what is acknowledged must not stand before what is stamped.
        var facts = facts(snapshot(end: 8, highWatermark: 8), [written(10, acks: 1), written(11), written(12)])
        facts.stamp = .init(milliseconds: 1_000_000 + milliseconds, isAppendTime: false)
        let journey = RecordJourney(facts)
        #expect(Array(words(journey).prefix(2)) == [first, "1 appended 10"])
        #expect(journey.steps.first?.moment.map { $0.from.wallClockMilliseconds - 1_000_000 } ?? 14 == milliseconds)
    }

    @Test func `acks=0 is never answered, and a record that never left is nowhere`() {
        // Fire and forget: silence is not success.
        let journey = RecordJourney(
            facts(snapshot(end: 8, highWatermark: 8), [written(10, acks: 0), written(11), written(12)]))
        #expect(words(journey).contains("1 answered never: acks=0 asks for no answer"))
        var facts = JourneyFacts(snapshot: snapshot(end: 8, highWatermark: 8))
        var sending = SendTrace(name: "p:1", topic: "orders", acks: .all, sent: at(8))
        #expect(RecordJourney(facts).ending == .sending)
        sending.report = .dropped
        sending.reportedAt = at(9)
        facts.sending = sending
        let dropped = RecordJourney(facts)
        #expect(dropped.ending == .notSent(.dropped))
        #expect(
            words(dropped) == [
                "producer sent 8", "producer reported 9",
                "producer buffered never: there was no room for it in the buffer",
            ])
    }

    @Test func `a step of which only about is known when stands after its cause`() {
        // Old marks are merged: by its last possible time a copy would seem to come after the poll of what it allows.
        var leader = written(10, acks: -1)
        leader.passed = Moment(from: at(5), to: at(60))
        leader.answer = .init(moment: Moment(at(14)), acks: -1)
        var second = written(11)
        second.written?.moment = Moment(from: at(3), to: at(50))
        var facts = facts(snapshot(end: 8, highWatermark: 8), [leader, second, written(12)])
        var group = GroupTrace(group: "billing")
        group.polls = [.init(moment: Moment(at(20)), member: 1)]
        facts.groups = [group]
        #expect(
            words(RecordJourney(facts)).prefix(6) == [
                "1 appended 10", "2 copied 10", "1 passed 10", "3 copied 12", "1 answered 14",
                "producer reported unknown",
            ])
    }

    @Test func `a record before a high watermark that stands says why it does`() {
        // Who waits for it to move waits for a replica.
        var picture = snapshot(end: 9, highWatermark: 6)
        picture.topics[0].partitions[0].isr = [1]
        picture.topics[0].partitions[0].minISR = MinISR(setting: 2, replicas: 3)
        func reason(_ picture: ClusterSnapshot) -> JourneyStep.When? {
            RecordJourney(facts(picture, [written(10), written(11), written(12)])).steps.first { $0.kind == .passed }?
                .when
        }
        #expect(
            reason(picture) == .notYet(.told("it stands at 6: ISR 1 is smaller than min.insync.replicas 2")))
        picture.topics[0].partitions[0].minISR = nil
        #expect(reason(picture) == .notYet(.told("it stands at 6")))
    }
}
