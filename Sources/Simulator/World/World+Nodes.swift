import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage
import NIOCore

/// Lives and deaths of nodes, and the inputs and actions between.
extension World {
    package var nodeIDs: [BrokerID] { nodes.map(\.id) }

    func node(_ id: BrokerID) -> SimulatedNode { nodes[place(of: id)] }

    /// Where it stands among the nodes: controllers first.
    func place(of id: BrokerID) -> Int {
        id.isController ? Int(id.rawValue) - 101 : Int(setup.controllers) + Int(id.rawValue) - 1
    }

    package func isUp(_ id: BrokerID) -> Bool { node(id).isUp }
    package func disk(of id: BrokerID) -> MemoryDisk { node(id).disk }

    package func snapshot(of broker: BrokerID) -> BrokerSnapshot? {
        (node(broker).occupant as? SimulatedNode.BrokerLife)?.broker.snapshot()
    }

    /// The broker runs, but its log directory is out of service until it is started anew.
    package func hasFailed(_ broker: BrokerID) -> Bool {
        guard let snapshot = snapshot(of: broker) else { return false }
        return snapshot.logDirectoryFailure != nil || snapshot.replicas.contains { $0.failure != nil }
    }

    package func controllerSnapshot(of id: BrokerID) -> ControllerSnapshot? {
        (node(id).occupant as? SimulatedNode.ControllerLife)?.controller.snapshot(now: now)
    }

    /// What the active controller knows; nil while there is none.
    package var activeController: ControllerSnapshot? {
        for id in setup.controllerIDs {
            if let snapshot = controllerSnapshot(of: id), snapshot.isActive { return snapshot }
        }
        return nil
    }

    package func startAll() throws(Violation) {
        for node in nodes where !node.isUp { try inject(.restart(node.id)) }
    }

    // MARK: Faults

    /// Does to the cluster what the fault says. What cannot be (a kill of a node that is down) does nothing.
    package func inject(_ fault: Fault, for duration: Duration? = nil) throws(Violation) {
        let until = duration.map { now + $0 }
        trace.note(now, .fault("\(fault)"))
        try observe(.fault(fault))
        let ended = faults.apply(fault, now: now, until: until)
        switch fault {
        case .kill(let id): try end(id, powerLost: false, wiped: false)
        case .powerLoss(let id): try end(id, powerLost: true, wiped: false)
        case .wipe(let id): try end(id, powerLost: false, wiped: true)
        case .restart(let id): try start(id)
        case .stop(let id): try deliver(.stopRequested, to: id, life: node(id).life)
        case .link(let link) where link.effect == .reset: try resetAll(link)
        case .link(let link): startTimeouts(for: link)
        case .disk(let disk) where disk.effect == .flippedBytes: try flipBytes(disk)
        case .freeze, .thaw, .request, .disk, .clockSkew, .heal, .healAll: break
        }
        if let until, fault.lasts { queue.post(.faultExpiry, at: until.monotonicNanoseconds) }
        try faultsChanged(ended: ended.map(\.fault))
    }

    func expireFaults() throws(Violation) {
        let ended = faults.expire(now: now)
        if ended.isEmpty { return }
        for fault in ended {
            trace.note(now, .fault("end of \(fault.fault)"))
            try observe(.fault(.heal(fault.fault)))
        }
        try faultsChanged(ended: ended.map(\.fault))
    }

    private func faultsChanged(ended: [Fault]) throws(Violation) {
        for node in nodes { node.faultyDisk.faults = faults }
        for fault in ended {
            switch fault {
            case .freeze(let id): try wake(id, life: node(id).life)
            case .link: releaseHeldFrames()
            default: break
            }
        }
    }

    /// Flips one bit in the last segment of a log that holds anything.
    private func flipBytes(_ fault: DiskFault) throws(Violation) {
        let disk = node(fault.node).disk
        let folder = fault.partition.map { "\($0.topic)-\($0.partition)/" }
        var logs: [(path: String, bytes: [UInt8])] = []
        for file in disk.allFiles()
        where file.path.hasSuffix(".log") && !file.bytes.isEmpty && !file.path.hasPrefix("__cluster_metadata")
            && !file.path.contains("-delete/") && (folder.map(file.path.hasPrefix) ?? true)
        {
            // Sorted by path: the last segment of each log comes last.
            if logs.last.map({ $0.path.dropLast(24) == file.path.dropLast(24) }) ?? false { logs.removeLast() }
            logs.append(file)
        }
        guard let log = logs.randomElement(using: &generator) else { return }
        guard let offset = Self.checkedBytes(log.bytes).randomElement(using: &generator) else { return }
        flippedNodes.append(fault.node)
        try observe(.flipped(fault.node, path: log.path, at: Int64(offset)))
        disk.flip(log.path, at: offset, by: 1 << UInt8.random(in: 0..<8, using: &generator))
        trace.note(now, .fault("flipped a bit of \(log.path) at \(offset) on \(fault.node)"))
    }

