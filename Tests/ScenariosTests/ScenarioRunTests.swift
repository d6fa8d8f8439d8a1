import DeliveryLedger
import KafkaCluster
import KafkaProtocol
import Scenarios
import Testing

@Suite struct ScenarioRunTests {
    private static func at(_ milliseconds: Int64) -> Instant {
        Instant(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: milliseconds)
    }

    private static func step(_ when: String?, _ actions: [String], says: String? = nil, at: Duration? = nil) throws
        -> Step
    {
        var step = Step()
        step.at = at
        step.when = try when.map { try Condition($0) }
        step.actions = try actions.map { try ActionText($0) }
        step.says = try says.map { try Template($0) }
        return step
    }

    private static func scenario(_ steps: [Step], expecting: [String] = []) throws -> Scenario {
        var scenario = Scenario(name: "test", title: "A test")
        scenario.topics = [Scenario.Topic(name: "orders")]
        scenario.producers = [Scenario.Producer(ProducerSettings(topic: "orders", recordsPerSecond: 1))]
        scenario.steps = steps
        scenario.expectations = try expecting.map { try Condition($0) }
        return scenario
    }

    private static func performed(_ actions: [ScenarioRun.Action]) -> [StepAction] {
        actions.compactMap { if case .perform(let action) = $0 { action } else { nil } }
    }

    private static func report(_ actions: [ScenarioRun.Action]) -> ScenarioReport? {
        for case .finished(let report) in actions { return report }
        return nil
    }

    @Test func `a step waits for its condition and does one thing at a time`() throws {
        // A second action must find done what the first one does.
        let scenario = try Self.scenario([Self.step("acked >= 10", ["kill 1", "cut 2-3"])])
        var run = ScenarioRun(scenario, now: Self.at(0))
        #expect(Self.performed(run.observed(.with(acked: ["orders": 9]), now: Self.at(10))) == [])
        let first = Self.performed(run.observed(.with(acked: ["orders": 10]), now: Self.at(20)))
        #expect(first == [.fault(FaultScriptLine(.kill(1)))])
        #expect(run.observed(.with(acked: ["orders": 11]), now: Self.at(30)) == [])
        let second = Self.performed(run.done(now: Self.at(40)))
        #expect(second == [.fault(FaultScriptLine(.link(LinkFault(.node(2), .node(3), .cut))))])
    }

    @Test func `a step that waits too long fails and says how it is`() throws {
        let scenario = try Self.scenario([Self.step("acked >= 10", ["kill 1"])])
        var run = ScenarioRun(scenario, now: Self.at(0))
        #expect(Self.report(run.observed(.with(acked: ["orders": 3]), now: Self.at(5000))) == nil)
        let report = try #require(Self.report(run.observed(.with(acked: ["orders": 3]), now: Self.at(5001))))
        #expect(report.failure == "Step 1 waited 5 s for acked >= 10: acked is 3.")
        #expect(!report.hasPassed)
        #expect(run.isOver)
    }

    @Test func `a step's time counts from the beginning`() throws {
        let scenario = try Self.scenario([Self.step(nil, ["kill 1"], at: .seconds(2))])
        var run = ScenarioRun(scenario, now: Self.at(1000))
        #expect(Self.performed(run.observed(.with(acked: [:]), now: Self.at(2999))) == [])
        #expect(Self.performed(run.observed(.with(acked: [:]), now: Self.at(3000))).count == 1)
    }

    @Test func `words are told of what was seen after the actions`() throws {
        let scenario = try Self.scenario([Self.step(nil, ["kill 1"], says: "{new acked} more")])
        var run = ScenarioRun(scenario, now: Self.at(0))
        _ = run.observed(.with(acked: ["orders": 100]), now: Self.at(10))
        #expect(run.done(now: Self.at(20)) == [])
        let told = run.observed(.with(acked: ["orders": 130]), now: Self.at(30))
        #expect(told.first == .tell(StoryLine(.says, "30 more", after: .milliseconds(30))))
    }

    @Test func `a gain counts from where its figure was first known`() throws {
        // A group that starts anew has no lag for a moment: the step would wait for ever.
        let scenario = try Self.scenario([Self.step("new acked(orders) >= 10", ["kill 1"])])
        var run = ScenarioRun(scenario, now: Self.at(0))
        let unknown = Facts(cluster: ClusterSnapshot(takenAt: Self.at(10), clusterID: "test"))
        #expect(run.observed(unknown, now: Self.at(10)) == [])
        #expect(run.observed(.with(acked: ["orders": 100]), now: Self.at(20)) == [])
        #expect(run.observed(.with(acked: ["orders": 109]), now: Self.at(30)) == [])
        #expect(Self.performed(run.observed(.with(acked: ["orders": 110]), now: Self.at(40))).count == 1)
    }

