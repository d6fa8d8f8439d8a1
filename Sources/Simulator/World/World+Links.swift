import DequeModule
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore

/// Both directions.
struct LinkPair: Hashable {
    let low: BrokerID
    let high: BrokerID

    init(_ a: BrokerID, _ b: BrokerID) {
        low = min(a, b)
        high = max(a, b)
    }
}

/// One direction of the link between two nodes.
final class Link {
    var schedule = LinkSchedule()
    /// Sent, and held by a cut or a stall.
    var held: [(isRequest: Bool, bytes: ByteBuffer)] = []
    /// How often the link was reset: what was sent before does not arrive. Counted for both in that from the low to the high.
    var resets = 0
}

/// Frames between nodes. A link behaves as TCP does: frames arrive in the order in which they were sent, and once; what a
/// cut holds goes on when it is healed, or is lost with all else in flight when the ends give up.
extension World {
    func send(_ frame: PeerFrame, from node: SimulatedNode, to peer: BrokerID) throws(Violation) {
        let isRequest: Bool
        let payload: ByteBuffer
        switch frame {
        case .request(let buffer): (isRequest, payload) = (true, buffer)
        case .response(let parts):
            // Half an answer would be taken for a whole one: the peer asks again when its time is over.
            guard let joined = bytes(parts, of: node) else { return }
            try observe(.response(from: node.id, to: .node(peer), joined))
            guard let answer = try fated(joined, by: node.id, to: peer) else { return }
            (isRequest, payload) = (false, answer)
        }
        guard self.node(peer).isUp else {
            // Refused: after a pause, so that nobody asks without end.
            post(.input(node.id, life: node.life, .peerReset(peer)), after: .milliseconds(20))
            return
        }
        transmit(payload, isRequest: isRequest, from: node.id, to: peer)
    }

    func link(from: BrokerID, to: BrokerID) -> Link { links[place(of: from) * nodes.count + place(of: to)] }
    func resets(of pair: LinkPair) -> Int { link(from: pair.low, to: pair.high).resets }

    func transmit(_ payload: ByteBuffer, isRequest: Bool, from id: BrokerID, to peer: BrokerID) {
        let link = link(from: id, to: peer)
        let fate = faults.fate(from: .node(id), to: .node(peer))
        if fate.isHeld || !link.held.isEmpty {
            let wasEmpty = link.held.isEmpty
            link.held.append((isRequest, payload))
            if wasEmpty, fate.isCut {
                let pair = LinkPair(id, peer)
                post(.linkTimeout(pair, reset: resets(of: pair)), after: setup.cutTimeout)
            }
            return
        }
        post(payload, isRequest: isRequest, from: id, to: peer, over: link, fate: fate)
    }

    private func post(
        _ bytes: ByteBuffer, isRequest: Bool, from: BrokerID, to: BrokerID, over link: Link, fate: FaultState.LinkFate
    ) {
        let at = link.schedule.arrival(
            of: bytes.readableBytes, now: now, latency: setup.latency, fate: fate, using: &generator)
        let reset = resets(of: LinkPair(from, to))
        queue.post(.frame(from: from, to: to, reset: reset, isRequest: isRequest, bytes), at: at)
    }

    func frameArrived(
        from: BrokerID, to: BrokerID, reset: Int, isRequest: Bool, _ bytes: ByteBuffer
    ) throws(Violation) {
        guard resets(of: LinkPair(from, to)) == reset else {
            return lost(bytes, isRequest: isRequest, from: from, to: to)
        }
        let receiver = node(to)
        if isRequest, receiver.isUp, try !admits(bytes, from: from, to: to) { return }
        let input: BrokerInput = isRequest ? .peerRequest(from: from, bytes) : .peerResponse(from: from, bytes)
        try deliver(input, to: to, life: receiver.life)
    }

    /// What is in flight both ways is lost, and both ends hear of it.
    func resetLink(_ pair: LinkPair) {
        link(from: pair.low, to: pair.high).resets += 1
        for (end, other) in [(pair.low, pair.high), (pair.high, pair.low)] {
            let link = link(from: end, to: other)
            for frame in link.held { lost(frame.bytes, isRequest: frame.isRequest, from: end, to: other) }
            link.held.removeAll()
            let node = node(end)
            if node.isUp { post(.input(end, life: node.life, .peerReset(other)), after: setup.latency) }
        }
    }

    func linkTimedOut(_ pair: LinkPair, reset: Int) throws(Violation) {
        let isHolding = [(pair.low, pair.high), (pair.high, pair.low)].contains { from, to in
            faults.fate(from: .node(from), to: .node(to)).isCut
                && !link(from: from, to: to).held.isEmpty
        }
        guard resets(of: pair) == reset, isHolding else { return }
        resetLink(pair)
    }

    /// Connections and links that the fault names are reset at once.
    func resetAll(_ fault: LinkFault) throws(Violation) {
        for low in nodes {
            for high in nodes where low.id < high.id && fault.hits(from: .node(low.id), to: .node(high.id)) {
                resetLink(LinkPair(low.id, high.id))
            }
        }
        try resetConnections(fault)
    }

    /// A cut that hits a link on which something is under way already.
    func startTimeouts(for fault: LinkFault) {
        guard fault.effect == .cut else { return }
        for low in nodes {
            for high in nodes where low.id < high.id && fault.hits(from: .node(low.id), to: .node(high.id)) {
                let pair = LinkPair(low.id, high.id)
                post(.linkTimeout(pair, reset: resets(of: pair)), after: setup.cutTimeout)
            }
        }
    }

    /// What is not held any more goes on, in the order in which it was sent.
    func releaseHeldFrames() {
        for from in nodes {
            for to in nodes {
                let link = link(from: from.id, to: to.id)
                let held = link.held
                if held.isEmpty { continue }
                let fate = faults.fate(from: .node(from.id), to: .node(to.id))
                if fate.isHeld { continue }
                link.held.removeAll()
                for frame in held {
                    post(frame.bytes, isRequest: frame.isRequest, from: from.id, to: to.id, over: link, fate: fate)
                }
            }
        }
        releaseHeldRequests()
    }
}