    /// The bytes of a batch that its checksum knows. Offset, length and leader epoch stand before it: damage there nobody in
    /// Kafka sees for certain.
    private static func checkedBytes(_ bytes: [UInt8]) -> [Int] {
        var checked: [Int] = []
        var start = 0
        while start + 61 <= bytes.count {
            let length = bytes[(start + 8)..<(start + 12)].reduce(0) { $0 << 8 | Int($1) }
            let end = start + 12 + length
            guard length >= 49, end <= bytes.count else { break }
            checked += (start + 21)..<end
            start = end
        }
        return checked
    }

    // MARK: Lives

    private func start(_ id: BrokerID) throws(Violation) {
        let node = node(id)
        guard !node.isUp else { return }
        node.life += 1
        node.busyUntil = 0
        node.postedDeadline = nil
        try observe(.started(id))
        let seed = setup.seed &* 0x9E37_79B9 &+ UInt64(id.rawValue) &* 1000 &+ UInt64(node.life)
        let clock = faults.clock(of: id, at: now)
        if id.isController {
            let settings = ControllerSettings(
                nodeId: id, clusterID: Self.clusterID, voters: setup.controllerIDs,
                configuration: setup.configuration)
            do {
                node.occupant = SimulatedNode.ControllerLife(
                    try Controller(settings: settings, disk: node.faultyDisk, seed: seed, now: clock))
            } catch {
                trace.note(now, .fault("controller \(id) does not start: \(error)"))
                return
            }
        } else {
            var settings = BrokerSettings(
                nodeId: id, clusterID: Self.clusterID, host: "localhost", port: 9091 + Int(id.rawValue),
                configuration: setup.configuration)
            settings.controllers = setup.controllerIDs
            settings.tellsLedger = setup.tellsLedger
            setup.adjustBroker(&settings)
            node.occupant = SimulatedNode.BrokerLife(
                Broker(settings: settings, disk: node.faultyDisk, seed: seed, now: clock))
        }
        try tellDiskChanges(node)
        schedule(node)
    }

    package static let clusterID = "klamm-simulation-id-00"

    private func end(_ id: BrokerID, powerLost: Bool, wiped: Bool) throws(Violation) {
        let node = node(id)
        let wasUp = node.isUp
        node.occupant = nil
        node.waiting.removeAll()
        node.postedDeadline = nil
        node.faultyDisk.forgetOpenFiles()
        if wiped {
            node.disk.wipe()
            flippedNodes.removeAll { $0 == id }
        } else if powerLost {
            node.disk.losePower { [self] _, unflushed in
                // Whatever beginning of the writes was lucky.
                if unflushed == 0 || Bool.random(using: &generator) { return .nothing }
                return .init(
                    changes: Int.random(in: 0...unflushed, using: &generator),
                    tornBytes: Int.random(in: 0...200, using: &generator))
            }
        } else {
            node.disk.kill()
        }
        try observe(.ended(id, powerLost: powerLost, wiped: wiped))
        if powerLost {
            try observe(
                .holds(
                    id,
                    node.disk.allFiles()
                        .filter {
                            $0.path.hasSuffix(".log") || $0.path.hasSuffix(".log.swap")
                                || $0.path.hasSuffix(PartitionMetadataFile.name)
                        }
                        .map { DiskFile(path: $0.path, bytes: ByteBuffer(bytes: $0.bytes)) }))
        }
        forgetPeerOutcomes(of: id)
        if wasUp {
            for peer in nodes where peer.id != id { resetLink(LinkPair(id, peer.id)) }
            try closeConnections(of: id)
        }
    }

    // MARK: Inputs

    func deliver(_ input: BrokerInput, to id: BrokerID, life: Int) throws(Violation) {
        let node = node(id)
        guard node.life == life, node.isUp else { return }
        if faults.isFrozen(id) || now.monotonicNanoseconds < node.busyUntil || !node.waiting.isEmpty {
            node.waiting.append(input)
        } else {
            try step(node, input)
        }
    }

    /// The node goes on: what has waited is handed in, until its disk holds it up again.
    func wake(_ id: BrokerID, life: Int) throws(Violation) {
        let node = node(id)
        guard node.life == life else { return }
        while node.isUp, !faults.isFrozen(id), now.monotonicNanoseconds >= node.busyUntil,
            let input = node.waiting.popFirst()
        {
            try step(node, input)
        }
        schedule(node)
    }

    func deadlinePassed(_ id: BrokerID, life: Int) throws(Violation) {
        let node = node(id)
        guard node.life == life, let occupant = node.occupant else { return }
        // An earlier deadline was posted after it: that one goes on.
        guard node.postedDeadline == now.monotonicNanoseconds else { return }
        node.postedDeadline = nil
        guard !faults.isFrozen(id) else { return }
        if let due = occupant.nextDeadline, due <= now {
            try deliver(.deadlineReached, to: id, life: life)
        } else {
            schedule(node)
        }
    }

