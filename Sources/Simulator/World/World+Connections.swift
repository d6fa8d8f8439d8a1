import DequeModule
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore

/// A client in its place.
final class SimulatedPlace {
    var client: any SimulatedClient
    let name: String
    var postedDeadline: Int64?
    var actions: [ClientAction] = []

    init(_ client: any SimulatedClient) {
        self.client = client
        name = client.name
    }
}

/// A client's connection to one life of one broker.
struct SimulatedConnection {
    enum State { case opening, open }

    var owner: Int
    var broker: BrokerID
    var life: Int
    var state = State.opening
    var toBroker = LinkSchedule()
    var toClient = LinkSchedule()
    var heldToBroker: [ByteBuffer] = []
    var heldToClient: [ByteBuffer] = []
    /// Correlation ids whose answers a fault withholds.
    var withheld: Set<Int32> = []
    /// An answer was withheld: what comes after it waits for it without end, since answers come in order.
    var isSilent = false
}

/// Clients and their connections. Like links between nodes, but opened, and closed for good by a reset.
extension World {
    package func add(_ client: any SimulatedClient) throws(Violation) {
        clients.append(SimulatedPlace(client))
        try step(clients.count - 1, .deadlineReached)
    }

    /// The client is gone as a process that is killed.
    package func crash(client name: String) throws(Violation) {
        guard let index = clients.firstIndex(where: { $0.name == name }) else { return }
        for id in connectionIDs(where: { $0.owner == index }) { dropConnection(id, tellClient: false) }
        clients[index].client = CrashedClient(name: name)
    }

    package var allClientsAreDone: Bool { clients.allSatisfy(\.client.isDone) }
    package var unfinishedClients: [String] { clients.filter { !$0.client.isDone }.map(\.name) }
    package func client(_ name: String) -> (any SimulatedClient)? { clients.first { $0.name == name }?.client }

    package func finishClients() throws(Violation) {
        for index in clients.indices {
            clients[index].client.finish()
            try step(index, .deadlineReached)
        }
    }

    private struct CrashedClient: SimulatedClient {
        let name: String
        var nextDeadline: Instant? { nil }
        var isDone: Bool { true }
        mutating func step(_ input: ClientInput, now: Instant, into actions: inout [ClientAction]) {}
        mutating func finish() {}
    }

    func connectionIDs(where matches: (SimulatedConnection) -> Bool) -> [ConnectionID] {
        connections.filter { matches($0.value) }.keys.sorted { $0.rawValue < $1.rawValue }
    }

    // MARK: Clients

    private func step(_ index: Int, _ input: ClientInput) throws(Violation) {
        let place = clients[index]
        var actions: [ClientAction] = []
        place.client.step(input, now: now, into: &actions)
        for action in actions {
            switch action {
            case .connect(let id, let broker): connect(id, owner: index, to: broker)
            case .send(let id, let bytes): sendRequest(id, bytes)
            case .close(let id): dropConnection(id, tellClient: false)
            case .note(let note):
                trace.note(now, .client(note))
                try observe(.client(note))
            }
        }
        guard let deadline = place.client.nextDeadline else { return }
        // Time goes on, even for a client that has nothing to do with a deadline that stays.
        let soonest = if case .deadlineReached = input { now + .milliseconds(1) } else { now }
        let at = max(deadline, soonest).monotonicNanoseconds
        if let posted = place.postedDeadline, posted <= at { return }
        place.postedDeadline = at
        queue.post(.clientDeadline(index), at: at)
    }

    func clientDeadlinePassed(_ index: Int) throws(Violation) {
        clients[index].postedDeadline = nil
        // A deadline that has moved on is posted anew after the step.
        if let due = clients[index].client.nextDeadline, due > now {
            clients[index].postedDeadline = due.monotonicNanoseconds
            queue.post(.clientDeadline(index), at: due.monotonicNanoseconds)
            return
        }
        try step(index, .deadlineReached)
    }

