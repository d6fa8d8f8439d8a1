import KafkaProtocol
import NIOPosix
import Synchronization

/// The nodes that a cluster has now, and the ports of its brokers. Brokers come and go; controllers stay.
final class ClusterPlaces: Sendable {
    private struct State {
        /// Brokers by id, then controllers.
        var nodes: [NodeHandle]
        /// Sorted by broker.
        var ports: [(id: BrokerID, port: PortReservation)]
        /// The loops of brokers that were added: one each, as every node has, until the cluster ends.
        var addedGroups: [MultiThreadedEventLoopGroup] = []
        var isScaling = false
    }

    private let state: Mutex<State>
    /// Nil where no broker can be added.
    let scaling: EmbeddedCluster.Scaling?

    init(_ nodes: [NodeHandle], ports: [(id: BrokerID, port: PortReservation)], _ scaling: EmbeddedCluster.Scaling?) {
        state = Mutex(State(nodes: nodes, ports: ports))
        self.scaling = scaling
    }

    var nodes: [NodeHandle] { state.withLock { $0.nodes } }
    var brokers: [NodeHandle] { nodes.filter { !$0.id.isController } }
    var ports: [PortReservation] { state.withLock { $0.ports.map(\.port) } }
    var addedGroups: [MultiThreadedEventLoopGroup] { state.withLock { $0.addedGroups } }

    func port(of id: BrokerID) -> PortReservation? { state.withLock { $0.ports.first { $0.id == id }?.port } }

    /// One change at a time; false while another is under way.
    func beginScaling() -> Bool {
        state.withLock { state in
            defer { state.isScaling = true }
            return !state.isScaling
        }
    }

    func endScaling() { state.withLock { $0.isScaling = false } }

    /// A broker with a larger id than all others.
    func add(_ node: NodeHandle, port: PortReservation?) {
        state.withLock { state in
            let position = state.nodes.firstIndex { $0.id > node.id } ?? state.nodes.endIndex
            state.nodes.insert(node, at: position)
            if let port { state.ports.append((node.id, port)) }
        }
    }

    func keep(_ group: MultiThreadedEventLoopGroup) { state.withLock { $0.addedGroups.append(group) } }

    func remove(_ id: BrokerID) {
        state.withLock { state in
            state.nodes.removeAll { $0.id == id }
            state.ports.removeAll { $0.id == id }
        }
    }
}
