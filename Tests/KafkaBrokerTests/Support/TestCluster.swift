import KafkaBroker
import KafkaProtocol
import KafkaStorage
import NIOCore

/// A whole cluster in one thread: brokers and controllers on memory disks, joined by links of a fixed delay, driven by
/// one queue of events under a clock of its own. The same calls give the same run, every time.
///
/// It keeps the driver's part of the `Node` contract: actions in their order, before the next input; regions of files
/// become bytes when they are sent; a cut link loses what is in flight both ways and tells both ends.
final class TestCluster {
    private enum Member {
        case broker(Broker)
        case controller(Controller)
    }

    private enum Event {
        case input(BrokerID, life: Int, BrokerInput)
        case deadline(BrokerID, life: Int)
        /// A frame on its way; lost when the link was reset after it had left.
        case frame(from: BrokerID, to: BrokerID, resets: Int, PeerFrame)
        case answer(ConnectionID, [Payload])
    }

    /// The first controller; the only one unless a test asks for more.
    static let controllerID: BrokerID = 101
    let controllerIDs: [BrokerID]
    private let controllerConfiguration: StaticConfiguration
    let clusterID = "klamm-test-cluster-id0"
    private(set) var now = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_700_000_000_000)
    private(set) var events: [BrokerEvent] = []
    /// What the ledger would hear.
    private(set) var told: [(node: BrokerID, news: RecordNews)] = []
    private(set) var marks: [(node: BrokerID, partition: TopicPartition, mark: LogMark)] = []
    private(set) var acknowledged: [Acknowledgement] = []
    private(set) var closed: [ConnectionID: String] = [:]
    /// How many requests of a connection are done and get no answer.
    private(set) var unanswered: [ConnectionID: Int] = [:]
    /// Every answer that has come, by connection, in order of arrival.
    private(set) var answers: [ConnectionID: [ByteBuffer]] = [:]
    /// Changes frames between nodes as they leave; nil loses one.
    var filter: ((_ from: BrokerID, _ to: BrokerID, PeerFrame) -> PeerFrame?)?
    var linkDelay: Duration = .microseconds(100)
    var flushDelay: Duration = .microseconds(500)
    private let changeSettings: (inout BrokerSettings) -> Void

    private var members: [BrokerID: Member] = [:]
    private var disks: [BrokerID: MemoryDisk] = [:]
    private var lives: [BrokerID: Int] = [:]
    private var scheduled: [BrokerID: Int64] = [:]
    private var connectionOwner: [ConnectionID: BrokerID] = [:]
    private var resets: [Link: Int] = [:]
    private var cutLinks: Set<Link> = []
    private var queue: [(at: Int64, number: Int, event: Event)] = []
    private var nextNumber = 0
    /// What nodes that stand still have not taken in, in the order in which it came.
    private var withheld: [BrokerID: [Event]] = [:]
    private var nextConnection: UInt64 = 1
    private var brokerIDs: [BrokerID]

    struct Link: Hashable {
        let low: BrokerID
        let high: BrokerID
        init(_ a: BrokerID, _ b: BrokerID) {
            low = min(a, b)
            high = max(a, b)
        }
    }

    /// Makes the nodes and lets them come up until all brokers run.
    init(
        brokers: Int32 = 3, controllers: Int32 = 1, controllerConfiguration: StaticConfiguration = .init(),
        settings: @escaping (inout BrokerSettings) -> Void = { _ in }
    ) {
        changeSettings = settings
        self.controllerConfiguration = controllerConfiguration
        brokerIDs = (1...brokers).map { BrokerID($0) }
        controllerIDs = (0..<controllers).map { BrokerID(Self.controllerID.rawValue + $0) }
        for id in controllerIDs { start(id) }
        for id in brokerIDs { start(id) }
        precondition(run { self.brokerIDs.allSatisfy { self.snapshot($0)?.lifecycle == .running } })
    }

    // MARK: Nodes

    /// A broker as it is between two steps: what is done to it, the cluster does not see.
    func broker(_ id: BrokerID) -> Broker? {
        guard case .broker(let broker)? = members[id] else { return nil }
        return broker
    }

    /// A new broker joins, and is waited for.
    func add(_ id: BrokerID) {
        brokerIDs.append(id)
        start(id)
        precondition(run { self.snapshot(id)?.lifecycle == .running })
    }

    func start(_ id: BrokerID) {
        precondition(members[id] == nil, "a node is started once")
        let disk = disks[id] ?? MemoryDisk()
        disks[id] = disk
        let life = (lives[id] ?? 0) + 1
        lives[id] = life
        let seed = UInt64(id.rawValue) * 1000 + UInt64(life)
        if controllerIDs.contains(id) {
            do {
                let settings = ControllerSettings(
                    nodeId: id, clusterID: clusterID, voters: controllerIDs, configuration: controllerConfiguration)
                members[id] = .controller(try Controller(settings: settings, disk: disk, seed: seed, now: now))
            } catch {
                preconditionFailure("the controller does not start: \(error)")
            }
        } else {
            var settings = BrokerSettings(
                nodeId: id, clusterID: clusterID, host: "localhost", port: 9091 + Int(id.rawValue))
            settings.controllers = controllerIDs
            changeSettings(&settings)
            members[id] = .broker(Broker(settings: settings, disk: disk, seed: seed, now: now))
        }
        schedule(id)
    }

    /// As `kill -9`: memory, links and connections are gone, what was written stays.
    func kill(_ id: BrokerID) {
        guard members.removeValue(forKey: id) != nil else { return }
        scheduled[id] = nil
        disks[id]?.kill()
        for (connection, owner) in connectionOwner where owner == id { connectionOwner[connection] = nil }
        for peer in brokerIDs + controllerIDs where peer != id { reset(id, peer) }
    }

    /// The machine fails: what was not made durable is gone, too.
    func losePower(_ id: BrokerID) {
        kill(id)
        disks[id]?.losePower()
    }

    func stop(_ id: BrokerID) { post(.input(id, life: lives[id] ?? 0, .stopRequested), after: .zero) }
    func isUp(_ id: BrokerID) -> Bool { members[id] != nil }

    /// Nothing passes between the two until `heal`.
    func cut(_ a: BrokerID, _ b: BrokerID) {
        cutLinks.insert(Link(a, b))
        reset(a, b)
    }

    func heal(_ a: BrokerID, _ b: BrokerID) { cutLinks.remove(Link(a, b)) }

    /// The node stands still, and its clock goes on: what comes for it waits until `thaw`.
    func freeze(_ id: BrokerID) { withheld[id] = [] }

    func thaw(_ id: BrokerID) {
        for event in withheld.removeValue(forKey: id) ?? [] { post(event, after: .zero) }
    }

    private func withholds(_ event: Event) -> Bool {
        let id: BrokerID
        switch event {
        case .input(let node, _, _), .deadline(let node, _): id = node
        case .frame(_, let node, _, _): id = node
        case .answer: return false
        }
        guard withheld[id] != nil else { return false }
        withheld[id]?.append(event)
        return true
    }

    private func reset(_ a: BrokerID, _ b: BrokerID) {
        resets[Link(a, b), default: 0] += 1
        for (end, other) in [(a, b), (b, a)] where members[end] != nil {
            post(.input(end, life: lives[end] ?? 0, .peerReset(other)), after: linkDelay)
        }
    }

    /// What every call to a node's disk that the closure names fails with from now on; nil makes the disk good again.
    func breakDisk(of id: BrokerID, _ failure: ((_ operation: String, _ path: String) -> String?)?) {
        disks[id]?.failure = failure
    }

    func disk(of id: BrokerID) -> MemoryDisk? { disks[id] }

    func snapshot(_ id: BrokerID) -> BrokerSnapshot? {
        guard case .broker(let broker)? = members[id] else { return nil }
        return broker.snapshot()
    }

    func metadataOffset(of id: BrokerID) -> Int64? {
        guard case .broker(let broker)? = members[id] else { return nil }
        return broker.metadataOffset
    }

    func controller(_ id: BrokerID) -> ControllerSnapshot? {
        guard case .controller(let controller)? = members[id] else { return nil }
        return controller.snapshot(now: now)
    }

    /// The controller that decides; of two, while one does not know yet that it no longer does, the newer.
    var activeController: ControllerSnapshot? {
        controllerIDs.compactMap(controller).filter(\.isActive).max { $0.leaderEpoch < $1.leaderEpoch }
    }

    /// The metadata as the active controller has it, or else the controller that knows most.
    var image: MetadataImage {
        if let active = activeController { return active.image }
        guard let newest = controllerIDs.compactMap(controller).map(\.image).max(by: { $0.offset < $1.offset }) else {
            preconditionFailure("every controller is down")
        }
        return newest
    }

    // MARK: Clients

    func connect(to broker: BrokerID) -> ConnectionID {
        let id = ConnectionID(rawValue: nextConnection)
        nextConnection += 1
        connectionOwner[id] = broker
        answers[id] = []
        post(
            .input(
                broker, life: lives[broker] ?? 0, .connectionOpened(id, client: "127.0.0.1:\(50_000 + id.rawValue)")),
            after: .zero)
        return id
    }

    func send(_ frame: ByteBuffer, on connection: ConnectionID) {
        guard let owner = connectionOwner[connection] else { return }
        post(.input(owner, life: lives[owner] ?? 0, .request(connection, frame)), after: linkDelay)
    }

    // MARK: Time

    /// Runs until the condition holds; false if it does not within `limit`.
    @discardableResult
    func run(limit: Duration = .seconds(60), until condition: () -> Bool) -> Bool {
        let end = (now + limit).monotonicNanoseconds
        var handled = 0
        while !condition() {
            handled += 1
            precondition(handled < 300_000, "the cluster is busy with itself at \(now): \(queue.prefix(3))")
            guard let next = queue.first, next.at <= end else {
                advance(to: end)
                return condition()
            }
            queue.removeFirst()
            advance(to: next.at)
            handle(next.event)
        }
        return true
    }

    func run(for duration: Duration) { run(limit: duration) { false } }

    private func advance(to nanoseconds: Int64) {
        let step = nanoseconds - now.monotonicNanoseconds
        if step > 0 { now = now + .nanoseconds(step) }
    }

    private func post(_ event: Event, after delay: Duration) {
        post(event, at: (now + delay).monotonicNanoseconds)
    }

    private func post(_ event: Event, at time: Int64) {
        let entry = (at: max(time, now.monotonicNanoseconds), number: nextNumber, event: event)
        nextNumber += 1
        var low = 0
        var high = queue.count
        while low < high {
            let middle = (low + high) / 2
            if (queue[middle].at, queue[middle].number) < (entry.at, entry.number) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        queue.insert(entry, at: low)
    }

    private func handle(_ event: Event) {
        if withholds(event) { return }
        switch event {
        case .input(let id, let life, let input):
            if lives[id] == life { step(id, input) }
        case .deadline(let id, let life):
            guard lives[id] == life, members[id] != nil else { return }
            scheduled[id] = nil
            if let due = nextDeadline(id), due <= now {
                step(id, .deadlineReached)
            } else {
                schedule(id)
            }
        case .frame(let from, let to, let resets, let frame):
            let link = Link(from, to)
            guard self.resets[link, default: 0] == resets, !cutLinks.contains(link) else { return }
            switch frame {
            case .request(let bytes): step(to, .peerRequest(from: from, bytes))
            case .response(let parts): step(to, .peerResponse(from: from, join(parts)))
            }
        case .answer(let connection, let parts):
            if parts.isEmpty {
                unanswered[connection, default: 0] += 1
            } else {
                answers[connection]?.append(join(parts))
            }
        }
    }

    private func nextDeadline(_ id: BrokerID) -> Instant? {
        switch members[id] {
        case .broker(let broker): broker.nextDeadline
        case .controller(let controller): controller.nextDeadline
        case nil: nil
        }
    }

    private func step(_ id: BrokerID, _ input: BrokerInput) {
        guard let member = members.removeValue(forKey: id) else { return }
        var actions: [BrokerAction] = []
        switch member {
        case .broker(var broker):
            broker.step(input, now: now, into: &actions)
            members[id] = .broker(broker)
        case .controller(var controller):
            controller.step(input, now: now, into: &actions)
            members[id] = .controller(controller)
        }
        for action in actions { perform(action, of: id) }
        schedule(id)
    }

    private func schedule(_ id: BrokerID) {
        guard let deadline = nextDeadline(id) else { return }
        let at = deadline.monotonicNanoseconds
        if let known = scheduled[id], known <= at { return }
        scheduled[id] = at
        post(.deadline(id, life: lives[id] ?? 0), at: at)
    }

    private func perform(_ action: BrokerAction, of id: BrokerID) {
        switch action {
        case .respond(let connection, let response):
            acknowledged += response.acknowledged
            guard let parts = read(response.parts, of: id) else {
                // A file that cannot be sent ends the connection, as in Kafka.
                closed[connection] = "the disk failed"
                post(.input(id, life: lives[id] ?? 0, .connectionClosed(connection)), after: .zero)
                return
            }
            post(.answer(connection, parts), after: linkDelay)
        case .send(let peer, let frame):
            let link = Link(id, peer)
            guard !cutLinks.contains(link), members[peer] != nil else {
                // Nobody listens: the driver says so, as a refused connection would.
                return post(.input(id, life: lives[id] ?? 0, .peerReset(peer)), after: linkDelay)
            }
            var ready = frame
            if case .response(let parts) = frame {
                guard let parts = read(parts, of: id) else { return reset(id, peer) }
                ready = .response(parts)
            }
            if let filter {
                guard let changed = filter(id, peer, ready) else { return }
                ready = changed
            }
            post(.frame(from: id, to: peer, resets: resets[link, default: 0], ready), after: linkDelay)
        case .flush(let flush, let file):
            do {
                try disks[id]?.flush(file)
                post(.input(id, life: lives[id] ?? 0, .flushed(flush, .success(()))), after: flushDelay)
            } catch {
                let reason = FlushError(reason: "\(error)")
                post(.input(id, life: lives[id] ?? 0, .flushed(flush, .failure(reason))), after: flushDelay)
            }
        case .close(let connection, let reason):
            closed[connection] = reason ?? ""
            connectionOwner[connection] = nil
        case .emit(let event):
            events.append(event)
        case .tell(let news):
            told.append((id, news))
        case .mark(let partition, _, let mark):
            marks.append((id, partition, mark))
        case .stopped:
            members[id] = nil
            scheduled[id] = nil
            for peer in brokerIDs + controllerIDs where peer != id { reset(id, peer) }
        }
    }

    /// Nil when the disk has failed under what is to be sent.
    private func read(_ parts: [Payload], of id: BrokerID) -> [Payload]? {
        var ready: [Payload] = []
        for part in parts {
            guard case .file(let file, let offset, let length) = part, let disk = disks[id] else {
                ready.append(part)
                continue
            }
            guard let bytes = try? disk.read(file, at: offset, count: length) else { return nil }
            ready.append(.bytes(bytes))
        }
        return ready
    }

    private func join(_ parts: [Payload]) -> ByteBuffer {
        var joined = ByteBuffer()
        for case .bytes(let bytes) in parts { joined.writeImmutableBuffer(bytes) }
        return joined
    }
}
