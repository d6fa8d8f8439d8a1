import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// A whole Kafka cluster in this process: every node on an event loop, and so a thread, of its own.
///
/// Starting, killing and stopping go through here; requests never do. It owns the loops and the nodes' ports.
package final class EmbeddedCluster: ClusterSource {
    package let clusterID: String
    let places: ClusterPlaces
    let group: MultiThreadedEventLoopGroup
    private let flushThreads: NIOThreadPool
    let broadcast: Broadcast<ClusterEvent>
    let ledger: LiveLedger
    let faults = LiveFaults()
    private let feed: SnapshotFeed
    private let makePlace: @Sendable (NodeBlueprint, any EventLoop) async throws -> NodeHandle
    let logger: Logger
    private let isShuttingDown = Atomic(false)
    let controllerWatching = Mutex<Task<Void, Never>?>(nil)

    /// Makes the nodes' places; `start()` starts the nodes.
    package init(
        clusterID: String, blueprints: [NodeBlueprint], scaling: Scaling? = nil,
        limits: ConnectionLimits = ConnectionLimits(), logger: Logger
    ) async throws {
        // One loop more than there are nodes: pictures are put together there.
        group = MultiThreadedEventLoopGroup(numberOfThreads: blueprints.count + 1)
        flushThreads = NIOThreadPool(numberOfThreads: max(1, blueprints.count))
        flushThreads.start()
        let broadcast = Broadcast<ClusterEvent>(buffering: .bufferingNewest(10_000))
        let sessionEnds = SessionEnds()
        let ledger = LiveLedger { change, at in broadcast.send(.notice(ClusterNotice(change), at: at)) }
        let coordinators = LiveCoordinators()
        let onEvent: @Sendable (BrokerEvent) -> Void = { event in
            sessionEnds.note(event)
            ledger.see(.node(event))
            broadcast.send(coordinators.told(event))
        }
        makePlace = { [flushThreads] blueprint, loop in
            try await loop.submit {
                let host = NodeHost(
                    blueprint, loop: loop, flushThreads: flushThreads, limits: limits, ledger: ledger, logger: logger,
                    onEvent: onEvent)
                return NodeHandle(host, loop: loop)
            }.get()
        }
        var nodes: [NodeHandle] = []
        for blueprint in blueprints { nodes.append(try await makePlace(blueprint, group.next())) }
        for node in nodes {
            let ends = nodes.map { ($0.id, $0.loop, $0.links) }
            try await node.on { host in host.links.connect(to: ends) }.get()
        }
        self.clusterID = clusterID
        self.broadcast = broadcast
        self.ledger = ledger
        self.logger = logger
        let places = ClusterPlaces(
            nodes, ports: blueprints.compactMap { node in node.port.map { (node.id, $0) } }, scaling)
        self.places = places
        feed = SnapshotFeed(
            clusterID: clusterID, nodes: { places.nodes }, sessionEnds: sessionEnds,
            faults: { [faults] in faults.active }, loop: group.next())
    }

    /// Brokers by id, then controllers.
    var nodes: [NodeHandle] { places.nodes }
    /// Sorted by broker.
    package var ports: [PortReservation] { places.ports }

    /// A node's place on this loop, with links from and to all others.
    func connectedPlace(_ blueprint: NodeBlueprint, on loop: any EventLoop) async throws -> NodeHandle {
        let node = try await makePlace(blueprint, loop)
        let others = nodes
        let ends = others.map { ($0.id, $0.loop, $0.links) }
        try await node.on { host in host.links.connect(to: ends) }.get()
        for other in others {
            try await other.on { host in host.links.welcome(node.id, loop: node.loop, links: node.links) }.get()
        }
        faults.inform(node)
        return node
    }

    /// `127.0.0.1:9092,127.0.0.1:9093 ...`, as clients are given it.
    package var bootstrapServers: String { ports.map { "\($0.host):\($0.port)" }.joined(separator: ",") }

    /// Starts every node; returns when every broker serves and knows all that the controller has decided. Each step may
    /// take as long as the timeout: a caller who is kept from going on in between has no less.
    package func start(timeout: Duration = .seconds(60)) async throws {
        // Controllers first: a broker that found nobody there would wait before it asked again.
        for role in [nodes.filter(\.id.isController), nodes.filter { !$0.id.isController }] {
            try await serving(role, within: timeout).get()
            let limit = SystemClock.now() + timeout
            // Brokers that came before the first election would ask in vain, and then wait.
            while hasControllers, try await activeImage() == nil {
                guard SystemClock.now() < limit else { throw ClusterError.notReady("no controller was elected") }
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        let limit = SystemClock.now() + timeout
        while try await !brokersAgree() {
            guard SystemClock.now() < limit else { throw ClusterError.notReady("brokers lag behind the controller") }
            try await Task.sleep(for: .milliseconds(1))
        }
        watchControllers()
    }

    /// Starts nodes and waits until all of them serve; says which do not when time is up.
    private func serving(_ role: [NodeHandle], within timeout: Duration) -> EventLoopFuture<Void> {
        let starts = role.map { node in (node.id, node.flatOn { try $0.start() }) }
        let loop = group.next()
        let missing = NIOLoopBoundBox.makeBoxSendingValue(role.map(\.id), eventLoop: loop)
        for (id, start) in starts { start.hop(to: loop).whenSuccess { missing.value.removeAll { $0 == id } } }
        let all = EventLoopFuture.andAllSucceed(starts.map(\.1), on: loop)
        let promise = loop.makePromise(of: Void.self)
        let timer = loop.scheduleTask(in: .nanoseconds(timeout.wholeNanoseconds)) {
            let names = missing.value.map(\.description).joined(separator: ", ")
            promise.fail(ClusterError.notReady("of its nodes \(names) did not start to serve in time"))
        }
        all.whenComplete { result in
            timer.cancel()
            promise.completeWith(result)
        }
        return promise.futureResult
    }

    var hasControllers: Bool { nodes.contains { $0.id.isController } }

    /// What the active controller has decided; nil while there is none.
    private func activeImage() async throws -> MetadataImage? {
        for node in nodes where node.id.isController {
            if case .controller(let controller, let image)? = try await node.on({ $0.content }).get(),
                controller.isActive
            {
                return image
            }
        }
        return nil
    }

    /// Whether every broker has read as much of the metadata log as the active controller has written by now.
    private func brokersAgree() async throws -> Bool {
        guard hasControllers else { return true }
        guard let decided = try await activeImage()?.offset else { return false }
        for node in nodes where !node.id.isController {
            // Asked often: a broker's whole content would cost a walk over its replicas each time.
            guard let offset = try await node.on({ $0.metadataOffset }).get() else {
                throw ClusterError.notReady("node \(node.id) went down")
            }
            if offset < decided { return false }
        }
        return true
    }

    /// As `kill -9` of one node's process.
    package func kill(_ id: BrokerID) async throws {
        try await node(id).on { $0.kill() }.get()
    }

    /// Starts a node again on its data and port. Returns when it began, as soon as it has; events and snapshots tell
    /// the rest. A broker that runs without its log directory is stopped first: only a new life opens the directory
    /// again.
    @discardableResult
    package func restart(_ id: BrokerID) async throws -> Instant {
        if try await node(id).on({ $0.hasLostLogDirectory }).get() { try await stop(id) }
        return try await node(id).on { host in
            let began = SystemClock.now()
            // Serving comes later, or never, if it is killed again before that.
            try host.start().whenComplete { _ in }
            return began
        }.get()
    }

    /// An orderly stop of one node: leaders move away first.
    package func stop(_ id: BrokerID, patience: Duration = .seconds(10)) async throws {
        let patience = TimeAmount.nanoseconds(patience.wholeNanoseconds)
        try await node(id).flatOn { $0.stop(patience: patience) }.get()
    }

    /// Stops everything and gives loops and threads back. Brokers go first and together; one that cannot hand its
    /// leaders over, since nobody stays, is not waited for long: by a millisecond more for each partition, since ten
    /// thousand take seconds to move and to close, and a broker that is killed must recover them all.
    ///
    /// Only the first call does it, and later ones return at once; nothing else may be asked of the cluster afterwards.
    package func shutDown(patience: Duration = .seconds(3)) async {
        guard !isShuttingDown.exchange(true, ordering: .sequentiallyConsistent) else { return }
        controllerWatching.withLock { $0 }?.cancel()
        let partitions = (try? await activeImage())?.topics.reduce(0) { $0 + $1.partitions.count } ?? 0
        let patience = TimeAmount.nanoseconds((patience + .milliseconds(partitions)).wholeNanoseconds)
        for nodes in [nodes.filter { !$0.id.isController }, nodes.filter { $0.id.isController }] {
            let stopping = nodes.map { node in node.flatOn { $0.stop(patience: patience) } }
            for future in stopping { try? await future.get() }
        }
        feed.finish()
        broadcast.finish()
        try? await flushThreads.shutdownGracefully()
        try? await group.shutdownGracefully()
        for group in places.addedGroups { try? await group.shutdownGracefully() }
    }

    func node(_ id: BrokerID) throws(ClusterError) -> NodeHandle {
        guard let node = nodes.first(where: { $0.id == id }) else {
            throw .unknownNode("\(id.isController ? "controller" : "broker") \(id)")
        }
        return node
    }

    // MARK: ClusterSource

    package func snapshots() -> AsyncStream<ClusterSnapshot> { feed.listen() }

    package func events() -> AsyncStream<ClusterEvent> { broadcast.listen() }

    /// How it is now: every node is asked after this call.
    package func snapshot() async throws -> ClusterSnapshot { try await feed.now().get() }

    // MARK: The ledger

    /// What brokers have told clients so far, and what of it was lost.
    package var ledgerAccount: LedgerAccount { ledger.account }

    /// Something happened that no node tells of.
    func publish(_ event: ClusterEvent) {
        ledger.see(event)
        broadcast.send(event)
    }
}
