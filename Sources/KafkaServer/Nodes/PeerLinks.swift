import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore

/// A frame between nodes, whole and in memory.
enum LinkFrame: Sendable {
    case request(ByteBuffer)
    case response(ByteBuffer)

    var bytes: Int {
        switch self {
        case .request(let buffer), .response(let buffer): buffer.readableBytes
        }
    }
}

/// One node's ends of its links to all other nodes of the process.
///
/// A link behaves as TCP does: frames arrive in order and once; when a node dies, both ends lose what is in flight and
/// the other learns of it by a reset. Every life of a node has its own number, and a frame that was sent by or to
/// another life is dropped, so nothing is carried over a restart. Frames of one burst cross together.
///
/// Lives on its node's loop and outlasts the node, so that a peer's restart is seen while the node itself is down.
///
/// | this end's view of the peer | send             | peer comes up                    | peer goes down        |
/// |-----------------------------|------------------|----------------------------------|-----------------------|
/// | up                          | queued, crosses at the burst's end | -              | reset is handed in    |
/// | down, nothing tried         | refusal is due after a pause       | up             | -                     |
/// | down, refusal due           | dropped          | reset is handed in at once, up   | -                     |
final class PeerLinks {
    /// What the node at this end hears.
    enum Delivery {
        case frame(from: BrokerID, LinkFrame)
        case reset(BrokerID)
        /// What came in one go has been handed in.
        case endOfBurst
    }

    private struct Peer {
        var loop: any EventLoop
        var links: NIOLoopBound<PeerLinks>
        /// Which life of the peer frames go to; nil while it is down.
        var life: UInt64?
        var outbox: [LinkFrame] = []
        var refusal: Scheduled<Void>?
        /// Counts resets of the link: what was sent before one does not arrive after it.
        var resets: UInt64 = 0
        /// Keeps back what faults hold or delay; nil while none has ever hit the way there.
        var line: FaultyLine<LinkFrame>?
    }

    /// How long an attempt to reach a node that is down takes to be refused: keeps a node that tries at once from
    /// spinning.
    static let refusalPause: TimeAmount = .milliseconds(20)

    let id: BrokerID
    private let loop: any EventLoop
    private var peers: [BrokerID: Peer] = [:]
    private var withOutbox: [BrokerID] = []
    private var lives: UInt64 = 0
    private var receiver: ((Delivery) -> Void)?
    private var faults = FaultState()

    init(id: BrokerID, loop: any EventLoop) {
        self.id = id
        self.loop = loop
    }

    /// A node joins while this one may be up: it is made known here, and learns which life of this node it talks to. The
    /// newcomer's end knows of this one already.
    func welcome(_ id: BrokerID, loop: any EventLoop, links: NIOLoopBound<PeerLinks>) {
        connect(to: [(id, loop, links)])
        guard receiver != nil else { return }
        loop.execute { [id = self.id, lives] in links.value.peerCameUp(id, life: lives) }
    }

    /// Makes a peer known. Each end is told of the other once, before any node starts.
    func connect(to others: [(id: BrokerID, loop: any EventLoop, links: NIOLoopBound<PeerLinks>)]) {
        for other in others where other.id != id {
            peers[other.id] = Peer(loop: other.loop, links: other.links)
            applyFaults(to: other.id)
        }
    }

    // MARK: This node's lives

    /// This node has started: deliveries go to `receiver`.
    func open(_ receiver: @escaping (Delivery) -> Void) {
        precondition(self.receiver == nil, "a node that is up cannot come up")
        loop.preconditionInEventLoop()
        lives += 1
        self.receiver = receiver
        announce { [id, lives] in $0.peerCameUp(id, life: lives) }
    }

    /// This node is gone, and with it all that it had not sent and all that is on its way to it.
    func close() {
        guard receiver != nil else { return }
        loop.preconditionInEventLoop()
        receiver = nil
        withOutbox.removeAll()
        for peer in peers.keys {
            peers[peer]?.outbox.removeAll()
            peers[peer]?.line?.clear()
            peers[peer]?.refusal?.cancel()
            peers[peer]?.refusal = nil
        }
        announce { [id] in $0.peerWentDown(id) }
    }

    private func announce(_ change: @escaping @Sendable (PeerLinks) -> Void) {
        for peer in peers.values {
            peer.loop.execute { [links = peer.links] in change(links.value) }
        }
    }

