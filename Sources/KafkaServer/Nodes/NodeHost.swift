import DeliveryLedger
import Glibc
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Logging
import NIOCore
import NIOPosix

/// One node's place in the process through all its lives: its loop, its links, its port.
///
/// Confined to its loop. A broker's port is open from the moment at which the broker says that it runs, or a little
/// later where another program still has it: a client that comes earlier is refused at once and tries another broker,
/// as it would with a process that is still starting.
///
/// | state    | start | running | kill | stop     | stopped | patience ends |
/// |----------|-------|---------|------|----------|---------|---------------|
/// | down     | up    | -       | down | down     | -       | -             |
/// | up       | error | listens | down | stopping | down    | -             |
/// | stopping | error | -       | down | stopping | down    | down          |
final class NodeHost {
    private enum State {
        case down
        case up(NodeDriver)
        case stopping(NodeDriver, done: [EventLoopPromise<Void>])
    }

    let blueprint: NodeBlueprint
    let links: PeerLinks
    private let loop: any EventLoop
    private let flushThreads: NIOThreadPool
    private let limits: ConnectionLimits
    private let ledger: LiveLedger
    let marks = NodeMarks()
    private let logger: Logger
    private let onEvent: @Sendable (BrokerEvent) -> Void
    private let numbers = ConnectionNumbers()
    private var state = State.down { didSet { changes += 1 } }
    /// Lives and ends of them so far.
    private var changes: UInt64 = 0
    private var listener: (any Channel)?
    private let pageCache = PageCache()
    private var faults = FaultState()
    private var runningPromise: EventLoopPromise<Void>?
    /// How long a broker waits for a port that another program still has open.
    private static let portPatience = TimeAmount.seconds(10)

    init(
        _ blueprint: NodeBlueprint, loop: any EventLoop, flushThreads: NIOThreadPool, limits: ConnectionLimits,
        ledger: LiveLedger, logger: Logger, onEvent: @escaping @Sendable (BrokerEvent) -> Void
    ) {
        self.blueprint = blueprint
        self.loop = loop
        self.flushThreads = flushThreads
        self.limits = limits
        self.ledger = ledger
        self.logger = logger
        self.onEvent = onEvent
        links = PeerLinks(id: blueprint.id, loop: loop)
    }

    var driver: NodeDriver? {
        switch state {
        case .down: nil
        case .up(let driver), .stopping(let driver, _): driver
        }
    }

    /// What the node knows now; nil while it is down.
    var content: NodeContent? { driver?.look(blueprint.show) }

    /// Whether it runs without its log directory, which has failed.
    var hasLostLogDirectory: Bool {
        guard case .up(let driver) = state else { return false }
        return driver.look { ($0 as? Broker)?.hasLostLogDirectory } == true
    }

    /// What a controller is now; nil at a broker's place.
    var controllerNode: ClusterSnapshot.ControllerNode? {
        guard blueprint.port == nil else { return nil }
        guard case .controller(let controller, _)? = content else {
            return .init(id: blueprint.id, isUp: false, isActive: false)
        }
        return controller
    }

    /// The last record of the metadata log that the node knows; nil while it is down.
    var metadataOffset: Int64? {
        driver?.look { node in
            (node as? Broker)?.metadataOffset ?? (node as? Controller)?.metadataOffset ?? -1
        }
    }

    /// What the node shows; nil when nothing has happened in it since the mark.
    func look(since mark: NodeMark?) -> NodeLook? {
        let now = NodeMark(changes: changes, steps: driver?.steps ?? 0)
        guard now != mark else { return nil }
        let content = content
        let picture: NodePicture
        if let port = blueprint.port {
            let presence: ClusterAssembly.BrokerNode.Presence =
                switch (state, content) {
                case (.up, .broker(let snapshot, _)): .up(snapshot)
                case (.stopping, .broker(let snapshot, _)): .stopping(snapshot)
                default: .down
                }
            picture = .broker(
                ClusterAssembly.BrokerNode(id: blueprint.id, host: port.host, port: port.port, presence: presence))
        } else if case .controller(let controller, let image) = content {
            picture = .controller(controller, image)
        } else {
            picture = .controller(.init(id: blueprint.id, isUp: false, isActive: false), nil)
        }
        return NodeLook(picture: picture, mark: now)
    }

    /// Begins a new life. The future ends when the node serves: a broker when it runs and listens, a controller at
    /// once.
    func start() throws -> EventLoopFuture<Void> {
        guard case .down = state else { throw ClusterError.alreadyRunning(blueprint.name) }
        let disk = LiveDisks.make(try blueprint.disk(), of: blueprint.id, pageCache)
        disk.faults = faults
        var generator = SystemRandomNumberGenerator()
        let now = faults.clock(of: blueprint.id, at: SystemClock.now())
        let node = try blueprint.node(disk, generator.next(), now)
        let driver = NodeDriver(
            id: blueprint.id, node: node, disk: disk, faults: faults, links: links, loop: loop,
            flushThreads: flushThreads, limits: limits, ledger: ledger, marks: marks, logger: logger,
            onEvent: { [unowned self] in emitted($0) },
            onStopped: { [weak self] in self?.stopped() })
        state = .up(driver)
        let promise = loop.makePromise(of: Void.self)
        runningPromise = promise
        driver.start()
        if blueprint.port == nil { nowRunning() }
        return promise.futureResult
    }

