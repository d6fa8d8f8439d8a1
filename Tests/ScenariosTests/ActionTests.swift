import KafkaCluster
import KafkaProtocol
import Scenarios
import Testing

@Suite struct ActionTests {
    /// What a scenario's only step does with these words.
    private static func action(_ text: String) throws -> StepAction? {
        var scenario = Scenario(name: "test", title: "A test")
        scenario.topics = [Scenario.Topic(name: "orders")]
        scenario.producers = [Scenario.Producer(ProducerSettings(topic: "orders", recordsPerSecond: 1))]
        scenario.groups = [Scenario.Group(ConsumerSettings(group: "billing", topics: ["orders"]))]
        var step = Step()
        step.actions = [try ActionText(text)]
        scenario.steps = [step]
        do { try scenario.checkActions() } catch { throw error.error }
        let start = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)
        var run = ScenarioRun(scenario, now: start)
        for case .perform(let action) in run.observed(.with(acked: [:]), now: start) { return action }
        return nil
    }

    @Test(arguments: [
        ("kill 2", StepAction.fault(FaultScriptLine(.kill(2)))),
        ("freeze 1 for 3s", .fault(FaultScriptLine(.freeze(1), for: .seconds(3)))),
        ("stop 2", .fault(FaultScriptLine(.stop(2)))), ("heal all", .fault(FaultScriptLine(.healAll))),
        ("add-broker", .addBroker), ("remove-broker 4", .removeBroker(4)),
        ("stop producer orders", .client(.stopProducer(topic: "orders"))),
        ("crash producer orders", .client(.crashProducer(topic: "orders"))),
        ("stop group billing", .client(.stopGroup("billing"))),
        ("crash member 2 of billing", .client(.crashMember(group: "billing", member: 2, .now))),
        (
            "crash member 1 of billing during work at record 10",
            .client(.crashMember(group: "billing", member: 1, .duringWork, atRecord: 10))
        ),
        ("seek billing beginning", .client(.seek(group: "billing", .beginning))),
        ("seek billing 40", .client(.seek(group: "billing", .offset(40)))),
        ("add partitions orders 6", .administration(.addPartitions(topic: "orders", count: 6))),
        (
            "set topic orders min.insync.replicas=2 retention.ms=1000",
            .administration(
                .setTopic("orders", [Setting("min.insync.replicas", "2"), Setting("retention.ms", "1000")]))
        ),
        (
            "set broker all log.cleaner.threads=1",
            .administration(.setBroker(nil, [Setting("log.cleaner.threads", "1")]))
        ),
        (
            "elect orders-0 unclean",
            .administration(.elect(TopicPartition(topic: "orders", partition: 0), isUnclean: true))
        ),
        ("move orders-0 to 2,3", .administration(.move(TopicPartition(topic: "orders", partition: 0), to: [2, 3]))),
        (
            "delete records orders-0 before 7",
            .administration(.deleteRecords(TopicPartition(topic: "orders", partition: 0), before: 7))
        ),
        ("press 2 K", .press(["2", "K"])),
    ])
    func `words become an action`(text: String, action: StepAction) throws {
        #expect(try Self.action(text) == action)
    }

    @Test(arguments: [
        ("klil 2", "\"klil\" is no command"), ("kill", "takes one node"),
        ("start producer bills", "no producer of \"bills\""),
        ("stop group shipping", "no group \"shipping\""), ("set producer orders acks=7", "\"acks\" takes 0, 1 or all"),
        ("set producer orders", "lacks its settings"), ("set group billing work", "is not NAME=VALUE"),
        ("crash member x of billing", "is written crash member"), ("crash it", "is no action"),
        ("crash member 1 of billing within work", "before, during or after"), ("press", "lacks its keys"),
        ("move orders-0 to nobody", "move orders-0 to 2,3,4"), ("elect orders", "is no partition"),
        ("seek billing nowhere", "beginning, end or an offset"), ("ledger", "does nothing"),
        ("create topic bills", "no topic \"bills\""), ("delete records orders-0", "before 100"), ("", "is empty"),
    ])
    func `words that are no action are refused with a sentence`(text: String, sentence: String) {
        let error = #expect(throws: ScenarioError.self) { _ = try Self.action(text) }
        #expect(error?.description.contains(sentence) ?? false, "\(error?.description ?? "")")
    }
}
