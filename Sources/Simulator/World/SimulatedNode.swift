import DequeModule
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage

/// A broker or controller in its place, through all its lives: its disk stays, its memory does not.
///
/// Confined to one world. While it is frozen, or its slow disk is busy, its inputs wait here.
final class SimulatedNode {
    let id: BrokerID
    let disk = MemoryDisk()
    let faultyDisk: FaultyDisk<MemoryDisk>
    /// Nil while the node is down.
    var occupant: Occupant?
    /// Counts starts; what was meant for another life is thrown away.
    var life = 0
    var waiting: Deque<BrokerInput> = []
    /// Monotonic nanoseconds until which its disk holds it up.
    var busyUntil: Int64 = 0
    /// When its next deadline is posted for; nil for not at all.
    var postedDeadline: Int64?
    var diskChanges: [DiskChange] = []

    init(_ id: BrokerID) {
        self.id = id
        faultyDisk = FaultyDisk(disk, of: id)
        faultyDisk.onChange = { [unowned self] in diskChanges.append($0) }
    }

    var isUp: Bool { occupant != nil }

    /// One life of a node. A class, so that stepping changes it in place and never copies a whole broker.
    class Occupant {
        func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction]) {}
        var nextDeadline: Instant? { nil }
    }

    final class BrokerLife: Occupant {
        var broker: Broker
        init(_ broker: Broker) { self.broker = broker }

        override func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction]) {
            broker.step(input, now: now, into: &actions)
        }

        override var nextDeadline: Instant? { Self.deadline(of: &broker) }

        /// By reference, since a getter of a class's property is given a copy of the whole broker.
        private static func deadline(of broker: inout Broker) -> Instant? { broker.nextDeadline }
    }

    final class ControllerLife: Occupant {
        var controller: Controller
        init(_ controller: Controller) { self.controller = controller }

        override func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction]) {
            controller.step(input, now: now, into: &actions)
        }

        override var nextDeadline: Instant? { Self.deadline(of: &controller) }

        private static func deadline(of controller: inout Controller) -> Instant? { controller.nextDeadline }
    }
}
