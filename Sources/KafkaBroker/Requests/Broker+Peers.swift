import KafkaProtocol
import NIOCore

/// Why a request was sent to another node, and what its answer is for.
enum PeerPurpose: Sendable {
    case registration
    case heartbeat
    case metadataFetch
    case metadataSnapshot
    case alterPartition([Int])
    case allocateProducerIds
    case autoCreateTopics([String])
    case forwarded(UInt64)
    case replicaFetch
    case replicaBounds(PartitionKey, slot: Int, Int64)
}

extension Broker {
    @discardableResult
    mutating func send<Request: KafkaRequest>(
        _ request: consuming Request, version: Int16, to peer: BrokerID, _ purpose: PeerPurpose, timeout: Duration
    ) -> Int32 {
        let correlationId = peers.add(to: peer, purpose, deadline: now + timeout)
        do throws(ProtocolError) {
            let frame = try RequestFrame.encode(
                request, version: version, correlationId: correlationId, clientId: clientId)
            out.append(.send(to: peer, .request(frame)))
        } catch {
            preconditionFailure("a request of our own can be written: \(error)")
        }
        return correlationId
    }

    mutating func peerResponseArrived(from peer: BrokerID, _ frame: ByteBuffer) {
        guard let correlationId = frame.getInteger(at: frame.readerIndex, as: Int32.self),
            let purpose = peers.answered(correlationId, by: peer)
        else { return }
        do throws(ProtocolError) {
            try answered(purpose, by: peer, frame)
        } catch {
            emit(.badFrame(client: "node \(peer)", reason: error.description))
            failed(purpose, to: peer)
        }
    }

    private mutating func answered(
        _ purpose: PeerPurpose, by peer: BrokerID, _ frame: ByteBuffer
    ) throws(ProtocolError) {
        switch purpose {
        case .registration:
            let response = try decode(BrokerRegistrationResponse.self, 4, frame)
            if isActive(peer, response.errorCode, purpose) { registrationAnswered(response) }
        case .heartbeat:
            let response = try decode(BrokerHeartbeatResponse.self, 1, frame)
            if isActive(peer, response.errorCode, purpose) { heartbeatAnswered(response) }
        case .metadataFetch:
            metadataFetched(try decode(FetchResponse.self, 17, frame), by: peer)
        case .metadataSnapshot:
            metadataSnapshotFetched(try decode(FetchSnapshotResponse.self, 1, frame), by: peer)
        case .alterPartition(let slots):
            let response = try decode(AlterPartitionResponse.self, 3, frame)
            if isActive(peer, response.errorCode, purpose) { alterPartitionAnswered(slots, response) }
        case .allocateProducerIds:
            let response = try decode(AllocateProducerIdsResponse.self, 0, frame)
            if isActive(peer, response.errorCode, purpose) { producerIdsAllocated(response) }
        case .autoCreateTopics(let names):
            autoCreationEnded(names)
        case .forwarded(let id):
            forwardedAnswered(id, by: peer, frame)
        case .replicaFetch:
            replicaFetchAnswered(by: peer, try decode(FetchResponse.self, 17, frame))
        case .replicaBounds(let key, let slot, let timestamp):
            boundsAnswered(
                key, slot: slot, timestamp: timestamp, try decode(ListOffsetsResponse.self, 7, frame))
        }
    }

    private func decode<Response: KafkaResponse>(
        _ type: Response.Type, _ version: Int16, _ frame: ByteBuffer
    ) throws(ProtocolError) -> Response {
        try ResponseFrame.decode(type, apiVersion: version, from: frame).response
    }

    /// The request got no answer, or none that can be read.
    mutating func failed(_ purpose: PeerPurpose, to peer: BrokerID) {
        controllerFailed(peer)
        switch purpose {
        case .registration: registrationFailed()
        case .heartbeat: heartbeatFailed()
        case .metadataFetch, .metadataSnapshot: metadataFetchFailed()
        case .alterPartition(let slots): alterPartitionFailed(slots)
        case .allocateProducerIds: producerIdsFailed()
        case .autoCreateTopics(let names): autoCreationEnded(names)
        case .forwarded(let id): forwardFailed(id)
        case .replicaFetch: replicaFetchFailed(peer)
        case .replicaBounds(let key, let slot, let timestamp):
            boundsAnswered(key, slot: slot, timestamp: timestamp, nil)
        }
    }

    /// The link is gone, and all in flight with it: what the peer fetched here will never reach it.
    mutating func peerReset(_ peer: BrokerID) {
        for purpose in peers.reset(peer) { failed(purpose, to: peer) }
        if let fetch = parkedFetchByReplica[peer] { forgetFetch(fetch) }
        heldPeerRequests.removeAll { $0.peer == peer }
    }
}
