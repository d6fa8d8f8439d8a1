import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore

/// Faults of clients' connections and of single requests, as this node's driver carries them out. Nothing here runs, and
/// nothing is allocated, while there are no faults.
extension NodeDriver {
    private func party(of connection: ConnectionHandler) -> Party {
        connection.clientId.map { .client($0) } ?? .clients
    }

    /// What faults do to this connection; nil while none has ever hit it.
    func faults(of connection: ConnectionHandler, creating: Bool = false) -> ConnectionFaults? {
        if let known = connection.faults { return known }
        guard creating else { return nil }
        let made = ConnectionFaults(
            inbound: FaultyLine(
                loop: loop,
                deliver: { [weak self, weak connection] frames in
                    guard let self, let connection else { return }
                    beginBurst()
                    for frame in frames { handIn(frame, from: connection) }
                    endBurst()
                }, timedOut: { [weak self, weak connection] in self?.resetFaulty(connection) }),
            outbound: FaultyLine(
                loop: loop,
                deliver: { [weak self, weak connection] answers in
                    guard let connection else { return }
                    for answer in answers {
                        connection.write(answer.bytes)
                        self?.promised(answer.acknowledged, on: connection)
                    }
                    connection.flush()
                }, timedOut: { [weak self, weak connection] in self?.resetFaulty(connection) }))
        connection.faults = made
        made.fateChanged(faults, client: party(of: connection), broker: id)
        return made
    }

    private func resetFaulty(_ connection: ConnectionHandler?) {
        guard let connection else { return }
        connection.faults?.clear()
        doubtAnswers(on: [connection])
        connection.reset()
    }

    /// A request on a connection that a fault may hit.
    func requestUnderFaults(_ frame: ByteBuffer, from connection: ConnectionHandler) {
        let fate = faults.fate(from: party(of: connection), to: .node(id))
        guard let known = faults(of: connection, creating: fate != .untouched), !known.inbound.isOpen else {
            return handIn(frame, from: connection)
        }
        known.inbound.send(frame, bytes: frame.readableBytes)
    }

    /// A request has arrived at the node.
    private func handIn(_ frame: ByteBuffer, from connection: ConnectionHandler) {
        guard connections[connection.id] != nil else { return }
        connection.requestsHandedIn &+= 1
        if !faults.isQuiet, let head = RequestHead(frame),
            let outcome = faults.fate(of: head.api, from: head.clientId, at: id),
            let known = faults(of: connection, creating: true)
        {
            known.outcomes[connection.requestsHandedIn] = (outcome, frame)
            if case .failBefore = outcome { return answerRefused(on: connection) }
        }
        handle(.request(connection.id, frame))
    }

    /// Answers the requests that were refused before their effect, as soon as all before them are answered.
    private func answerRefused(on connection: ConnectionHandler) {
        guard let known = connection.faults else { return }
        while let (outcome, frame) = known.outcomes[connection.requestsAnswered &+ 1],
            case .failBefore(let error) = outcome
        {
            connection.requestsAnswered &+= 1
            known.outcomes[connection.requestsAnswered] = nil
            let answer = FailedAnswer.make(to: frame, with: error)
            // Nobody waits for the answer to a produce with acks=0. Where none can be made up, the connection fails.
            if answer == nil, RequestHead(frame)?.api != .produce { return resetFaulty(connection) }
            deliver(answer.map { HeldAnswer(bytes: $0) }, to: connection, known)
        }
    }

    /// An answer of the node on a connection that a fault has hit.
    func respondUnderFaults(_ genuine: Answer, to connection: ConnectionHandler, _ known: ConnectionFaults) throws {
        connection.requestsAnswered &+= 1
        var answer =
            genuine.parts.isEmpty
            ? nil : HeldAnswer(bytes: try inMemory(genuine.parts), acknowledged: genuine.acknowledged)
        switch known.outcomes.removeValue(forKey: connection.requestsAnswered) {
        case (.withhold, _)?:
            known.isMute = true
        case (.failAfter(let error), let frame)?:
            if let told = answer, let failed = FailedAnswer.make(of: told.bytes, to: frame, with: error) {
                answer = HeldAnswer(bytes: failed)
            }
        case (.failBefore, _)?, nil: break
        }
        deliver(answer, to: connection, known)
        answerRefused(on: connection)
    }

    /// Nil for a request without an answer.
    private func deliver(_ answer: HeldAnswer?, to connection: ConnectionHandler, _ known: ConnectionFaults) {
        connection.answered()
        guard let answer, !known.isMute else { return }
        let fate = faults.fate(from: .node(id), to: party(of: connection))
        if fate != .untouched || !known.outbound.isOpen {
            known.outbound.send(answer, bytes: answer.bytes.readableBytes)
        } else {
            connection.write(answer.bytes)
            promised(answer.acknowledged, on: connection)
            connection.flush()
        }
    }

    /// Every connection learns what faults there are now.
    func connectionFaultsChanged() {
        for connection in connections.values {
            let client = party(of: connection)
            let isHit =
                faults.fate(from: client, to: .node(id)) != .untouched
                || faults.fate(from: .node(id), to: client) != .untouched
            self.faults(of: connection, creating: isHit)?.fateChanged(faults, client: client, broker: id)
        }
    }

    func resetConnections(_ fault: LinkFault) {
        for connection in connectionsHit(by: fault) { resetFaulty(connection) }
    }

    func connectionsHit(by fault: LinkFault) -> [ConnectionHandler] {
        connections.values.filter { connection in
            fault.hits(from: party(of: connection), to: .node(id))
                || fault.hits(from: .node(id), to: party(of: connection))
        }
    }
}
