import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore
import Synchronization

/// Until when the former sessions of returned brokers last. The controller knows, and says so when it refuses them.
final class SessionEnds: Sendable {
    private let ends = Mutex<[BrokerID: Instant]>([:])

    var all: [BrokerID: Instant] { ends.withLock { $0 } }

    func note(_ event: BrokerEvent) {
        switch event.kind {
        case .registrationRefused(let broker, let end): ends.withLock { $0[broker] = end }
        case .brokerRegistered(let broker, _): _ = ends.withLock { $0.removeValue(forKey: broker) }
        default: break
        }
    }
}

/// Looks at all nodes up to 20 times a second while somebody listens, and sends a picture when it differs from the
/// last. Less often where that takes long, with ten thousand partitions: a pause is nine times the look, and never
/// longer than
/// `longestPause`, since a node that recovers its logs answers late.
///
/// Has a loop of its own, so that putting a picture together holds up no node. Without a listener no timer runs.
final class SnapshotFeed: Sendable {
    static let interval: TimeAmount = .milliseconds(50)
    static let longestPause: TimeAmount = .seconds(2)

    /// Confined to the feed's loop.
    private final class State {
        var assembly = ClusterAssembly()
        var input: ClusterAssembly.Input
        var looks: [BrokerID: NodeLook] = [:]
        var isTicking = false
        /// A new listener has seen nothing yet.
        var isWaitedFor = false
        var last: ClusterSnapshot?

        init(clusterID: String) { input = ClusterAssembly.Input(clusterID: clusterID) }
    }

    private let loop: any EventLoop
    /// The nodes there are now: brokers come and go.
    private let nodes: @Sendable () -> [NodeHandle]
    private let sessionEnds: SessionEnds
    private let faults: @Sendable () -> [FaultState.ActiveFault]
    private let state: NIOLoopBoundBox<State>
    private let broadcast = Broadcast<ClusterSnapshot>(buffering: .bufferingNewest(1))

    init(
        clusterID: String, nodes: @escaping @Sendable () -> [NodeHandle], sessionEnds: SessionEnds,
        faults: @escaping @Sendable () -> [FaultState.ActiveFault], loop: any EventLoop
    ) {
        self.loop = loop
        self.nodes = nodes
        self.sessionEnds = sessionEnds
        self.faults = faults
        state = NIOLoopBoundBox.makeBoxSendingValue(State(clusterID: clusterID), eventLoop: loop)
    }

    func listen() -> AsyncStream<ClusterSnapshot> {
        let stream = broadcast.listen()
        loop.execute { [self] in
            state.value.isWaitedFor = true
            guard !state.value.isTicking else { return }
            state.value.isTicking = true
            tick()
        }
        return stream
    }

    func finish() { broadcast.finish() }

    private func tick() {
        guard broadcast.hasListeners else {
            state.value.isTicking = false
            return
        }
        let begun = NIODeadline.now()
        look().whenComplete { [self] result in
            // Loops that answer no more belong to a cluster that is being torn down.
            guard case .success(let snapshot) = result else { return }
            publish(snapshot)
            let pause = min(Self.longestPause, max(Self.interval, (NIODeadline.now() - begun) * 9))
            loop.scheduleTask(in: pause) { [self] in tick() }
        }
    }

    /// A picture for one who cannot wait for the next: each node is asked after this call. Fails when the cluster is
    /// torn down.
    func now() -> EventLoopFuture<ClusterSnapshot> { loop.flatSubmit { [self] in look() } }

    /// Asks every node. On the feed's loop.
    private func look() -> EventLoopFuture<ClusterSnapshot> {
        let nodes = nodes()
        let begun = SystemClock.now()
        let looks = nodes.map { node in
            let mark = state.value.looks[node.id]?.mark
            return node.on { host in host.look(since: mark) }
        }
        return EventLoopFuture.whenAllSucceed(looks, on: loop).map { [self] looks in
            for (node, look) in zip(nodes, looks) {
                if let look { state.value.looks[node.id] = look }
            }
            return picture(nodes, lookedAt: begun)
        }
    }

    /// No node has told anything of before `begun`.
    private func picture(_ nodes: [NodeHandle], lookedAt begun: Instant) -> ClusterSnapshot {
        let state = state.value
        let now = SystemClock.now()
        state.input.sessionEnds = sessionEnds.all
        state.input.brokers = []
        state.input.controllers = []
        // The active controller decides, though a former one may still show what it could not commit.
        var active: MetadataImage?
        var newest: MetadataImage?
        for node in nodes {
            switch state.looks[node.id]?.picture {
            case .broker(let broker): state.input.brokers.append(broker)
            case .controller(let controller, let image):
                state.input.controllers.append(controller)
                if controller.isActive, let image { active = image }
                if let image, image.offset > newest?.offset ?? -1 { newest = image }
            case nil: break
            }
        }
        state.input.image = active ?? newest ?? state.input.image
        state.assembly.note(state.input.brokers, at: now)
        var snapshot = state.assembly.snapshot(of: state.input, at: now)
        snapshot.faults = faults()
        snapshot.lookedAt = begun
        return snapshot
    }

    private func publish(_ snapshot: ClusterSnapshot) {
        let state = state.value
        var snapshot = snapshot
        if let last = state.last, !state.isWaitedFor {
            let (takenAt, lookedAt) = (snapshot.takenAt, snapshot.lookedAt)
            (snapshot.takenAt, snapshot.lookedAt) = (last.takenAt, last.lookedAt)
            guard snapshot != last else { return }
            (snapshot.takenAt, snapshot.lookedAt) = (takenAt, lookedAt)
        }
        state.isWaitedFor = false
        state.last = snapshot
        broadcast.send(snapshot)
    }
}
