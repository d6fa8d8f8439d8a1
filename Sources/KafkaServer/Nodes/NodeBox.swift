import KafkaBroker
import KafkaProtocol

/// Holds a node so that a step changes it in place and a look at its deadline copies nothing, as an existential would.
class NodeBox {
    func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction]) {
        preconditionFailure("a box holds a node of its own kind")
    }

    var nextDeadline: Instant? { preconditionFailure("a box holds a node of its own kind") }
    var node: any Node { preconditionFailure("a box holds a node of its own kind") }

    static func holding(_ node: any Node) -> NodeBox {
        func box<Kind: Node>(_ node: Kind) -> NodeBox { Holding(node) }
        return box(node)
    }

    private final class Holding<Kind: Node>: NodeBox {
        private var kind: Kind

        init(_ kind: Kind) { self.kind = kind }

        override func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction]) {
            kind.step(input, now: now, into: &actions)
        }

        override var nextDeadline: Instant? { Self.deadline(of: &kind) }

        /// By reference, since a getter of a class's property is given a copy of the whole node.
        private static func deadline(of kind: inout Kind) -> Instant? { kind.nextDeadline }

        override var node: any Node { kind }
    }
}