    // MARK: Opening

    private func connect(_ id: ConnectionID, owner: Int, to broker: BrokerID) {
        guard setup.brokerIDs.contains(broker), node(broker).isUp else {
            connections[id] = SimulatedConnection(owner: owner, broker: broker, life: -1)
            return post(.disconnected(id), after: .milliseconds(1))
        }
        connections[id] = SimulatedConnection(owner: owner, broker: broker, life: node(broker).life)
        let name = Party.client(clients[owner].name)
        let isHeld =
            faults.fate(from: name, to: .node(broker)).isHeld || faults.fate(from: .node(broker), to: name).isHeld
        post(isHeld ? .connectionTimeout(id) : .connect(id), after: isHeld ? setup.cutTimeout : setup.latency)
    }

    func connectionArrived(_ id: ConnectionID) throws(Violation) {
        guard let connection = connections[id], connection.state == .opening else { return }
        let node = node(connection.broker)
        // As with the live listener: the port is open only while the broker runs.
        guard node.isUp, node.life == connection.life,
            (node.occupant as? SimulatedNode.BrokerLife)?.broker.acceptsClients ?? false
        else { return post(.disconnected(id), after: .milliseconds(1)) }
        connections[id]?.state = .open
        let address = "127.0.0.1:\(50_000 + id.rawValue % 10_000)"
        try deliver(.connectionOpened(id, client: address), to: connection.broker, life: connection.life)
        try step(connection.owner, .connected(id))
    }

    // MARK: Frames

    private func sendRequest(_ id: ConnectionID, _ bytes: ByteBuffer) {
        guard let connection = connections[id], connection.state == .open else { return }
        let fate = faults.fate(from: .client(clients[connection.owner].name), to: .node(connection.broker))
        if fate.isHeld || !connection.heldToBroker.isEmpty {
            if fate.isCut, connection.heldToBroker.isEmpty { post(.connectionTimeout(id), after: setup.cutTimeout) }
            connections[id]?.heldToBroker.append(bytes)
            return
        }
        postRequest(id, bytes, fate)
    }

    private func postRequest(_ id: ConnectionID, _ bytes: ByteBuffer, _ fate: FaultState.LinkFate) {
        guard var schedule = connections[id]?.toBroker else { return }
        let at = schedule.arrival(
            of: bytes.readableBytes, now: now, latency: setup.latency, fate: fate, using: &generator)
        connections[id]?.toBroker = schedule
        queue.post(.toBroker(id, bytes), at: at)
    }

    func requestArrived(_ id: ConnectionID, _ bytes: ByteBuffer) throws(Violation) {
        guard let connection = connections[id], connection.state == .open else { return }
        if !faults.isQuiet, let key = bytes.getInteger(at: bytes.readerIndex, as: Int16.self),
            let correlation = bytes.getInteger(at: bytes.readerIndex + 4, as: Int32.self),
            let outcome = faults.fate(
                of: APIKey(rawValue: key), from: clients[connection.owner].name, at: connection.broker)
        {
            switch outcome {
            case .withhold, .failBefore, .failAfter:
                // The client hears nothing; what an error would say is for its own machine to guess.
                connections[id]?.withheld.insert(correlation)
                if case .failBefore = outcome {
                    connections[id]?.isSilent = true
                    return
                }
            }
        }
        try deliver(.request(id, bytes), to: connection.broker, life: connection.life)
    }

    func answer(_ id: ConnectionID, _ parts: [Payload], by node: SimulatedNode) throws(Violation) {
        if parts.isEmpty { return }
        guard let connection = connections[id], connection.state == .open else { return }
        guard let joined = bytes(parts, of: node) else { return close(id, reason: "a region cannot be read") }
        try observe(.response(from: node.id, to: .client(id), joined))
        if let correlation = joined.getInteger(at: joined.readerIndex, as: Int32.self),
            connection.withheld.contains(correlation)
        {
            connections[id]?.isSilent = true
            return
        }
        if connection.isSilent { return }
        let fate = faults.fate(from: .node(node.id), to: .client(clients[connection.owner].name))
        if fate.isHeld || !connection.heldToClient.isEmpty {
            if fate.isCut, connection.heldToClient.isEmpty { post(.connectionTimeout(id), after: setup.cutTimeout) }
            connections[id]?.heldToClient.append(joined)
            return
        }
        postAnswer(id, joined, fate)
    }

