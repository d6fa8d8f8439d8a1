import KafkaProtocol

/// A failure that klamm can cause, live or simulated, or its end. The value is the fault's identity: the same fault cannot
/// be active twice.
///
/// | kind                                        | ends                                             |
/// |---------------------------------------------|--------------------------------------------------|
/// | kill, powerLoss, stop, wipe                 | with the node's restart                          |
/// | freeze, link, request, disk, clockSkew      | by `heal`, `healAll`, or after a given time      |
/// | thaw, restart, heal, healAll, a link reset  | at once: they last for no time                   |
package indirect enum Fault: Hashable, Sendable {
    /// As `kill -9`: memory and connections are gone, the page cache stays.
    case kill(BrokerID)
    /// The machine loses power: what was not fsynced is gone, the last write may be torn.
    case powerLoss(BrokerID)
    /// As SIGSTOP: nothing is done, nothing is lost. Inputs wait, and connections stay open.
    case freeze(BrokerID)
    case thaw(BrokerID)
    /// Starts a killed or stopped node again, on what its disk holds and on the same port.
    case restart(BrokerID)
    /// An orderly stop: leaders move away first.
    case stop(BrokerID)
    /// The node is killed and its disk emptied.
    case wipe(BrokerID)
    case link(LinkFault)
    case request(RequestFault)
    case disk(DiskFault)
    /// The node's wall clock is ahead by this much (behind, if negative). Deadlines do not change.
    case clockSkew(BrokerID, Duration)
    /// The end of a fault that lasts.
    case heal(Fault)
    /// The end of all faults that last; nodes that are down stay down.
    case healAll

    /// Whether the fault stays in `FaultState` until it is healed.
    package var lasts: Bool {
        switch self {
        case .freeze, .request, .disk, .clockSkew: true
        case .link(let fault): fault.effect != .reset
        case .kill, .powerLoss, .thaw, .restart, .stop, .wipe, .heal, .healAll: false
        }
    }

    /// Whether it ends others.
    package var isHealing: Bool {
        switch self {
        case .thaw, .heal, .healAll: true
        case .kill, .powerLoss, .freeze, .restart, .stop, .wipe, .link, .request, .disk, .clockSkew: false
        }
    }

    /// The nodes that the fault hits, in the order in which it names them.
    package var victims: [BrokerID] {
        switch self {
        case .kill(let id), .powerLoss(let id), .freeze(let id), .thaw(let id), .restart(let id), .stop(let id),
            .wipe(let id), .clockSkew(let id, _):
            [id]
        case .link(let fault): [fault.from, fault.to].compactMap(\.node)
        case .request(let fault): [fault.broker]
        case .disk(let fault): [fault.node]
        case .heal(let fault): fault.victims
        case .healAll: []
        }
    }
}

/// One end of a link.
package enum Party: Hashable, Sendable {
    case node(BrokerID)
    /// Every node but the one at the other end.
    case nodes
    /// Every client.
    case clients
    /// The clients with this client id.
    case client(String)

    package var node: BrokerID? {
        if case .node(let id) = self { id } else { nil }
    }

    /// Whether a fault on this end hits `party`.
    func includes(_ party: Party) -> Bool {
        switch (self, party) {
        case (.nodes, .node): true
        case (.clients, .clients), (.clients, .client): true
        default: self == party
        }
    }
}

/// What happens to everything that travels between two parties. A link behaves as TCP does: bytes arrive in order and
/// once; loss is delay, and then a reset, which takes all that is in flight both ways.
package struct LinkFault: Hashable, Sendable {
    package enum Effect: Hashable, Sendable {
        /// Nothing arrives. After a while both ends hear of a reset; healed before that, what was held goes on.
        case cut
        /// As a cut, but for as long as it lasts the ends hear nothing.
        case stall
        /// Everything takes longer, by up to `jitter` more or less.
        case delay(Duration, jitter: Duration)
        /// Bytes per second.
        case bandwidth(Int64)
        /// What is in flight is lost both ways, and both ends hear of it. Over at once.
        case reset
    }

    package var from: Party
    package var to: Party
    /// Only what travels from `from` to `to` is hit.
    package var isOneWay: Bool
    package var effect: Effect

    package init(_ from: Party, _ to: Party, isOneWay: Bool = false, _ effect: Effect) {
        self.from = from
        self.to = to
        self.isOneWay = isOneWay
        self.effect = effect
    }

    /// Whether it hits what travels from `sender` to `receiver`.
    package func hits(from sender: Party, to receiver: Party) -> Bool {
        from.includes(sender) && to.includes(receiver)
            || !isOneWay && from.includes(receiver) && to.includes(sender)
    }
}

/// A request that fails in a way of its own.
package struct RequestFault: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// Answered with this error, and not carried out.
        case failBefore(ErrorCode)
        /// Carried out, and answered with this error.
        case failAfter(ErrorCode)
        /// Carried out, and not answered: the client hears nothing until it gives up.
        case withhold
    }

    package var api: APIKey
    package var broker: BrokerID
    /// The client id; nil for all clients.
    package var client: String?
    /// The n-th matching request from the fault's start on, counted from 1; nil for every one.
    package var nth: Int?
    package var outcome: Outcome

    package init(_ api: APIKey, at broker: BrokerID, client: String? = nil, nth: Int? = nil, _ outcome: Outcome) {
        self.api = api
        self.broker = broker
        self.client = client
        self.nth = nth
        self.outcome = outcome
    }
}

/// A disk that does not do what it should.
package struct DiskFault: Hashable, Sendable {
    package enum Effect: Hashable, Sendable {
        /// Each call takes this much longer.
        case slow(Duration)
        /// Nothing can be written: no space is left.
        case full
        case failingReads
        case failingWrites
        /// Bits of what lies in the newest segment of the partition are flipped, once. Found when somebody checks.
        case flippedBytes
    }

    package var node: BrokerID
    /// Only files below this partition's folder; nil for the whole disk.
    package var partition: TopicPartition?
    package var effect: Effect

    package init(_ node: BrokerID, partition: TopicPartition? = nil, _ effect: Effect) {
        self.node = node
        self.partition = partition
        self.effect = effect
    }
}
