import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Logging
import Scenarios
import Synchronization
import Workload

/// Plays one scenario on a cluster of its own, in a temporary folder: carries out what `ScenarioRun` decides, and shows it
/// how things are, some fifty times a second.
final class ScenarioPlayer: Sendable {
    private static let pause = Duration.milliseconds(20)
    /// Verdicts over every record are asked for less often.
    private static let verdictEvery = 5

    private let scenario: Scenario
    private let logger: Logger
    private let onLine: @Sendable (StoryLine) -> Void

    init(_ scenario: Scenario, logger: Logger, onLine: @escaping @Sendable (StoryLine) -> Void = { _ in }) {
        self.scenario = scenario
        self.logger = logger
        self.onLine = onLine
    }

    /// Throws only where the cluster cannot be made or started.
    func play() async throws -> ScenarioReport {
        let directory = try DataDirectory(.init(path: nil, isFresh: false, isEphemeral: true))
        defer { directory.release() }
        var options = EmbeddedCluster.Options(
            brokers: scenario.cluster.brokers, controllers: scenario.cluster.controllers)
        for setting in scenario.cluster.settings { try options.set(setting.name, to: setting.value) }
        let cluster = try await EmbeddedCluster.make(options, in: directory, logger: logger)
        do {
            try await cluster.start()
            let stage = ScenarioStage(scenario, cluster, storeFolder: directory.path + "/clients", logger: logger)
            let report = try await play(on: stage)
            await stage.close()
            await cluster.shutDown(patience: .milliseconds(100))
            return report
        } catch {
            await cluster.shutDown(patience: .milliseconds(100))
            throw error
        }
    }

    private func play(on stage: ScenarioStage) async throws -> ScenarioReport {
        try await stage.open()
        var run = ScenarioRun(scenario, now: SystemClock.now())
        var report: ScenarioReport?
        var pending: [ScenarioRun.Action] = []
        var looks = 0
        while report == nil {
            while !pending.isEmpty, report == nil {
                switch pending.removeFirst() {
                case .tell(let line): onLine(line)
                case .finished(let finished): report = finished
                case .perform(let action):
                    let failure = await stage.perform(action)
                    pending += run.done(failure: failure, now: SystemClock.now())
                case .readEverything:
                    let failure = await stage.readEverything()
                    pending += run.done(failure: failure, now: SystemClock.now())
                }
            }
            if report != nil { break }
            // What was just done has its consequences told before the next look is judged.
            try await Task.sleep(for: Self.pause)
            for (text, at) in stage.takeEvents() { pending += run.happened(text, at: at) }
            if TerminationSignals.hasArrived {
                pending += run.abandon("It was stopped by a signal.", now: SystemClock.now())
                continue
            }
            looks += 1
            let isJudged = run.needsVerdict && (looks % Self.verdictEvery == 0 || run.nextStep == nil)
            let facts = try await stage.look(isJudged: isJudged)
            pending += run.observed(facts, now: SystemClock.now())
        }
        guard let report else { preconditionFailure("the loop ends with a report") }
        return report
    }
}