    /// The node dies as a process that is killed with -9.
    func kill() {
        let waiting: [EventLoopPromise<Void>]
        switch state {
        case .down: return
        case .up: waiting = []
        case .stopping(_, let done): waiting = done
        }
        closeListener()
        driver?.drop()
        ledger.befell(blueprint.id, .killed)
        state = .down
        giveUpWaiting()
        for promise in waiting { promise.succeed() }
    }

    // MARK: Faults

    /// The machine loses power: the page cache goes with the process. Gives what went of the logs.
    func losePower() throws -> [LostTail] {
        kill()
        var generator = SystemRandomNumberGenerator()
        ledger.befell(blueprint.id, .lostPower)
        let disk = LiveDisks.make(try blueprint.disk(), of: blueprint.id, pageCache)
        disk.tellTailsWithoutPower { tell($0, .powerLost) }
        return try disk.losePower(using: &generator)
    }

    func wipe() throws {
        kill()
        ledger.befell(blueprint.id, .wiped)
        let disk = LiveDisks.make(try blueprint.disk(), of: blueprint.id, pageCache)
        disk.tellTails { tell($0, .wiped) }
        try disk.wipe()
    }

    private func tell(_ tail: LogTail, _ reason: DropReason) {
        let now = SystemClock.now()
        ledger.dropped(tail, from: blueprint.id, reason, at: now)
        marks.dropped(tail, reason, at: now)
    }

    /// Which bit was flipped; nil where there was none.
    func flipBit(of partition: TopicPartition?) throws -> String? {
        var generator = SystemRandomNumberGenerator()
        return try LiveDisks.make(try blueprint.disk(), of: blueprint.id, PageCache())
            .flipBit(of: partition, using: &generator)
    }

    /// Whether the disk has a log of this partition, whoever is up.
    func hasLog(of partition: TopicPartition) throws -> Bool {
        try blueprint.disk().list("").contains { $0.isDirectory && $0.name == "\(partition)" }
    }

    /// How many clients' connections the fault hits.
    func connectionsHit(by fault: LinkFault) -> Int { driver?.connectionsHit(by: fault).count ?? 0 }

    var isUp: Bool { driver != nil }

    func faultsChanged(_ faults: FaultState) {
        self.faults = faults
        links.faultsChanged(faults)
        driver?.faultsChanged(faults)
    }

    func reset(_ fault: LinkFault) {
        links.reset(fault)
        driver?.resetConnections(fault)
    }

    /// An orderly stop; the future ends when the node is down. After `patience` it is killed.
    func stop(patience: TimeAmount) -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        switch state {
        case .down:
            promise.succeed()
        case .stopping(let driver, let done):
            state = .stopping(driver, done: done + [promise])
        case .up(let driver):
            state = .stopping(driver, done: [promise])
            driver.stop()
            loop.assumeIsolated().scheduleTask(in: patience) { [weak self] in
                guard let self, case .stopping(driver, _) = self.state else { return }
                logger.warning("\(blueprint.name) did not stop in time and was killed")
                kill()
            }
        }
        return promise.futureResult
    }

    private func stopped() {
        guard case .stopping(let driver, let done) = state else {
            // It cannot go on, for instance because its disk failed: whoever waits for it must hear of it.
            if case .up = state { kill() }
            return
        }
        closeListener()
        driver.retire()
        ledger.befell(blueprint.id, .stopped)
        state = .down
        giveUpWaiting()
        for promise in done { promise.succeed() }
    }

    // MARK: Listening

    private func emitted(_ event: BrokerEvent) {
        onEvent(event)
        if case .lifecycleChanged(.running) = event.kind { listen() }
    }

    private func listen() {
        guard case .up(let driver) = state, listener == nil, let port = blueprint.port else { return nowRunning() }
        listen(on: port, for: driver, until: .now() + Self.portPatience)
    }

    /// The port is reserved, so whoever else listens on it gives it up soon: a program that was started just now has
    /// what its parent had open until it has closed it.
    private func listen(on port: PortReservation, for driver: NodeDriver, until deadline: NIODeadline) {
        let opening: EventLoopFuture<any Channel>
        do {
            let address = try SocketAddress(ipAddress: port.host, port: port.port)
            opening = Listener.open(on: address, loop: loop, limits: limits, sink: driver, numbers: numbers)
        } catch {
            return cannotListen(error)
        }
        opening.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                // Killed, or even started anew, while the port was being opened.
                guard case .up(driver) = self.state, self.listener == nil else { return channel.close(promise: nil) }
                self.listener = channel
                self.nowRunning()
            case .failure(let error as IOError) where error.errnoCode == EADDRINUSE && NIODeadline.now() < deadline:
                self.logger.debug("\(self.blueprint.name) waits for its port: \(error)")
                self.loop.assumeIsolated().scheduleTask(in: .milliseconds(20)) { [weak self] in
                    guard let self, case .up(driver) = state, listener == nil else { return }
                    listen(on: port, for: driver, until: deadline)
                }
            case .failure(let error):
                self.cannotListen(error)
            }
        }
    }

    private func nowRunning() {
        runningPromise?.succeed()
        runningPromise = nil
    }

    private func giveUpWaiting() {
        runningPromise?.fail(ClusterError.notReady("\(blueprint.name) went down"))
        runningPromise = nil
    }

    private func cannotListen(_ error: any Error) {
        logger.error("\(blueprint.name) cannot listen: \(error)")
        kill()
    }

    private func closeListener() {
        listener?.close(promise: nil)
        listener = nil
    }
}

extension NodeDriver {
    /// Two lives of one node are different drivers.
    static func ~= (pattern: NodeDriver, value: NodeDriver) -> Bool { pattern === value }
}
