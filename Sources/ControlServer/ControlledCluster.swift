import KafkaCluster
import KafkaProtocol
import Scenarios

/// What the control server asks of the cluster before which it stands; klamm answers over its embedded one.
///
/// What a cluster refuses it throws as a `ControlRefusal`, with a sentence for the user.
package protocol ControlledCluster: ClusterSource {
    var clusterID: String { get }
    /// As clients are given it.
    var bootstrapServers: String { get }
    var ledgerAccount: LedgerAccount { get }
    /// What became of the records of klamm's own clients, by topic; nil where it has none.
    func workloadVerdicts() async -> [Facts.Verdict]?
    /// What was injected and lasts.
    var activeFaults: [FaultState.ActiveFault] { get }
    /// How the cluster is now: looked at after the call, never before. Nil once it has shut down.
    func snapshot() async -> ClusterSnapshot?
    /// Causes a fault; one that lasts ends by itself after `duration`.
    func inject(_ fault: Fault, for duration: Duration?) async throws
    func addBroker() async throws -> BrokerID
    func removeBroker(_ id: BrokerID) async throws
    /// The console's screen as text or as a picture; `events` are those that are kept when it is called, the oldest first.
    func screen(_ wish: ScreenWish, events: @Sendable () -> [ClusterEvent]) async throws -> String

    // MARK: Scenarios, each on a cluster of its own

    func scenarios() throws -> [Scenario]
    /// By its name or number, with the file that it was read from; nil for none.
    func scenario(named name: String) throws -> (scenario: Scenario, file: String)?
    func play(_ scenario: Scenario) async throws -> ScenarioReport
}
