import KafkaCluster
import KafkaProtocol

/// The faults of one node and of its links, to choose from.
package struct FaultMenu: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package var label: String
        package var fault: Fault
        /// What is said once it has been asked for.
        package var toast: String

        /// It ends something.
        var mends: Bool {
            switch fault {
            case .restart, .heal, .healAll: true
            default: false
            }
        }
    }

    /// Nil where none runs.
    package var node: BrokerID?
    /// The other end of its links.
    package var peer = Party.nodes
    /// The node that the screen is about, and why it is that one: `, the leader of orders-0`.
    package var subject: BrokerID?
    package var why = ""
    /// Nodes to choose from, and other ends.
    package var nodes: [BrokerID] = []
    package var peers: [Party] = []
    package var items: [Item] = []
    package var selected = 0

    /// How many of them break something; those behind them end something.
    var faults: Int { items.firstIndex(where: \.mends) ?? items.count }
}
