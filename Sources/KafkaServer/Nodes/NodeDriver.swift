import DeliveryLedger
import DequeModule
import Glibc
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage
import Logging
import NIOCore
import NIOPosix

/// Runs one life of one broker or controller on its event loop: hands in inputs one at a time, carries the actions out
/// in order, keeps one timer at the node's next deadline.
///
/// Confined to its loop, as everything that it owns. After `drop()` nothing reaches the node any more: what still comes
/// in for this life is thrown away.
///
/// Invariant: outside a burst no answer is unflushed, no frame is queued and the timer stands at or before the node's
/// next deadline. While the node is frozen or its slow disk is busy, inputs wait and no timer runs.
final class NodeDriver: ConnectionSink {
    let id: BrokerID
    let loop: any EventLoop
    private var node: NodeBox?
    private let disk: any LiveDisk
    private let links: PeerLinks
    private let flushThreads: NIOThreadPool
    private let limits: ConnectionLimits
    private let logger: Logger
    private let onEvent: (BrokerEvent) -> Void
    private let onStopped: () -> Void
    private let ledger: LiveLedger
    private let marks: NodeMarks

    private var inputs = Deque<BrokerInput>()
    private var actions: [BrokerAction] = []
    private var isStepping = false
    private var burstDepth = 0
    private(set) var connections: [ConnectionID: ConnectionHandler] = [:]
    private var unflushed: [ConnectionHandler] = []
    private var timer: Scheduled<Void>?
    private var timerNanoseconds = Int64.max
    /// The faults of this moment. Request faults count in this copy.
    var faults: FaultState
    private var isFrozen: Bool
    /// Runs while a slow disk holds the next input.
    private var diskTimer: Scheduled<Void>?
    /// Inputs handed in so far: while it stands still, so does everything that the node could show.
    private(set) var steps: UInt64 = 0

    init(
        id: BrokerID, node: any Node, disk: any LiveDisk, faults: FaultState, links: PeerLinks,
        loop: any EventLoop, flushThreads: NIOThreadPool, limits: ConnectionLimits, ledger: LiveLedger,
        marks: NodeMarks,
        logger: Logger,
        onEvent: @escaping (BrokerEvent) -> Void, onStopped: @escaping () -> Void
    ) {
        loop.preconditionInEventLoop()
        self.id = id
        self.node = .holding(node)
        self.disk = disk
        self.faults = faults
        isFrozen = faults.isFrozen(id)
        self.links = links
        self.loop = loop
        self.flushThreads = flushThreads
        self.limits = limits
        self.ledger = ledger
        self.marks = marks
        self.logger = logger
        self.onEvent = onEvent
        self.onStopped = onStopped
    }

    /// Opens the links and lets the node begin.
    func start() {
        links.open { [unowned self] delivery in
            switch delivery {
            case .frame(let peer, .request(let frame)): inBurst { self.handle(.peerRequest(from: peer, frame)) }
            case .frame(let peer, .response(let frame)): inBurst { self.handle(.peerResponse(from: peer, frame)) }
            case .reset(let peer): inBurst { self.handle(.peerReset(peer)) }
            case .endOfBurst: if burstDepth > 0 { endBurst() }
            }
        }
        armTimer()
    }

    /// A look at the node between two inputs; nil once it is dropped.
    func look<Result>(_ body: (any Node) -> Result) -> Result? { node.map { body($0.node) } }

    func stop() {
        beginBurst()
        handle(.stopRequested)
        endBurst()
    }

    /// The end of this life, as sudden as a killed process': no input, no answer, no clean-up. Clients see a reset.
    func drop() {
        node = nil
        inputs.removeAll()
        timer?.cancel()
        timer = nil
        diskTimer?.cancel()
        diskTimer = nil
        links.close()
        doubtAnswers(on: Array(connections.values))
        for connection in connections.values { connection.reset() }
        connections.removeAll()
        unflushed.removeAll()
    }

    /// The end after an orderly stop: connections close as any program closes them.
    func retire() {
        node = nil
        inputs.removeAll()
        timer?.cancel()
        timer = nil
        diskTimer?.cancel()
        diskTimer = nil
        links.close()
        for connection in connections.values { connection.close() }
        connections.removeAll()
    }

    // MARK: Inputs

    func handle(_ input: BrokerInput) {
        inputs.append(input)
        handInWaiting()
    }

    private var isHeld: Bool { isFrozen || diskTimer != nil }

