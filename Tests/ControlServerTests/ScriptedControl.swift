import ControlServer
import KafkaCluster
import KafkaProtocol
import Scenarios
import Synchronization

/// A cluster that holds still, and remembers what it was asked to do.
final class ScriptedControl: ControlledCluster {
    private struct State {
        var snapshot: ClusterSnapshot
        var account = LedgerAccount(acknowledged: 0, forgotten: 0, losses: [])
        var verdicts: [Facts.Verdict]?
        var asked: [String] = []
        var refusal: ControlRefusal?
        var faults = FaultState()
        var listeners: [AsyncStream<ClusterEvent>.Continuation] = []
        var playsForever: (@Sendable () -> Void)?
    }

    static let moment = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 1_795_285_017_000)

    private let state = Mutex(State(snapshot: ClusterSnapshot(takenAt: ScriptedControl.moment, clusterID: "test")))

    var clusterID: String { "test" }
    var bootstrapServers: String { "127.0.0.1:9092" }
    var ledgerAccount: LedgerAccount {
        get { state.withLock { $0.account } }
        set { state.withLock { $0.account = newValue } }
    }
    func workloadVerdicts() async -> [Facts.Verdict]? { state.withLock { $0.verdicts } }
    func judge(_ verdicts: [Facts.Verdict]) { state.withLock { $0.verdicts = verdicts } }
    var activeFaults: [FaultState.ActiveFault] { state.withLock { $0.faults.active } }
    var asked: [String] { state.withLock { $0.asked } }

    /// What the next change is answered with.
    func refuse(_ refusal: ControlRefusal) { state.withLock { $0.refusal = refusal } }
    func show(_ snapshot: ClusterSnapshot) { state.withLock { $0.snapshot = snapshot } }

    /// From now on a scenario that is played, which `begun` tells, ends only by being cancelled.
    func playForever(_ begun: @escaping @Sendable () -> Void) { state.withLock { $0.playsForever = begun } }

    func happen(_ event: ClusterEvent) {
        for listener in state.withLock({ $0.listeners }) { listener.yield(event) }
    }

    func snapshots() -> AsyncStream<ClusterSnapshot> { AsyncStream { _ in } }

    func events() -> AsyncStream<ClusterEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: ClusterEvent.self)
        state.withLock { $0.listeners.append(continuation) }
        return stream
    }

    func snapshot() async -> ClusterSnapshot? { state.withLock { $0.snapshot } }

    func inject(_ fault: Fault) async throws { try await inject(fault, for: nil) }

    func inject(_ fault: Fault, for duration: Duration?) async throws {
        try note("\(fault)\(duration.map { " for \($0)" } ?? "")")
        state.withLock { _ = $0.faults.apply(fault, now: Self.moment) }
    }

    func addBroker() async throws -> BrokerID {
        try note("add-broker")
        return 4
    }

    func removeBroker(_ id: BrokerID) async throws { try note("remove-broker \(id)") }

    func screen(_ wish: ScreenWish, events: @Sendable () -> [ClusterEvent]) async throws -> String {
        try note(wish.target)
        return "\(events().count) events"
    }

    func scenarios() throws -> [Scenario] { [Scenario(name: "01-a", title: "A"), Scenario(name: "02-b", title: "B")] }

    func scenario(named name: String) throws -> (scenario: Scenario, file: String)? {
        try scenarios().first { $0.name == name }.map { ($0, "title = \"\($0.title)\"\n") }
    }

    func play(_ scenario: Scenario) async throws -> ScenarioReport {
        try note("play \(scenario.name)")
        if let begun = state.withLock({ $0.playsForever }) {
            begun()
            try await Task.sleep(for: .seconds(3600))
        }
        throw ControlRefusal(.unavailable, "Nothing is played here.")
    }

    private func note(_ words: String) throws {
        try state.withLock { state in
            state.asked.append(words)
            defer { state.refusal = nil }
            if let refusal = state.refusal { throw refusal }
        }
    }
}