    private func step(_ node: SimulatedNode, _ input: BrokerInput) throws(Violation) {
        switch input {
        case .request(let connection, let frame):
            trace.note(now, .request(from: .client(connection), to: node.id, frame))
            try observe(.request(from: .client(connection), to: node.id, frame))
        case .peerRequest(let peer, let frame):
            trace.note(now, .request(from: .node(peer), to: node.id, frame))
            try observe(.request(from: .node(peer), to: node.id, frame))
        case .peerResponse(let peer, let frame):
            trace.note(now, .answer(to: node.id, by: peer, frame.readableBytes))
            try observe(.answered(node.id, by: peer, frame))
        case .peerReset(let peer): trace.note(now, .reset(node.id, by: peer))
        case .connectionOpened, .connectionClosed, .flushed, .stopRequested, .deadlineReached: break
        }
        var actions: [BrokerAction] = []
        swap(&actions, &self.actions)
        actions.removeAll(keepingCapacity: true)
        let life = node.life
        node.occupant?.step(input, now: faults.clock(of: node.id, at: now), into: &actions)
        try tellDiskChanges(node)
        // Turned in place and taken out one by one, so that none is copied.
        actions.withUnsafeMutableBufferPointer { $0.reverse() }
        while node.life == life, let action = actions.popLast() { try perform(action, of: node) }
        swap(&actions, &self.actions)
        try observe(.stepped(node.id))
        let busy = node.disk.busy
        if busy > .zero {
            node.disk.busy = .zero
            node.busyUntil = (now + busy).monotonicNanoseconds
            queue.post(.wake(node.id, life: life), at: node.busyUntil)
        }
        // Work in slices takes time too, or a deadline that stays would stop the clock.
        if case .deadlineReached = input { schedule(node, after: setup.sliceTime) } else { schedule(node) }
    }

    private func tellDiskChanges(_ node: SimulatedNode) throws(Violation) {
        if node.diskChanges.isEmpty { return }
        if trace.write != nil { for change in node.diskChanges { trace.note(now, node.id, change) } }
        if watch != nil {
            node.diskChanges.withUnsafeMutableBufferPointer { $0.reverse() }
            while let change = node.diskChanges.popLast() { try observe(.disk(node.id, change)) }
        }
        node.diskChanges.removeAll(keepingCapacity: true)
    }

    private func schedule(_ node: SimulatedNode, after delay: Duration = .zero) {
        guard let deadline = node.occupant?.nextDeadline else { return }
        let at = max(deadline.monotonicNanoseconds, (now + delay).monotonicNanoseconds, node.busyUntil)
        if let posted = node.postedDeadline, posted <= at { return }
        node.postedDeadline = at
        queue.post(.deadline(node.id, life: node.life), at: at)
    }

    // MARK: Actions

    private func perform(_ action: BrokerAction, of node: SimulatedNode) throws(Violation) {
        switch action {
        case .respond(let connection, let response):
            if !response.acknowledged.isEmpty {
                try observe(.promised(response.acknowledged, by: node.id, to: connection))
            }
            try answer(connection, response.parts, by: node)
        case .send(let peer, let frame): try send(frame, from: node, to: peer)
        case .flush(let id, let file): beginFlush(id, file, of: node)
        case .close(let connection, let reason): close(connection, reason: reason)
        case .emit(let event):
            trace.note(now, .event(event))
            try observe(.event(event))
        case .tell(let news): try observe(.told(news, by: node.id))
        case .mark: break
        case .stopped:
            try end(node.id, powerLost: false, wiped: false)
        }
    }

    private func beginFlush(_ id: FlushID, _ file: FileID, of node: SimulatedNode) {
        let path = node.faultyDisk.path(of: file) ?? ""
        let fate = faults.fate(of: .write, on: node.id, path: path)
        do {
            if let reason = fate.failure { throw DiskError(operation: "flush", path: path, reason: reason) }
            let token = try node.disk.beginFlush(file)
            post(
                .flushEnd(node.id, life: node.life, id, token, path: path), after: setup.flushTime + fate.delay)
        } catch {
            post(
                .input(node.id, life: node.life, .flushed(id, .failure(FlushError(reason: "\(error)")))),
                after: setup.flushTime)
        }
    }

    func flushEnded(
        _ id: BrokerID, life: Int, _ flush: FlushID, _ token: MemoryDisk.SlowFlush, path: String
    ) throws(Violation) {
        let node = node(id)
        guard node.life == life, node.isUp else { return }
        do {
            try node.disk.endFlush(token)
        } catch {
            return try deliver(.flushed(flush, .failure(FlushError(reason: "\(error)"))), to: id, life: life)
        }
        try observe(.disk(id, .flushed(path: path)))
        try deliver(.flushed(flush, .success(())), to: id, life: life)
    }

    /// One buffer of all parts: regions of files end here when a frame leaves.
    func bytes(_ parts: [Payload], of node: SimulatedNode) -> ByteBuffer? {
        if parts.count == 1, case .bytes(let only) = parts[0] { return only }
        var joined = ByteBuffer()
        for part in parts {
            switch part {
            case .bytes(let bytes): joined.writeImmutableBuffer(bytes)
            case .file(let file, let offset, let length):
                let before = joined.readableBytes
                try? node.faultyDisk.read(file, at: offset, count: length, into: &joined)
                if joined.readableBytes != before + length { return nil }
            }
        }
        return joined
    }
}
