import KafkaProtocol
import NIOCore

/// From a frame to its handler, and from an answer back to its connection.
extension Broker {
    mutating func requestArrived(on id: ConnectionID, _ frame: ByteBuffer) {
        guard let connection = connections[id] else { return }
        connection.queue.arrived(frame)
        ready.append(id)
    }

    mutating func connectionClosed(_ id: ConnectionID) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        if let fetch = connection.parkedFetch { forgetFetch(fetch) }
    }

    /// Sends what is answered and starts what may start, until the connection has nothing more to do. A broker that does
    /// not serve yet holds requests back.
    mutating func pump(_ id: ConnectionID) {
        while let connection = connections[id] {
            if let answer = connection.queue.takeAnswer() {
                out.append(.respond(id, answer))
            } else if !lifecycle.isServing {
                return
            } else if let (sequence, frame) = connection.queue.startNext() {
                start(frame, from: .client(id, sequence: sequence))
            } else {
                return
            }
        }
    }

    mutating func peerRequestArrived(from peer: BrokerID, _ frame: ByteBuffer) {
        guard lifecycle.isServing else { return heldPeerRequests.append((peer, frame)) }
        start(frame, from: .peer(peer))
    }

    /// The broker serves from now on: what came before may start.
    mutating func startHeldRequests() {
        let held = heldPeerRequests
        heldPeerRequests.removeAll()
        for (peer, frame) in held { start(frame, from: .peer(peer)) }
        ready.append(contentsOf: connections.keys.sorted { $0.rawValue < $1.rawValue })
    }

    private mutating func start(_ frame: ByteBuffer, from source: RequestContext.Source) {
        var body = frame
        do throws(ProtocolError) {
            let header = try RequestFrame.decodeHeader(from: &body)
            let context = RequestContext(
                source: source, apiKey: header.requestApiKey, version: header.requestApiVersion,
                correlationId: header.correlationId, clientId: header.clientId)
            try dispatch(context, body)
        } catch {
            refuse(source, reason: error.description)
        }
    }

    private mutating func dispatch(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        guard let versions = ServedAPIs.versions(of: context.apiKey), versions.contains(context.version) else {
            if context.apiKey == .apiVersions { return refuseApiVersions(context) }
            return refuse(
                context.source,
                reason: "\(context.apiKey) version \(context.version) is not served")
        }
        if ServedAPIs.forwarded.contains(context.apiKey) { return try forward(context, body) }
        if ServedAPIs.groupAPIs.contains(context.apiKey) { return coordinate(context, body) }
        switch context.apiKey {
        case .produce: try handleProduce(context, body)
        case .fetch: try handleFetch(context, body)
        case .listOffsets: try handleListOffsets(context, body)
        case .metadata: try handleMetadata(context, body)
        case .findCoordinator: try handleFindCoordinator(context, body)
        case .apiVersions: try handleApiVersions(context, body)
        case .deleteRecords: try handleDeleteRecords(context, body)
        case .initProducerId: try handleInitProducerId(context, body)
        case .offsetForLeaderEpoch: try handleOffsetForLeaderEpoch(context, body)
        case .describeConfigs: try handleDescribeConfigs(context, body)
        case .describeLogDirs: try handleDescribeLogDirs(context, body)
        case .describeProducers: try handleDescribeProducers(context, body)
        case .describeCluster: try handleDescribeCluster(context, body)
        default: refuse(context.source, reason: "\(context.apiKey) is not served")
        }
    }

    // MARK: Answers

    mutating func respond(
        _ context: RequestContext, with response: consuming some KafkaResponse,
        acknowledging batches: [Acknowledgement] = []
    ) {
        do throws(ProtocolError) {
            respond(
                context,
                parts: try ResponseFrame.encode(
                    response, apiVersion: context.version, correlationId: context.correlationId),
                acknowledging: batches)
        } catch {
            refuse(context.source, reason: "the answer cannot be written: \(error)")
        }
    }

    mutating func respond(_ context: RequestContext, parts: [Payload], acknowledging batches: [Acknowledgement] = []) {
        switch context.source {
        case .peer(let peer): out.append(.send(to: peer, .response(parts)))
        case .client(let id, let sequence):
            guard let connection = connections[id] else { return }
            connection.queue.answer(sequence, Answer(parts, acknowledged: batches))
            ready.append(id)
        }
    }

    /// The request is done and gets no answer.
    mutating func respondWithNothing(_ context: RequestContext) {
        guard case .client(let id, let sequence) = context.source, let connection = connections[id] else { return }
        connection.queue.answer(sequence, Answer([]))
        ready.append(id)
    }

    mutating func close(_ context: RequestContext, reason: String) {
        guard case .client(let id, _) = context.source else { return }
        out.append(.close(id, reason: reason))
        connectionClosed(id)
    }

    /// A frame that cannot be served: a client loses its connection, a peer gets no answer.
    mutating func refuse(_ source: RequestContext.Source, reason: String) {
        switch source {
        case .client(let id, _):
            let client = connections[id]?.client ?? ""
            out.append(.close(id, reason: reason))
            emit(.badFrame(client: client, reason: reason))
            connectionClosed(id)
        case .peer(let peer): emit(.badFrame(client: "broker \(peer)", reason: reason))
        }
    }
}
