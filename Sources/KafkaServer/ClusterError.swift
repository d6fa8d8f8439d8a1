import KafkaCluster
import KafkaProtocol

/// Why a cluster could not be started or changed: one sentence for the person at the keyboard.
package enum ClusterError: Error, Hashable, Sendable, CustomStringConvertible {
    case portInUse(Int)
    case portOutOfRange(Int)
    case portNotAllowed(Int)
    case hostNotAnAddress(String)
    case hostNotOurs(String)
    case network(String)
    /// The folder holds something else.
    case notOurs(path: String)
    case newerFormat(path: String, version: String)
    case unusable(path: String, reason: String)
    case locked(path: String, pid: String?)
    /// The quorum that agreed on the metadata here had another size.
    case otherControllers(path: String, has: Int)
    case unknownNode(String)
    case alreadyRunning(String)
    case noController(ControllerOutage)
    case notReady(String)
    /// What is running here is not klamm's own cluster of brokers.
    case cannotScale
    case stillInUse(BrokerID, replicas: Int)
    case lastBroker(BrokerID)
    case notUnregistered(BrokerID, reason: String)
    /// A fault that could hit nothing: what is wrong, and what would do.
    case nothingToHit(String)

    package var description: String {
        switch self {
        case .portInUse(let port):
            "Port \(port) is in use by another program (perhaps another klamm or a Kafka broker); choose others with "
                + "--port, or --port 0 for free ones."
        case .portOutOfRange(let port): "Port \(port) is not between 0 and 65535; choose another with --port."
        case .portNotAllowed(let port): "Port \(port) needs more rights than this user has; choose others with --port."
        case .hostNotAnAddress(let host): "\"\(host)\" is not an IPv4 address; --host takes one, such as 127.0.0.1."
        case .hostNotOurs(let host): "\(host) is not an address of this machine; choose another with --host."
        case .network(let reason): "The network refused: \(reason)."
        case .notOurs(let path):
            "\(path) is not empty and was not made by klamm; choose another folder with --data-dir."
        case .newerFormat(let path, let version):
            "\(path) was written by another klamm (format \(version)); choose another folder with --data-dir."
        case .unusable(let path, let reason): "Cannot use \(path) as the data directory: \(reason)."
        case .locked(let path, let pid):
            "\(path) is in use by another klamm\(pid.map { " (process \($0))" } ?? ""); stop it, or choose another "
                + "folder with --data-dir."
        case .otherControllers(let path, let has):
            "\(path) was begun with \(has) controller\(has == 1 ? "" : "s"), which cannot be changed; use --controllers \(has), "
                + "or begin anew with --fresh."
        case .unknownNode(let name): "There is no \(name) in this cluster."
        case .alreadyRunning(let name): "\(name) is running already."
        case .noController(let outage):
            "No controller is active: \(outage.reason). "
                + "Restart those that are down, then try again."
        case .nothingToHit(let sentence): sentence
        case .notReady(let reason): "The cluster did not get ready: \(reason)."
        case .cannotScale: "This cluster has no place for another broker."
        case .stillInUse(let id, let replicas):
            "Broker \(id) still has \(replicas) replica\(replicas == 1 ? "" : "s"); move them to other brokers first."
        case .lastBroker(let id): "Broker \(id) is the only one; a cluster keeps at least one broker."
        case .notUnregistered(let id, let reason):
            "Broker \(id) is stopped, but the cluster has not forgotten it: \(reason). Try again."
        }
    }
}
