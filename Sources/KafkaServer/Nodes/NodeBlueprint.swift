import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// What makes a node: who it is, where its data lies, and how its state machine is built on its own loop.
package struct NodeBlueprint: Sendable {
    package var id: BrokerID
    /// Brokers have one, controllers do not.
    package var port: PortReservation?
    package var disk: @Sendable () throws -> any ServedDisk
    package var node: @Sendable (_ disk: any ServedDisk, _ seed: UInt64, _ now: Instant) throws -> any Node
    /// What the node has to show between two inputs.
    package var show: @Sendable (any Node) -> NodeContent

    package init(
        id: BrokerID, port: PortReservation?, disk: @escaping @Sendable () throws -> any ServedDisk,
        node: @escaping @Sendable (_ disk: any ServedDisk, _ seed: UInt64, _ now: Instant) throws -> any Node,
        show: @escaping @Sendable (any Node) -> NodeContent
    ) {
        self.id = id
        self.port = port
        self.disk = disk
        self.node = node
        self.show = show
    }

    package var name: String { "\(id.isController ? "controller" : "broker") \(id)" }
}

/// What a node knows and shows.
package enum NodeContent: Sendable {
    /// How far it has read the metadata log is not for showing: a start waits for it.
    case broker(BrokerSnapshot, metadataOffset: Int64)
    case controller(ClusterSnapshot.ControllerNode, MetadataImage?)
}

/// A node's content together with what its driver knows.
enum NodePicture: Sendable {
    case broker(ClusterAssembly.BrokerNode)
    case controller(ClusterSnapshot.ControllerNode, MetadataImage?)
}

/// One look at one node.
struct NodeLook: Sendable {
    var picture: NodePicture
    var mark: NodeMark
}

/// While a node's mark stands still, nothing that it shows can have changed.
struct NodeMark: Hashable, Sendable {
    /// Counts the node's lives and their ends.
    var changes: UInt64
    /// Counts the inputs of the present life.
    var steps: UInt64
}
