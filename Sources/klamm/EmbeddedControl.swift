import ControlServer
import KafkaCluster
import KafkaProtocol
import KafkaServer

/// The embedded cluster as the control server asks it. What it refuses gets the status that goes with it.
struct EmbeddedControl: ControlledCluster {
    let cluster: EmbeddedCluster

    var clusterID: String { cluster.clusterID }
    var bootstrapServers: String { cluster.bootstrapServers }
    var ledgerAccount: LedgerAccount { cluster.ledgerAccount }
    var activeFaults: [FaultState.ActiveFault] { cluster.activeFaults }

    func snapshots() -> AsyncStream<ClusterSnapshot> { cluster.snapshots() }
    func events() -> AsyncStream<ClusterEvent> { cluster.events() }
    func snapshot() async -> ClusterSnapshot? { try? await cluster.snapshot() }

    func inject(_ fault: Fault) async throws { try await inject(fault, for: nil) }

    func inject(_ fault: Fault, for duration: Duration?) async throws {
        try await refusing { try await cluster.inject(fault, for: duration) }
    }

    func addBroker() async throws -> BrokerID { try await refusing { try await cluster.addBroker() } }

    func removeBroker(_ id: BrokerID) async throws { try await refusing { try await cluster.removeBroker(id) } }

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
        case .alreadyRunning, .cannotScale, .stillInUse, .lastBroker, .notUnregistered, .cannotInject, .nothingToHit,
            .portInUse:
            .conflict
        case .noController, .notReady: .unavailable
        case .portOutOfRange, .portNotAllowed, .hostNotAnAddress, .hostNotOurs, .network, .notOurs, .newerFormat,
            .unusable, .locked, .otherControllers:
            .internalError
        }
    }
}