    private func postAnswer(_ id: ConnectionID, _ bytes: ByteBuffer, _ fate: FaultState.LinkFate) {
        guard var schedule = connections[id]?.toClient else { return }
        let at = schedule.arrival(
            of: bytes.readableBytes, now: now, latency: setup.latency, fate: fate, using: &generator)
        connections[id]?.toClient = schedule
        queue.post(.toClient(id, bytes), at: at)
    }

    func answerArrived(_ id: ConnectionID, _ bytes: ByteBuffer) throws(Violation) {
        guard let connection = connections[id] else { return }
        trace.note(now, .clientAnswer(clients[connection.owner].name, by: connection.broker, bytes.readableBytes))
        try step(connection.owner, .received(id, bytes))
    }

    /// What faults no longer hold goes on.
    func releaseHeldRequests() {
        for id in connectionIDs(where: { !$0.heldToBroker.isEmpty || !$0.heldToClient.isEmpty }) {
            guard let connection = connections[id] else { continue }
            let name = Party.client(clients[connection.owner].name)
            let out = faults.fate(from: name, to: .node(connection.broker))
            if !out.isHeld {
                connections[id]?.heldToBroker.removeAll()
                for bytes in connection.heldToBroker { postRequest(id, bytes, out) }
            }
            let back = faults.fate(from: .node(connection.broker), to: name)
            if !back.isHeld {
                connections[id]?.heldToClient.removeAll()
                for bytes in connection.heldToClient { postAnswer(id, bytes, back) }
            }
        }
    }

    // MARK: Closing

    /// The broker closes: what it sent before still arrives.
    func close(_ id: ConnectionID, reason: String?) {
        guard let connection = connections[id], connection.state == .open else { return }
        if let reason { trace.note(now, .fault("broker \(connection.broker) closes a connection: \(reason)")) }
        post(.disconnected(id), after: setup.latency + setup.latency)
    }

    func clientDisconnected(_ id: ConnectionID) throws(Violation) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        if connection.state == .open, node(connection.broker).life == connection.life {
            post(.input(connection.broker, life: connection.life, .connectionClosed(id)), after: setup.latency)
        }
        try step(connection.owner, .disconnected(id))
    }

    func connectionTimedOut(_ id: ConnectionID) throws(Violation) {
        guard let connection = connections[id] else { return }
        let isStuck =
            connection.state == .opening || !connection.heldToBroker.isEmpty || !connection.heldToClient.isEmpty
        if isStuck { try clientDisconnected(id) }
    }

    /// The client closes, or both ends lose it at once.
    private func dropConnection(_ id: ConnectionID, tellClient: Bool) {
        guard let connection = connections[id] else { return }
        if tellClient { return post(.disconnected(id), after: setup.latency) }
        connections[id] = nil
        guard connection.state == .open else { return }
        post(.input(connection.broker, life: connection.life, .connectionClosed(id)), after: setup.latency)
    }

    /// A broker died: answers that it had sent may still arrive, nothing else does.
    func closeConnections(of broker: BrokerID) throws(Violation) {
        for id in connectionIDs(where: { $0.broker == broker }) { dropConnection(id, tellClient: true) }
    }

    func resetConnections(_ fault: LinkFault) throws(Violation) {
        for id in connectionIDs(where: { connection in
            fault.hits(from: .client(clients[connection.owner].name), to: .node(connection.broker))
        }) {
            try clientDisconnected(id)
        }
    }
}