    @Test func `figures in an action are read when its time has come`() throws {
        // Whom to kill is known only then.
        let scenario = try Self.scenario([Self.step(nil, ["kill {acked}"])])
        var run = ScenarioRun(scenario, now: Self.at(0))
        let performed = Self.performed(run.observed(.with(acked: ["orders": 3]), now: Self.at(10)))
        #expect(performed == [.fault(FaultScriptLine(.kill(3)))])
    }

    @Test func `an action that fails ends the run with its reason`() throws {
        let scenario = try Self.scenario([Self.step(nil, ["kill 9"])])
        var run = ScenarioRun(scenario, now: Self.at(0))
        _ = run.observed(.with(acked: [:]), now: Self.at(10))
        let report = try #require(Self.report(run.done(failure: "there is no broker 9", now: Self.at(20))))
        #expect(report.failure == "Step 1: there is no broker 9")
    }

    @Test func `a paused run takes a step when it is told, and no limit passes meanwhile`() throws {
        let scenario = try Self.scenario([Self.step(nil, ["kill 1"]), Self.step("acked >= 10", ["kill 2"])])
        var run = ScenarioRun(scenario, now: Self.at(0))
        run.pause()
        #expect(run.observed(.with(acked: [:]), now: Self.at(100_000)) == [])
        run.takeStep(now: Self.at(100_000))
        #expect(Self.performed(run.observed(.with(acked: [:]), now: Self.at(100_010))).count == 1)
        _ = run.done(now: Self.at(100_020))
        _ = run.observed(.with(acked: ["orders": 10]), now: Self.at(100_030))
        #expect(run.nextStep == 2)
        #expect(run.observed(.with(acked: ["orders": 10]), now: Self.at(900_000)) == [])
        run.play(now: Self.at(900_000))
        #expect(Self.performed(run.observed(.with(acked: ["orders": 10]), now: Self.at(900_010))).count == 1)
    }

    @Test func `settings that a step changes hold for later steps`() throws {
        let scenario = try Self.scenario([
            Self.step(nil, ["set producer orders acks=1"]), Self.step(nil, ["set producer orders retries=0"]),
        ])
        var run = ScenarioRun(scenario, now: Self.at(0))
        _ = run.observed(.with(acked: [:]), now: Self.at(10))
        _ = run.done(now: Self.at(20))
        let actions = Self.performed(run.observed(.with(acked: [:]), now: Self.at(30)))
        guard case .client(.changeProducer(let settings))? = actions.first else {
            Issue.record("no change: \(actions)")
            return
        }
        #expect(settings.acks == .leader)
        #expect(settings.retries == 0)
    }

    /// Plays the ending of a scenario without steps; what is seen after the final read is `last`.
    private static func ending(_ scenario: Scenario, last: Facts) throws -> ScenarioReport {
        var run = ScenarioRun(scenario, now: at(0))
        var facts = Facts.with(acked: ["orders": 5])
        let stop = performed(run.observed(facts, now: at(10)))
        #expect(stop == [.client(.stopProducer(topic: "orders"))])
        _ = run.done(now: at(20))
        // The producer still runs: nothing goes on.
        #expect(run.observed(facts, now: at(30)) == [])
        facts = .with(acked: ["orders": 5], running: false)
        // Draining looks once more, then everything is read.
        _ = run.observed(facts, now: at(40))
        #expect(!run.needsVerdict)
        #expect(run.observed(facts, now: at(50)).contains(.readEverything))
        _ = run.done(now: at(60))
        var actions = run.observed(facts, now: at(70))
        if report(actions) == nil {
            #expect(run.needsVerdict)
            actions = run.observed(last, now: at(80))
        }
        return try #require(report(actions))
    }

    @Test func `the ending stops producers, reads everything and judges`() throws {
        var last = Facts.with(acked: ["orders": 5], running: false)
        var verdict = DeliveryVerdict()
        verdict.acknowledged = 5
        last.verdicts = [.init(topic: "orders", verdict)]
        let scenario = try Self.scenario([], expecting: ["lost(orders) = 0", "acked(orders) = 6"])
        let report = try Self.ending(scenario, last: last)
        #expect(report.findings.map(\.isMet) == [true, false])
        #expect(report.findings.last?.found == "acked(orders) is 5")
        #expect(!report.hasPassed)
    }

