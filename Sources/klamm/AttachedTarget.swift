import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Synchronization

/// A cluster that klamm did not start, under the console.
final class AttachedTarget: ConsoleCluster {
    private let cluster: AttachedCluster
    private let commands: FaultCommands
    /// What was broken from here and not mended yet.
    private let active = Mutex<[FaultState.ActiveFault]>([])

    init(_ cluster: AttachedCluster, _ commands: FaultCommands) {
        self.cluster = cluster
        self.commands = commands
    }

    /// Before the console opens, so that nobody looks at an empty one where nothing answers.
    func find() async throws { try await cluster.start() }
    /// It runs already.
    func begin() async throws {}
    func end() async { await cluster.shutDown() }

    func snapshots() -> AsyncStream<ClusterSnapshot> { cluster.snapshots() }
    func events() -> AsyncStream<ClusterEvent> { cluster.events() }
    func snapshot() async throws -> ClusterSnapshot { try await cluster.snapshot() }

    func show(_ interest: ClusterSurvey.Interest) async { await cluster.show(interest) }

    /// A request to a cluster where nobody decides has its own time limit.
    func controllerOutage() async throws -> ControllerOutage? { nil }

    /// By the user's command for it.
    func inject(_ fault: Fault) async throws {
        if fault == .healAll {
            for fault in active.withLock({ $0.map(\.fault) }) { try await inject(.heal(fault)) }
            return
        }
        try await commands.run(fault)
        let now = SystemClock.now()
        let left = active.withLock { active in
            switch fault {
            case .heal(let ended): active.removeAll { $0.fault == ended }
            case .thaw(let id): active.removeAll { $0.fault == .freeze(id) }
            default:
                active.removeAll { $0.fault == fault }
                if fault.lasts { active.append(FaultState.ActiveFault(fault: fault, since: now, until: nil)) }
            }
            return active
        }
        await cluster.caused(fault, nowActive: left, at: now)
    }

    func addBroker() async throws -> BrokerID { throw ClusterError.cannotScale }
    func removeBroker(_ id: BrokerID) async throws { throw ClusterError.cannotScale }

    var acknowledgements: LedgerAccount? { nil }

    func replicaTraces(
        of partition: TopicPartition, offset: Int64, leaderEpoch: Int32?
    ) async throws -> [(broker: BrokerID, trace: ReplicaTrace)]? { nil }

    func ask<Request: KafkaRequest & Sendable>(_ request: Request, at broker: BrokerID) async throws -> Request.Response
    where Request.Response: Sendable { try await cluster.ask(request, at: broker) }

    func ask<Request: KafkaRequest & Sendable>(_ request: Request) async throws -> Request.Response
    where Request.Response: Sendable { try await cluster.ask(request) }
}
