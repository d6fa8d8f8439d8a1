import Console
import ControlServer
import Glibc
import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Logging
import Scenarios
import Settings
import Workload

/// The embedded cluster as the control server asks it, with what klamm's own clients know where it has some. What it
/// refuses gets the status that goes with it.
struct EmbeddedControl: ControlledCluster {
    let cluster: EmbeddedCluster
    var workload: RunningWorkload?
    /// What the workload's records go through.
    var ledgers: TopicLedgers?
    let logger: Logger

    var clusterID: String { cluster.clusterID }
    var bootstrapServers: String { cluster.bootstrapServers }
    var ledgerAccount: LedgerAccount { cluster.ledgerAccount }
    var activeFaults: [FaultState.ActiveFault] { cluster.activeFaults }

    func workloadVerdicts() async -> [Facts.Verdict]? {
        guard let ledgers, let snapshot = await snapshot() else { return nil }
        ledgers.take(snapshot)
        return ledgers.verdicts.map { Facts.Verdict(topic: $0.topic, $0.verdict) }
    }

    func snapshots() -> AsyncStream<ClusterSnapshot> { cluster.snapshots() }

    func snapshot() async -> ClusterSnapshot? {
        var past = WorkloadPast()
        if let workload { past.note(workload.snapshot(), at: SystemClock.now()) }
        guard let snapshot = try? await cluster.snapshot() else { return nil }
        return workload.map { snapshot.merged(with: $0.snapshot(), past: past, at: snapshot.takenAt) } ?? snapshot
    }

    /// The cluster's and the clients' in one stream, which ends with the cluster.
    func events() -> AsyncStream<ClusterEvent> {
        guard let workload else { return cluster.events() }
        let (events, clientEvents) = (cluster.events(), workload.events())
        let (stream, continuation) = AsyncStream.makeStream(
            of: ClusterEvent.self, bufferingPolicy: .bufferingNewest(10_000))
        let clients = Task {
            for await event in clientEvents { continuation.yield(event) }
        }
        Task {
            for await event in events { continuation.yield(event) }
            clients.cancel()
            continuation.finish()
        }
        return stream
    }

    func inject(_ fault: Fault) async throws { try await inject(fault, for: nil) }

    func inject(_ fault: Fault, for duration: Duration?) async throws {
        try await refusing { try await cluster.inject(fault, for: duration) }
    }

    func addBroker() async throws -> BrokerID { try await refusing { try await cluster.addBroker() } }

    func removeBroker(_ id: BrokerID) async throws { try await refusing { try await cluster.removeBroker(id) } }

    func screen(_ wish: ScreenWish, events: @Sendable () -> [ClusterEvent]) async throws -> String {
        do {
            let picture = try StillPicture(
                view: wish.view, of: wish.subject, size: Size(columns: wish.columns, rows: wish.rows),
                utcOffsetSeconds: localOffsetSeconds(), isText: wish.form != .svg)
            let theme = try ThemeCatalogue.ofUser.theme(wish.theme)
            let shot = ScreenShot(
                picture: picture, seconds: wish.seconds,
                configuration: ClientConfiguration(bootstrapServers: bootstrapServers),
                answer: { [cluster, ledgers, workload] in
                    try await Inquiries(cluster: cluster, ledgers: ledgers, workload: workload).answer($0)
                },
                logger: logger)
            let taken = try await shot.taken(events: events) {
                guard let snapshot = await snapshot() else {
                    throw ControlRefusal(.unavailable, "The cluster has been shut down.")
                }
                return snapshot
            }
            return switch wish.form {
            case .text: try taken.grid().text + "\n"
            case .json: try taken.json() + "\n"
            case .svg: try taken.grid().svg(theme: theme)
            }
        } catch let error as NoPicture {
            throw ControlRefusal(.notFound, error.description)
        } catch let error as UnknownTheme {
            throw ControlRefusal(.notFound, "\(error).")
        }
    }

    // MARK: Scenarios

    func scenarios() throws -> [Scenario] {
        try ScenarioCatalogue.names.compactMap { try ScenarioCatalogue.scenario(named: $0) }
    }

    func scenario(named name: String) throws -> (scenario: Scenario, file: String)? {
        guard let scenario = try ScenarioCatalogue.scenario(named: name),
            let file = ScenarioCatalogue.file(named: scenario.name)
        else { return nil }
        return (scenario, file)
    }

    func play(_ scenario: Scenario) async throws -> ScenarioReport {
        try await refusing { try await ScenarioPlayer(scenario, logger: logger).play() }
    }

    private func refusing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as ClusterError {
            throw ControlRefusal(error.status, error.description)
        }
    }
}

extension ClusterError {
    fileprivate var status: ControlRefusal.Status {
        switch self {
        case .unknownNode: .notFound
        case .alreadyRunning, .cannotScale, .stillInUse, .lastBroker, .notUnregistered, .nothingToHit,
            .portInUse:
            .conflict
        case .noController, .notReady: .unavailable
        case .portOutOfRange, .portNotAllowed, .hostNotAnAddress, .hostNotOurs, .network, .notOurs, .newerFormat,
            .unusable, .locked, .otherControllers:
            .internalError
        }
    }
}