    @Test func `Jepsen's words stand beside what they mean`() throws {
        // Few know what is nonmonotonic about a send.
        var last = Facts.with(acked: ["orders": 5], running: false)
        last.verdicts = [.init(topic: "orders", DeliveryVerdict())]
        let scenario = try Self.scenario([], expecting: ["nonmonotonic-send(orders) = 0", "acked(orders) = 5"])
        let judged = try Self.ending(scenario, last: last).story.filter { $0.kind == .met }.map(\.text)
        #expect(
            judged == [
                "nonmonotonic-send(orders) = 0: nonmonotonic-send(orders) is 0 (out of order in the log)",
                "acked(orders) = 5: acked(orders) is 5",
            ])
    }

    @Test func `the ending reads nothing before high watermarks have come to the logs' ends`() throws {
        // A leader that was elected a moment ago lets others read less than it has: the rest would be called lost.
        func look(_ highWatermark: Int64?) -> Facts {
            var facts = Facts.with(acked: ["orders": 5], running: false)
            var partition = ClusterSnapshot.Partition(index: 0, leader: 1, leaderEpoch: 1, isr: [1], replicas: [])
            (partition.highWatermark, partition.logEndOffset) = (highWatermark, 5)
            facts.cluster.topics = [.init(name: "orders", id: .zero, isInternal: false, partitions: [partition])]
            return facts
        }
        let scenario = try Self.scenario([], expecting: ["acked(orders) = 5"])
        var run = ScenarioRun(scenario, now: Self.at(0))
        for time: Int64 in [10, 20, 30] {
            let early = run.observed(look(3), now: Self.at(time))
            #expect(!early.contains(.readEverything))
        }
        _ = run.observed(look(5), now: Self.at(40))
        let ready = run.observed(look(5), now: Self.at(50))
        #expect(ready.contains(.readEverything))

        run = ScenarioRun(scenario, now: Self.at(0))
        _ = run.observed(look(3), now: Self.at(10))
        let late = run.observed(look(3), now: Self.at(11_000))
        #expect(Self.report(late)?.failure?.contains("orders-0 can be read up to 3 and was written up to 5") ?? false)

        // What is unknown is not waited for.
        run = ScenarioRun(scenario, now: Self.at(0))
        _ = run.observed(look(nil), now: Self.at(10))
        let unknown = run.observed(look(nil), now: Self.at(20))
        #expect(unknown.contains(.readEverything))
    }

    @Test func `a measured producer has its figures of that time in the table`() throws {
        // Rates over a whole story tell of its failures, not of how fast a producer is.
        func look(_ acked: Int64, p99: Int64, at time: Int64, running: Bool = true) -> Facts {
            var facts = Facts.with(acked: ["orders": acked], running: running)
            facts.cluster.takenAt = Self.at(time)
            facts.cluster.workload?.producers[0].sent = acked + 50
            facts.cluster.workload?.producers[0].latencyP99Microseconds = p99
            return facts
        }
        var measuring = try Self.step("acked >= 100", [])
        measuring.measured = ["orders"]
        var scenario = try Self.scenario([Self.step(nil, []), measuring], expecting: ["duplicate(orders) = 0"])
        scenario.ending.heals = false
        var run = ScenarioRun(scenario, now: Self.at(0))
        _ = run.observed(look(0, p99: 1, at: 0), now: Self.at(0))
        _ = run.observed(look(0, p99: 1, at: 1000), now: Self.at(1000))
        _ = run.observed(look(500, p99: 7, at: 1500), now: Self.at(1500))
        let abandoned = run.abandon("It is enough.", now: Self.at(9000))
        let report = try #require(Self.report(abandoned))
        #expect(report.producers.first?.recordsPerSecond == 1000)
        #expect(report.producers.first?.sentPerSecond == 1000)
        let latency = report.producers.first?.figures.first { $0.metric == .latencyP99Microseconds }
        #expect(latency?.value == 7)
        #expect(report.asked == [.duplicate])
    }

    @Test func `a story's lines stand in the order of their times, however late they are heard of`() throws {
        // Events come from threads of their own, after the line that was told meanwhile.
        let scenario = try Self.scenario([Self.step("acked >= 1", ["kill 1"])])
        var run = ScenarioRun(scenario, now: Self.at(1000))
        var held = HeldLines()
        func lines(_ actions: [ScenarioRun.Action]) -> [StoryLine] {
            actions.compactMap { if case .tell(let line) = $0 { line } else { nil } }
        }
        for line in lines(run.observed(.with(acked: ["orders": 1]), now: Self.at(1500))) { held.add(line) }
        for line in lines(run.happened("it was heard of late", at: Self.at(1480))) { held.add(line) }
        for line in lines(run.happened("it came of the kill", at: Self.at(1510))) { held.add(line) }
        #expect(held.take(by: .milliseconds(600)) == [], "something earlier may be heard of yet")
        let told = held.take(by: .milliseconds(655))
        #expect(told.map(\.text) == ["it was heard of late", "acked >= 1", "kill 1"])
        #expect(held.takeAll().map(\.text) == ["it came of the kill"] && held.takeAll() == [])
        let report = try #require(Self.report(run.abandon("enough", now: Self.at(1600))))
        #expect(report.story.map(\.after) == report.story.map(\.after).sorted())
    }
}
