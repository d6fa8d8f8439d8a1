import KafkaCluster
import KafkaProtocol
import Testing

@testable import Scenarios

/// A story is told in sentences, made from what was parsed.
@Suite struct StepWordsTests {
    private static func ahead(_ actions: [String], when: String? = nil) throws -> (words: String, text: String) {
        var scenario = Scenario(name: "test", title: "A test")
        scenario.topics = [Scenario.Topic(name: "orders")]
        scenario.producers = [Scenario.Producer(ProducerSettings(topic: "orders", recordsPerSecond: 1))]
        scenario.groups = [Scenario.Group(ConsumerSettings(group: "billing", topics: ["orders"]))]
        var step = Step()
        step.actions = try actions.map { try ActionText($0) }
        step.when = try when.map { try Condition($0) }
        scenario.steps = [step]
        return scenario.stepsAhead[0]
    }

    @Test(arguments: [
        ("kill 2", "kill broker 2"), ("power-loss 101", "take the power from controller 101"),
        ("freeze 1 for 3s", "freeze broker 1 for 3 s"), ("heal all", "end every fault"),
        ("cut 1-nodes", "cut the link between broker 1 and all other nodes"),
        ("cut 1>2", "cut the link from broker 1 to broker 2"),
        ("delay clients-1 10ms", "delay all that travels between all clients and broker 1 by 10 ms"),
        (
            "fail Produce number 1 at 1 with NOT_ENOUGH_REPLICAS before effect",
            "let broker 1 refuse Produce request number 1 with NOT_ENOUGH_REPLICAS"
        ),
        ("disk 2 full", "fill the disk of broker 2"), ("add-broker", "add a broker"),
        ("set producer orders acks=all retries=0", "let the producer of orders go on with acks=all retries=0"),
        (
            "crash member 1 of billing after work at record 45",
            "crash member 1 of billing after its work on record 45, before the commit"
        ),
        ("seek billing beginning", "let group billing read on from the beginning"),
        ("move orders-0 to 4,2,3", "move orders-0 to brokers 4,2,3"),
        // Who that is will be known when the time has come.
        ("freeze {leader(orders-0)}", "freeze the leader of orders-0"),
    ])
    func `an action is a sentence`(text: String, words: String) throws {
        let ahead = try Self.ahead([text])
        #expect(ahead.words == "Step 1 of 1: \(words)" && ahead.text == text)
    }

    @Test(arguments: [
        ("acked(orders) >= 50", "at least 50 acknowledged records of orders"),
        ("new acked(orders) >= 50", "at least 50 more acknowledged records of orders"),
        ("lost(orders) = 0", "no lost records of orders"), ("lost(orders) > 0", "some lost records of orders"),
        ("isr(orders-0) = 3", "3 replicas of orders-0 in sync"),
        ("isr(orders-0) = 1", "1 replica of orders-0 in sync"), ("failed = 1", "1 failed record"),
        ("leader(orders-0) = 0", "no leader of orders-0"), ("leader(orders-0) = 2", "broker 2 as leader of orders-0"),
        ("leader(orders-0) > 1", "a leader of orders-0 other than broker 1"),
        ("in-isr(orders-0, 1) = 1", "broker 1 in the ISR of orders-0"),
        ("leader(orders-0) != 2", "broker 2 not as leader of orders-0"),
        ("leader(orders-0) != 0", "a leader of orders-0"),
        ("up(1) = 0", "node 1 down"), ("controller != 101", "controller 101 not active"),
        ("hw(orders-0) >= 100", "the high watermark of orders-0 at 100 or more"),
        ("faults = 0", "no lasting faults"),
        (
            "lost(orders) + hw(orders-0) = acked(orders)",
            "lost records of orders plus the high watermark of orders-0 as many as acknowledged records of orders"
        ),
    ])
    func `a condition is a thing to wait for`(text: String, words: String) throws {
        #expect(try Condition(text).words == words)
    }

    @Test func `of one it is spoken as of one`() throws {
        // "1 broker that serve", "1 failed record read although they had failed".
        for metric in Metric.allCases where metric.arguments.isEmpty || metric.arguments.hasSuffix("?") {
            guard metric.arguments.split(separator: ",").count < 2 else { continue }
            let words = try Condition("\(metric.rawValue) = 1").words
            #expect(!words.split(separator: " ").contains { Self.plurals.contains(String($0)) }, "\(words)")
        }
        #expect(try Condition("faults = 1").words == "1 lasting fault")
        #expect(try Condition("attempted = 1").words == "1 record meant to be sent")
    }

    private static let plurals = ["are", "were", "they", "them", "serve", "last"]

    @Test func `a step says what it waits for, and then what it does`() throws {
        let ahead = try Self.ahead(["kill 1", "kill 2"], when: "acked(orders) >= 50 and isr(orders-0) = 3")
        #expect(
            ahead.words
                == "Step 1 of 1: wait for at least 50 acknowledged records of orders and 3 replicas of orders-0 in sync, "
                + "then kill broker 1, kill broker 2")
        #expect(ahead.text == "when acked(orders) >= 50 and isr(orders-0) = 3, kill 1, kill 2")
    }

    @Test func `what came of an expectation is said once`() throws {
        let facts = Facts.with(acked: ["orders": 5])
        #expect(
            try Condition("acked(orders) = 5").verdict(true, in: facts)
                == "As expected, 5 acknowledged records of orders")
        #expect(
            try Condition("acked(orders) > 0").verdict(true, in: facts)
                == "As expected, some acknowledged records of orders: 5")
        #expect(
            try Condition("acked(orders) = 6").verdict(false, in: facts)
                == "Expected 6 acknowledged records of orders: 5")
        #expect(
            try Condition("lost(orders) = 0").verdict(false, in: facts).hasPrefix(
                "Expected no lost records of orders: unknown"))
    }
}
