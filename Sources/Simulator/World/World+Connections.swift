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

    var nextDeadline: Instant? { Self.deadline(of: &client) }

    /// By reference, since a getter of a class's property is given a copy of the whole client.
    private static func deadline(of client: inout any SimulatedClient) -> Instant? { client.nextDeadline }
}

/// A client's connection to one life of one broker. A class, since each frame changes it in place.
final class SimulatedConnection {
    enum State { case opening, open }

    let owner: Int
    let client: Party
    let broker: BrokerID
    let life: Int
    var state = State.opening
    var toBroker = LinkSchedule()
    var toClient = LinkSchedule()
    var heldToBroker: [ByteBuffer] = []
    var heldToClient: [ByteBuffer] = []
    var requestsHandedIn = 0
    var requestsAnswered = 0
    /// What faults do to requests, by the number of the request on its connection.
    var outcomes: [Int: FailedRequest] = [:]
    /// An answer was withheld, and so is what comes after it; or the broker has closed it.
    var isSilent = false

    init(owner: Int, client: Party, broker: BrokerID, life: Int) {
        self.owner = owner
        self.client = client
        self.broker = broker
        self.life = life
    }
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
        // Its own list is used again and again: a client takes no step within another of its own.
        var actions: [ClientAction] = []
        swap(&actions, &place.actions)
        place.client.step(input, now: now, into: &actions)
        // Turned in place and taken out one by one, so that none is copied.
        actions.withUnsafeMutableBufferPointer { $0.reverse() }
        while let action = actions.popLast() {
            switch action {
            case .connect(let id, let broker): connect(id, owner: index, to: broker)
            case .send(let id, let bytes): sendRequest(id, bytes)
            case .close(let id): dropConnection(id, tellClient: false)
            case .note(let note):
                trace.note(now, .client(note))
                try observe(.client(note))
            }
        }
        actions.removeAll(keepingCapacity: true)
        swap(&actions, &place.actions)
        guard let deadline = place.nextDeadline else { return }
        // Time goes on, even for a client that has nothing to do with a deadline that stays.
        let soonest = if case .deadlineReached = input { now + .milliseconds(1) } else { now }
        let at = max(deadline, soonest).monotonicNanoseconds
        if let posted = place.postedDeadline, posted <= at { return }
        place.postedDeadline = at
        queue.post(.clientDeadline(index), at: at)
    }

    func clientDeadlinePassed(_ index: Int) throws(Violation) {
        // An earlier deadline was posted after it: that one goes on.
        guard clients[index].postedDeadline == now.monotonicNanoseconds else { return }
        clients[index].postedDeadline = nil
        // A deadline that has moved on is posted anew after the step.
        if let due = clients[index].nextDeadline, due > now {
            clients[index].postedDeadline = due.monotonicNanoseconds
            queue.post(.clientDeadline(index), at: due.monotonicNanoseconds)
            return
        }
        try step(index, .deadlineReached)
    }

    // MARK: Opening

    private func connect(_ id: ConnectionID, owner: Int, to broker: BrokerID) {
        let client = Party.client(clients[owner].name)
        guard setup.brokerIDs.contains(broker), node(broker).isUp else {
            connections[id] = SimulatedConnection(owner: owner, client: client, broker: broker, life: -1)
            return post(.disconnected(id), after: .milliseconds(1))
        }
        connections[id] = SimulatedConnection(owner: owner, client: client, broker: broker, life: node(broker).life)
        let isHeld =
            faults.fate(from: client, to: .node(broker)).isHeld || faults.fate(from: .node(broker), to: client).isHeld
        post(isHeld ? .connectionTimeout(id) : .connect(id), after: isHeld ? setup.cutTimeout : setup.latency)
    }

    func connectionArrived(_ id: ConnectionID) throws(Violation) {
        guard let connection = connections[id], connection.state == .opening else { return }
        let node = node(connection.broker)
        // As with the live listener: the port is open only while the broker runs.
        guard node.isUp, node.life == connection.life,
            (node.occupant as? SimulatedNode.BrokerLife)?.broker.acceptsClients ?? false
        else { return post(.disconnected(id), after: .milliseconds(1)) }
        connection.state = .open
        let address = "127.0.0.1:\(50_000 + id.rawValue % 10_000)"
        try deliver(.connectionOpened(id, client: address), to: connection.broker, life: connection.life)
        try step(connection.owner, .connected(id))
    }

    // MARK: Frames

    private func sendRequest(_ id: ConnectionID, _ bytes: ByteBuffer) {
        guard let connection = connections[id], connection.state == .open else { return }
        let fate = faults.fate(from: connection.client, to: .node(connection.broker))
        if fate.isHeld || !connection.heldToBroker.isEmpty {
            if fate.isCut, connection.heldToBroker.isEmpty { post(.connectionTimeout(id), after: setup.cutTimeout) }
            connection.heldToBroker.append(bytes)
            return
        }
        postRequest(id, connection, bytes, fate)
    }

    private func postRequest(
        _ id: ConnectionID, _ connection: SimulatedConnection, _ bytes: ByteBuffer, _ fate: FaultState.LinkFate
    ) {
        let at = connection.toBroker.arrival(
            of: bytes.readableBytes, now: now, latency: setup.latency, fate: fate, using: &generator)
        queue.post(.toBroker(id, bytes), at: at)
    }

    func requestArrived(_ id: ConnectionID, _ bytes: ByteBuffer) throws(Violation) {
        guard let connection = connections[id], connection.state == .open else { return }
        connection.requestsHandedIn += 1
        if let failed = failure(of: bytes, from: clients[connection.owner].name, at: connection.broker) {
            connection.outcomes[connection.requestsHandedIn] = failed
            if case .failBefore = failed.outcome { return try answerRefused(id, connection) }
        }
        try deliver(.request(id, bytes), to: connection.broker, life: connection.life)
    }

    /// Answers the requests that were refused before their effect, as soon as all before them are answered.
    private func answerRefused(_ id: ConnectionID, _ connection: SimulatedConnection) throws(Violation) {
        while connections[id] != nil, let failed = connection.outcomes[connection.requestsAnswered + 1],
            case .failBefore(let error) = failed.outcome
        {
            connection.requestsAnswered += 1
            connection.outcomes[connection.requestsAnswered] = nil
            if let answer = FailedAnswer.make(to: failed.request, with: error) {
                try observe(.refused(error))
                sendAnswer(id, connection, answer)
            } else if RequestHead(failed.request)?.api != .produce {
                // Where no answer can be made up, the connection fails; a produce with acks=0 expects none.
                return close(id, reason: "a request that fails has no answer")
            }
        }
    }

    func answer(_ id: ConnectionID, _ parts: [Payload], by node: SimulatedNode) throws(Violation) {
        guard let connection = connections[id], connection.state == .open else { return }
        connection.requestsAnswered += 1
        try send(parts, by: node, over: id, connection)
        if !connection.outcomes.isEmpty { try answerRefused(id, connection) }
    }

    private func send(
        _ parts: [Payload], by node: SimulatedNode, over id: ConnectionID, _ connection: SimulatedConnection
    ) throws(Violation) {
        guard !parts.isEmpty else { return }
        guard let joined = bytes(parts, of: node) else { return close(id, reason: "a region cannot be read") }
        try observe(.response(from: node.id, to: .client(id), joined))
        guard let failed = connection.outcomes.removeValue(forKey: connection.requestsAnswered) else {
            return sendAnswer(id, connection, joined)
        }
        switch failed.outcome {
        // What comes after it waits for it without end, since answers come in order.
        case .withhold: connection.isSilent = true
        case .failAfter(let error):
            guard let changed = FailedAnswer.make(of: joined, to: failed.request, with: error) else {
                return sendAnswer(id, connection, joined)
            }
            try observe(.refused(error))
            sendAnswer(id, connection, changed)
        case .failBefore: preconditionFailure("a request that was refused was handed in")
        }
    }

    private func sendAnswer(_ id: ConnectionID, _ connection: SimulatedConnection, _ joined: ByteBuffer) {
        if connection.isSilent { return }
        let fate = faults.fate(from: .node(connection.broker), to: connection.client)
        if fate.isHeld || !connection.heldToClient.isEmpty {
            if fate.isCut, connection.heldToClient.isEmpty { post(.connectionTimeout(id), after: setup.cutTimeout) }
            connection.heldToClient.append(joined)
            return
        }
        postAnswer(id, connection, joined, fate)
    }

    private func postAnswer(
        _ id: ConnectionID, _ connection: SimulatedConnection, _ bytes: ByteBuffer, _ fate: FaultState.LinkFate
    ) {
        let at = connection.toClient.arrival(
            of: bytes.readableBytes, now: now, latency: setup.latency, fate: fate, using: &generator)
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
            let out = faults.fate(from: connection.client, to: .node(connection.broker))
            if !out.isHeld {
                let held = connection.heldToBroker
                connection.heldToBroker.removeAll()
                for bytes in held { postRequest(id, connection, bytes, out) }
            }
            let back = faults.fate(from: .node(connection.broker), to: connection.client)
            if !back.isHeld {
                let held = connection.heldToClient
                connection.heldToClient.removeAll()
                for bytes in held { postAnswer(id, connection, bytes, back) }
            }
        }
    }

    // MARK: Closing

    /// The broker closes: what it sent before still arrives.
    func close(_ id: ConnectionID, reason: String?) {
        guard let connection = connections[id], connection.state == .open else { return }
        if let reason { trace.note(now, .fault("broker \(connection.broker) closes a connection: \(reason)")) }
        connection.isSilent = true
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
            fault.hits(from: connection.client, to: .node(connection.broker))
        }) {
            try clientDisconnected(id)
        }
    }
}
