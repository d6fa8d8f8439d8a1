import DeliveryLedger
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Scenarios
import Testing

@Suite struct ConditionTests {
    @Test func `a condition holds when all of its comparisons do`() throws {
        // A step that goes on too early opens no window.
        let facts = Facts.with(acked: ["orders": 100, "bills": 20])
        #expect(try Condition("acked(orders) >= 100 and acked(bills) = 20").holds(in: facts, since: nil))
        #expect(try !Condition("acked(orders) >= 100 and acked(bills) > 20").holds(in: facts, since: nil))
    }

    @Test(arguments: [
        ("acked < 121", true), ("acked <= 120", true), ("acked = 120", true), ("acked != 120", false),
        ("acked >= 121", false), ("acked > 119", true), ("acked(orders) - acked(bills) = 80", true),
        ("acked(bills) + 80 = acked(orders)", true), ("100 - 20 - 30 = 50", true),
    ])
    func `figures are compared, added and taken away`(text: String, holds: Bool) throws {
        // Without a name every topic counts.
        let facts = Facts.with(acked: ["orders": 100, "bills": 20])
        #expect(try Condition(text).holds(in: facts, since: nil) == holds)
    }

    @Test func `new counts from the step before`() throws {
        // "50 more after the kill" must not be true because of what was there before.
        let before = Facts.with(acked: ["orders": 100])
        let condition = try Condition("new acked(orders) >= 50")
        #expect(!condition.holds(in: Facts.with(acked: ["orders": 149]), since: before))
        #expect(condition.holds(in: Facts.with(acked: ["orders": 150]), since: before))
    }

    @Test func `what is unknown holds in no comparison`() throws {
        // Nobody has judged yet: neither "lost = 0" nor "lost > 0" may be claimed.
        let facts = Facts.with(acked: ["orders": 100])
        #expect(try !Condition("lost(orders) = 0").holds(in: facts, since: nil))
        #expect(try !Condition("lost(orders) > 0").holds(in: facts, since: nil))
        #expect(try !Condition("lost(orders) != 0").holds(in: facts, since: nil))
        #expect(try Condition("lost(orders) = 0").finding(in: facts, since: nil) == "lost(orders) is unknown")
    }

    @Test func `nothing is claimed of what never ran or was never judged`() throws {
        // A sum over nobody is zero: "lost = 0" would hold where the producer never started.
        var facts = Facts.with(acked: ["orders": 100])
        facts.verdicts = [.init(topic: "orders", DeliveryVerdict())]
        for text in ["lost(orders) = 0", "lost = 0", "producers-running(bills) = 0"] {
            #expect(try Condition(text).holds(in: facts, since: nil), "\(text)")
        }
        let unknown = [
            ("acked(bills) = 0", "no producer of bills has run"), ("errors(audit) = 0", "group audit has never run"),
            ("lost(bills) = 0", "nothing of bills was sent or read that could be judged"),
            ("committed-past(audit) = 0", "group audit has read nothing"),
        ]
        for (text, reason) in unknown {
            let condition = try Condition(text)
            #expect(!condition.holds(in: facts, since: nil), "\(text)")
            #expect(condition.finding(in: facts, since: nil).hasSuffix(" is unknown: \(reason)"), "\(text)")
        }
        facts.verdicts = []
        #expect(try !Condition("lost = 0").holds(in: facts, since: nil))
        facts.cluster.workload = nil
        #expect(
            try Condition("acked = 0").finding(in: facts, since: nil)
                == "acked is unknown: klamm has no clients of its own here")
    }

    @Test func `a finding tells what does not hold`() throws {
        let facts = Facts.with(acked: ["orders": 100, "bills": 20])
        let condition = try Condition("acked(orders) = 100 and acked(bills) = 100")
        #expect(condition.finding(in: facts, since: nil) == "acked(bills) is 20")
    }

    @Test(arguments: [
        ("acked", "is no condition"), ("acked > ", "A figure is missing"), ("acked > 1 > 2", "is no condition"),
        ("akced > 1", "\"akced\" is no figure"), ("acked 3 > 1", "lacks a + or - before \"3\""),
        ("acked + > 1", "ends where a figure is due"), ("leader = 1", "leader(partition)"),
        ("up(1, 2) = 1", "up(node)"), ("acked(orders > 1", "lacks its closing parenthesis"),
        ("new 5 > 1", "before a number"),
        ("faults(1) = 0", "takes nothing in parentheses"), ("", "is no condition"),
    ])
    func `what is no condition is refused with a sentence`(text: String, sentence: String) {
        let error = #expect(throws: ScenarioError.self) { try Condition(text) }
        #expect(error?.description.contains(sentence) ?? false, "\(error?.description ?? "")")
    }

    @Test func `figures of partitions, replicas and nodes`() throws {
        // One look at a cluster of which everything is known.
        var facts = Facts.with(acked: [:])
        var partition = ClusterSnapshot.Partition(index: 1, leader: 2, leaderEpoch: 7, isr: [2, 3], replicas: [])
        partition.highWatermark = 40
        partition.logEndOffset = 45
        partition.logStartOffset = 5
        partition.replicas = [
            .init(broker: 2, state: .leader, logEndOffset: 45), .init(broker: 3, state: .inSync, logEndOffset: 40),
            .init(broker: 1, state: .offline, logEndOffset: nil),
        ]
        facts.cluster.topics = [.init(name: "a-b", id: .zero, isInternal: false, partitions: [partition])]
        facts.cluster.brokers = [
            .init(id: 1, host: "", port: 1, state: .down, leaders: 0, replicas: 0),
            .init(id: 2, host: "", port: 1, state: .running, leaders: 0, replicas: 0),
        ]
        let holds = [
            "leader(a-b-1) = 2", "epoch(a-b-1) = 7", "isr(a-b-1) = 2", "in-isr(a-b-1, 3) = 1", "in-isr(a-b-1, 1) = 0",
            "hw(a-b-1) = 40", "leo(a-b-1) = 45", "leo(a-b-1, 3) = 40", "log-start(a-b-1) = 5",
            "unreplicated(a-b-1) = 5", "up(1) = 0", "up(2) = 1", "brokers-running = 1", "controller = 0", "faults = 0",
        ]
        for text in holds { #expect(try Condition(text).holds(in: facts, since: nil), "\(text)") }
        for text in ["leo(a-b-1, 1) = 0", "leader(a-b-0) = 0", "leader(c-0) = 0", "up(3) = 0"] {
            #expect(try !Condition(text).holds(in: facts, since: nil), "\(text)")
        }
    }

    @Test func `a template tells figures, or says that it does not know`() throws {
        let facts = Facts.with(acked: ["orders": 100])
        let template = try Template("{acked(orders)} of {acked(orders) + 5}, {lost(orders)} lost")
        #expect(template.text(in: facts, since: nil) == "100 of 105, an unknown number of lost")
        #expect(throws: ScenarioError.self) { try Template("{acked(orders)") }
    }
}

extension Facts {
    /// A cluster of which only the producers are known.
    static func with(acked: KeyValuePairs<String, Int64>, running: Bool = true) -> Facts {
        let start = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)
        var cluster = ClusterSnapshot(takenAt: start, clusterID: "test")
        var workload = WorkloadSnapshot()
        for (topic, count) in acked {
            var producer = WorkloadSnapshot.Producer(
                settings: ProducerSettings(topic: topic, recordsPerSecond: 1), isRunning: running)
            producer.acknowledged = count
            workload.producers.append(producer)
        }
        cluster.workload = workload
        return Facts(cluster: cluster)
    }
}