    private func handInWaiting() {
        guard !isStepping else { return }
        isStepping = true
        while !isHeld, let next = inputs.popFirst() {
            node?.step(next, now: faults.clock(of: id, at: SystemClock.now()), into: &actions)
            steps &+= 1
            // Performing an action may bring the next input, never the next action.
            for action in actions { perform(action) }
            actions.removeAll(keepingCapacity: true)
            if !faults.isQuiet { waitForDisk() }
        }
        isStepping = false
    }

    /// A slow disk holds the next input for as long as its calls have taken.
    private func waitForDisk() {
        let busy = disk.busy
        guard busy > .zero, node != nil else { return }
        disk.busy = .zero
        diskTimer = loop.assumeIsolated().scheduleTask(in: .nanoseconds(busy.wholeNanoseconds)) {
            self.diskTimer = nil
            self.resume()
        }
    }

    private func resume() {
        beginBurst()
        handInWaiting()
        endBurst()
    }

    /// Other faults hold from now on.
    func faultsChanged(_ newer: FaultState) {
        faults.take(newer)
        disk.faults = newer
        let wasFrozen = isFrozen
        isFrozen = newer.isFrozen(id)
        connectionFaultsChanged()
        if isFrozen, !wasFrozen { ledger.befell(id, .frozen) }
        if wasFrozen, !isFrozen { resume() }
    }

    private func inBurst(_ body: () -> Void) {
        if burstDepth == 0 { beginBurst() }
        body()
    }

    func beginBurst() { burstDepth += 1 }

    func endBurst() {
        guard burstDepth == 1 else {
            burstDepth -= 1
            return
        }
        // A flush can fill or close a channel, and that can bring inputs and answers once more.
        while !unflushed.isEmpty {
            let connections = unflushed
            unflushed.removeAll(keepingCapacity: true)
            for connection in connections { connection.flush() }
        }
        burstDepth = 0
        links.flush()
        armTimer()
    }

    // MARK: ConnectionSink

    func connectionOpened(_ connection: ConnectionHandler) {
        guard node != nil else { return connection.close() }
        guard connections.count < limits.maximumConnections else {
            log("refused \(connection.client): max.connections (\(limits.maximumConnections)) are open")
            return connection.close()
        }
        connections[connection.id] = connection
        beginBurst()
        handle(.connectionOpened(connection.id, client: connection.client))
        endBurst()
    }

    func connectionClosed(_ connection: ConnectionHandler) {
        guard connections.removeValue(forKey: connection.id) != nil else { return }
        connection.faults?.clear()
        beginBurst()
        handle(.connectionClosed(connection.id))
        endBurst()
    }

    func request(_ frame: ByteBuffer, from connection: ConnectionHandler) {
        guard connections[connection.id] != nil else { return }
        if connection.clientId == nil { connection.clientId = RequestHead(frame)?.clientId ?? "" }
        if !faults.isQuiet || connection.faults != nil { return requestUnderFaults(frame, from: connection) }
        connection.requestsHandedIn &+= 1
        handle(.request(connection.id, frame))
    }

    func badFrame(_ reason: String, from connection: ConnectionHandler) {
        guard connections[connection.id] != nil else { return }
        close(connection, reason: reason)
    }

    // MARK: Actions

    private func perform(_ action: BrokerAction) {
        switch action {
        case .respond(let id, let answer):
            guard let connection = connections[id] else { return }
            respond(answer, to: connection)
        case .send(let peer, let frame):
            send(frame, to: peer)
        case .flush(let id, let file):
            flush(file, id)
        case .close(let id, let reason):
            guard let connection = connections[id] else { return }
            close(connection, reason: reason)
        case .emit(var event):
            event.at = faults.time(told: event.at, by: id)
            onEvent(event)
        case .tell(let news):
            ledger.told(news, by: id, at: SystemClock.now())
        case .mark(let partition, let topicID, let mark):
            marks.note(mark, of: partition, topicID)
        case .stopped:
            // Not within the step: the owner drops this driver.
            loop.assumeIsolated().execute { self.onStopped() }
        }
    }

    private func respond(_ answer: Answer, to connection: ConnectionHandler) {
        do {
            if let known = connection.faults { return try respondUnderFaults(answer, to: connection, known) }
            connection.requestsAnswered &+= 1
            let wasClean = !connection.needsFlush
            try connection.respond(answer.parts, file: region)
            if wasClean, connection.needsFlush { unflushed.append(connection) }
            promised(answer.acknowledged, on: connection)
        } catch {
            close(connection, reason: "\(error)")
        }
    }

