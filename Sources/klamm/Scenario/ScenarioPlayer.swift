import Console
import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Logging
import Scenarios
import Synchronization
import Workload

/// Who watches a scenario and may lead it. Called by the player's task.
struct ScenarioAudience: Sendable {
    var opened: @Sendable (ScenarioStage) -> Void = { _ in }
    /// Whence every line's time counts.
    var began: @Sendable (Instant) -> Void = { _ in }
    var told: @Sendable (StoryLine) -> Void = { _ in }
    /// After each look: how things are, and where the run stands.
    var looked: @Sendable (Facts, ScenarioRun) -> Void = { _, _ in }
    /// What was ordered since the last call.
    var orders: @Sendable () -> [StoryOrder] = { [] }
    /// Told when it is over; the cluster goes on until somebody orders it to be left, or goes at once.
    var staysUntilLeft = false
    var finished: @Sendable (ScenarioReport) -> Void = { _ in }
}

/// Plays one scenario on a cluster of its own, in a temporary folder: carries out what `ScenarioRun` decides, and shows
/// it how things are, some fifty times a second.
final class ScenarioPlayer: Sendable {
    private static let pause = Duration.milliseconds(20)
    /// Verdicts over every record are asked for less often.
    private static let verdictEvery = 5

    private let scenario: Scenario
    private let logger: Logger
    private let audience: ScenarioAudience

    init(_ scenario: Scenario, logger: Logger, audience: ScenarioAudience = ScenarioAudience()) {
        self.scenario = scenario
        self.logger = logger
        self.audience = audience
    }

    /// Throws only where the cluster cannot be made or started.
    func play() async throws -> ScenarioReport {
        let directory = try DataDirectory(.init(path: nil, isFresh: false, isEphemeral: true))
        defer { directory.release() }
        var options = EmbeddedCluster.Options(
            brokers: scenario.cluster.brokers, controllers: scenario.cluster.controllers)
        for setting in scenario.cluster.settings { try options.set(setting.name, to: setting.value) }
        let cluster = try await EmbeddedCluster.make(options, in: directory, logger: logger)
        let stage = ScenarioStage(scenario, cluster, storeFolder: directory.path + "/clients", logger: logger)
        let outcome: Result<ScenarioReport, any Error>
        do {
            try await cluster.start()
            outcome = .success(try await play(on: stage))
        } catch {
            outcome = .failure(error)
        }
        await stage.close()
        await cluster.shutDown(patience: .milliseconds(100))
        return try outcome.get()
    }

    private func play(on stage: ScenarioStage) async throws -> ScenarioReport {
        try await stage.open()
        audience.opened(stage)
        let start = SystemClock.now()
        audience.began(start)
        var run = ScenarioRun(scenario, now: start)
        var lines = HeldLines()
        // One that cannot go on has told all the same.
        defer { for line in lines.takeAll() { audience.told(line) } }
        // As the line tells it that comes before an action.
        var told = start
        var report: ScenarioReport?
        var pending: [ScenarioRun.Action] = []
        var looks = 0
        var isLeft = false
        while true {
            while !pending.isEmpty, report == nil {
                switch pending.removeFirst() {
                case .tell(let line):
                    told = start + line.after
                    lines.add(line)
                case .finished(let finished):
                    report = finished
                    for line in lines.takeAll() { audience.told(line) }
                    audience.finished(finished)
                case .perform(let action):
                    let failure = await stage.perform(action, at: told)
                    told = SystemClock.now()
                    pending += run.done(failure: failure, now: told)
                case .readEverything:
                    // It takes its time.
                    for line in lines.takeAll() { audience.told(line) }
                    let failure = await stage.readEverything()
                    pending += run.done(failure: failure, now: SystemClock.now())
                }
            }
            for line in lines.take(by: SystemClock.now() - start) { audience.told(line) }
            if let report, isLeft || !audience.staysUntilLeft { return report }
            // What was just done has its consequences told before the next look is judged.
            try await Task.sleep(for: Self.pause)
            for order in audience.orders() {
                switch order {
                case .play: run.play(now: SystemClock.now())
                case .pause: run.pause()
                case .step: run.takeStep(now: SystemClock.now())
                case .leave: isLeft = true
                }
            }
            if isLeft || TerminationSignals.hasArrived {
                isLeft = true
                pending += run.abandon(ScenarioReport.stopped, now: SystemClock.now())
                continue
            }
            for (text, at) in stage.takeEvents() { pending += run.happened(text, at: at) }
            looks += 1
            let isJudged = run.needsVerdict && (looks % Self.verdictEvery == 0 || run.nextStep == nil)
            let facts = try await stage.look(isJudged: isJudged)
            audience.looked(facts, run)
            if report == nil { pending += run.observed(facts, now: SystemClock.now()) }
        }
    }
}