    // MARK: Sending

    func send(_ frame: LinkFrame, to peer: BrokerID) {
        // A node that was removed for good is like a host that is gone: the request's own time-out ends it.
        guard let isDown = peers[peer].map({ $0.life == nil }) else { return }
        if isDown {
            refuse(peer)
            return
        }
        if peers[peer]?.outbox.isEmpty == true { withOutbox.append(peer) }
        peers[peer]?.outbox.append(frame)
    }

    /// Lets everything queued since the last call cross.
    func flush() {
        guard !withOutbox.isEmpty else { return }
        for id in withOutbox {
            guard let peer = peers[id], !peer.outbox.isEmpty else { continue }
            peers[id]?.outbox.removeAll()
            if let line = peer.line, !line.isOpen {
                for frame in peer.outbox { line.send(frame, bytes: frame.bytes) }
            } else {
                cross(peer.outbox, to: id)
            }
        }
        withOutbox.removeAll(keepingCapacity: true)
    }

    private func cross(_ frames: [LinkFrame], to id: BrokerID) {
        guard let peer = peers[id], let life = peer.life else { return }
        peer.loop.execute { [links = peer.links, sender = self.id, ownLife = lives, resets = peer.resets] in
            links.value.receive(frames, from: sender, senderLife: ownLife, ownLife: life, resets: resets)
        }
    }

    // MARK: Faults

    /// Other faults hold from now on.
    func faultsChanged(_ faults: FaultState) {
        self.faults = faults
        for id in peers.keys { applyFaults(to: id) }
    }

    private func applyFaults(to peer: BrokerID) {
        let fate = faults.fate(from: .node(id), to: .node(peer))
        if peers[peer]?.line == nil {
            guard fate != .untouched else { return }
            peers[peer]?.line = FaultyLine(
                loop: loop, deliver: { [unowned self] in cross($0, to: peer) },
                timedOut: { [unowned self] in reset(peer) })
        }
        peers[peer]?.line?.fateChanged(fate)
    }

    /// Resets the links that the fault names; each of them once, by the end with the smaller id.
    func reset(_ fault: LinkFault) {
        for peer in peers.keys where id < peer {
            if fault.hits(from: .node(id), to: .node(peer)) || fault.hits(from: .node(peer), to: .node(id)) {
                reset(peer)
            }
        }
    }

    /// What is on its way is lost both ways, and both ends hear of it.
    private func reset(_ peer: BrokerID) {
        guard let known = peers[peer] else { return }
        wasReset(by: peer, known.resets + 1)
        known.loop.execute { [links = known.links, id, resets = known.resets + 1] in
            links.value.wasReset(by: id, resets)
        }
    }

    private func wasReset(by peer: BrokerID, _ resets: UInt64) {
        guard let known = peers[peer], resets > known.resets else { return }
        peers[peer]?.resets = resets
        peers[peer]?.outbox.removeAll()
        known.line?.clear()
        receiver?(.reset(peer))
        receiver?(.endOfBurst)
    }

    private func refuse(_ peer: BrokerID) {
        guard peers[peer]?.refusal == nil else { return }
        peers[peer]?.refusal = loop.assumeIsolated().scheduleTask(in: Self.refusalPause) {
            self.peers[peer]?.refusal = nil
            self.receiver?(.reset(peer))
            self.receiver?(.endOfBurst)
        }
    }

    // MARK: From the other ends

    private func receive(
        _ frames: [LinkFrame], from sender: BrokerID, senderLife: UInt64, ownLife: UInt64, resets: UInt64
    ) {
        guard ownLife == lives, let known = peers[sender], known.life == senderLife, known.resets == resets else {
            return
        }
        for frame in frames { receiver?(.frame(from: sender, frame)) }
        receiver?(.endOfBurst)
    }

    private func peerCameUp(_ peer: BrokerID, life: UInt64) {
        peers[peer]?.life = life
        guard let refusal = peers[peer]?.refusal else { return }
        refusal.cancel()
        peers[peer]?.refusal = nil
        receiver?(.reset(peer))
        receiver?(.endOfBurst)
    }

    private func peerWentDown(_ peer: BrokerID) {
        peers[peer]?.life = nil
        peers[peer]?.outbox.removeAll()
        peers[peer]?.line?.clear()
        receiver?(.reset(peer))
        receiver?(.endOfBurst)
    }
}