    /// The answer that was just given to the connection promises this.
    func promised(_ batches: [Acknowledgement], on connection: ConnectionHandler) {
        guard !batches.isEmpty else { return }
        let now = SystemClock.now()
        let number = connection.receipts.promised(at: now)
        marks.answered(batches, at: now)
        ledger.acknowledged(
            batches, by: id, answer: AnswerNumber(connection: connection.id.rawValue, number: number), at: now)
    }

    /// These connections break now.
    func doubtAnswers(on connections: [ConnectionHandler]) {
        let promising = connections.filter { !$0.receipts.isEmpty }
        if promising.isEmpty { return }
        let (table, now) = (UnreadBytes.Table(), SystemClock.now())
        for connection in promising {
            ledger.connectionBroke(connection.id, of: id, answersRead: connection.answersRead(table, now: now))
        }
    }

    private func region(of file: FileID, from offset: Int64, length: Int) throws(DiskError) -> FileRegion {
        let descriptor = try disk.duplicateDescriptor(of: file)
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
        return FileRegion(fileHandle: handle, readerIndex: Int(offset), endIndex: Int(offset) + length)
    }

    private func send(_ frame: PeerFrame, to peer: BrokerID) {
        switch frame {
        case .request(let buffer):
            links.send(.request(buffer), to: peer)
        case .response(let parts):
            do {
                links.send(.response(try inMemory(parts)), to: peer)
            } catch {
                // The peer asks again when its request times out; half an answer would be taken for a whole one.
                log("cannot answer node \(peer): \(error)")
            }
        }
    }

    /// One buffer of all parts: regions of files end here when a frame crosses to another node.
    func inMemory(_ parts: [Payload]) throws(DiskError) -> ByteBuffer {
        if parts.count == 1, case .bytes(let only) = parts[0] { return only }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(parts.reduce(0) { $0 + $1.count })
        for part in parts {
            switch part {
            case .bytes(let bytes): buffer.writeImmutableBuffer(bytes)
            case .file(let file, let offset, let length):
                let before = buffer.readableBytes
                try disk.read(file, at: offset, count: length, into: &buffer)
                guard buffer.readableBytes == before + length else {
                    throw DiskError(operation: "read", path: "file \(file.rawValue)", reason: "it ends too early")
                }
            }
        }
        return buffer
    }

    private func flush(_ file: FileID, _ id: FlushID) {
        let descriptor: CInt
        let done: () -> Void
        do {
            (descriptor, done) = try disk.beginFlush(file)
        } catch {
            return handle(.flushed(id, .failure(FlushError(reason: error.description))))
        }
        flushThreads.runIfActive(eventLoop: loop) {
            let failure = fdatasync(descriptor) == 0 ? nil : String(cString: strerror(errno))
            Glibc.close(descriptor)
            return failure
        }.assumeIsolated().whenComplete { result in
            let failure: String?
            switch result {
            case .success(let reason): failure = reason
            case .failure(let error): failure = "\(error)"
            }
            if failure == nil { done() }
            self.beginBurst()
            self.handle(.flushed(id, failure.map { .failure(FlushError(reason: $0)) } ?? .success(())))
            self.endBurst()
        }
    }

    private func close(_ connection: ConnectionHandler, reason: String?) {
        if let reason {
            log("closing \(connection.client): \(reason)")
            onEvent(
                BrokerEvent(
                    at: SystemClock.now(), node: id, kind: .badFrame(client: connection.client, reason: reason)))
        }
        connection.close()
    }

    private func log(_ line: String) {
        logger.warning("\(id.isController ? "controller" : "broker") \(id): \(line)")
    }

    // MARK: The timer

    private func armTimer() {
        guard let deadline = node?.nextDeadline else { return }
        // An earlier timer is left to fire and to arm the later one: most deadlines move on before they pass.
        guard timer == nil || deadline.monotonicNanoseconds < timerNanoseconds else { return }
        timer?.cancel()
        timerNanoseconds = deadline.monotonicNanoseconds
        let at = NIODeadline.uptimeNanoseconds(UInt64(max(0, timerNanoseconds)))
        timer = loop.assumeIsolated().scheduleTask(deadline: at) { self.timerFired() }
    }

    private func timerFired() {
        timer = nil
        // The burst that ends the wait arms it again.
        if isHeld { return }
        guard let deadline = node?.nextDeadline else { return }
        guard deadline <= SystemClock.now() else { return armTimer() }
        beginBurst()
        handle(.deadlineReached)
        endBurst()
    }
}
