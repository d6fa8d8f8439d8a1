import KafkaBroker
import KafkaProtocol

/// By what a cluster shows that something is wrong with a node: what one fault may bring about and another cannot.
///
/// | sign            | a node that is down, frozen | a link                         | a request          | a disk    |
/// |-----------------|-----------------------------|--------------------------------|--------------------|-----------|
/// | left            | that node                   | between it and the controller  | at the controller  | its own   |
/// | outOfSync       | that node                   | between it and the leader      | at the leader      | of either |
/// | directoryLost   | -                           | -                              | -                  | its own   |
/// | unreachable     | that node                   | between it and klamm           | at that node       | its own   |
/// | controllerGone  | that node                   | between it and the next one    | at that node       | its own   |
/// | felt            | whatever it is, as clients do not tell who it was                                         |
///
/// A clock that is wrong moves no deadline, and shows itself by none of these.
enum FaultSign: Hashable {
    /// The controller, nil where that is unknown, took it out of service, or had another lead in its place.
    case left(BrokerID, controller: BrokerID?)
    /// It is in an ISR no more. The leader is nil where that is unknown.
    case outOfSync(BrokerID, leader: BrokerID?)
    case directoryLost(BrokerID)
    case unreachable(BrokerID)
    /// Another controller was elected in its place, by itself where that is unknown; or none could be.
    case controllerGone(BrokerID?, successor: BrokerID?)
    case felt
}

extension Fault {
    /// Whether this may be the reason. What nobody knows, such as who leads, excludes nothing.
    func mayCause(_ sign: FaultSign) -> Bool {
        switch self {
        case .kill(let id), .powerLoss(let id), .stop(let id), .wipe(let id), .freeze(let id): return id.shows(sign)
        case .link(let link): return link.mayCause(sign)
        case .request(let request): return request.mayCause(sign)
        case .disk(let disk):
            switch sign {
            case .directoryLost(let id): return id == disk.node
            // Followers of a leader that reads slowly, or not at all, fall behind.
            case .outOfSync(let id, let leader): return id == disk.node || leader == disk.node && disk.holdsReadsUp
            case .left, .unreachable, .controllerGone, .felt: return disk.node.shows(sign)
            }
        case .clockSkew, .thaw, .restart, .heal, .healAll: return false
        }
    }
}

extension BrokerID {
    /// Whether a node that does nothing any more shows itself so.
    fileprivate func shows(_ sign: FaultSign) -> Bool {
        switch sign {
        case .left(let id, _), .outOfSync(let id, _), .unreachable(let id): id == self
        case .controllerGone(let former, let successor):
            isController && (former.map { $0 == self } ?? (successor != self))
        case .directoryLost: false
        case .felt: true
        }
    }
}

extension LinkFault {
    fileprivate func mayCause(_ sign: FaultSign) -> Bool {
        switch sign {
        case .left(let id, let controller): isBetween(id, controller)
        case .outOfSync(let id, let leader): isBetween(id, leader)
        case .controllerGone(let former, let successor):
            former.map { isBetween($0, successor) } ?? [from, to].contains { $0.node?.isController == true }
        case .unreachable(let id): hits(from: .clients, to: .node(id)) || hits(from: .node(id), to: .clients)
        case .directoryLost: false
        case .felt: true
        }
    }

    private func isBetween(_ id: BrokerID, _ other: BrokerID?) -> Bool {
        guard let other else { return from.node == id || to.node == id }
        return hits(from: .node(id), to: .node(other)) || hits(from: .node(other), to: .node(id))
    }
}

extension DiskFault {
    fileprivate var holdsReadsUp: Bool {
        switch effect {
        case .slow, .failingReads: true
        case .full, .failingWrites, .flippedBytes: false
        }
    }
}

extension RequestFault {
    fileprivate func mayCause(_ sign: FaultSign) -> Bool {
        switch sign {
        case .left(_, let controller): controller.map { $0 == broker } ?? true
        case .outOfSync(_, let leader): leader.map { $0 == broker } ?? true
        case .unreachable(let id): id == broker
        case .controllerGone(let former, _): former.map { $0 == broker } ?? broker.isController
        case .directoryLost: false
        case .felt: true
        }
    }
}

/// Whether an event is told of a fault's price.
enum FaultBlame: Hashable {
    /// It came of something else.
    case none
    /// Of this fault, or as well of these others, which went on at the same time.
    case this(or: [Fault])
}
