import KafkaProtocol
import NIOCore

extension Controller {
    /// Answers a frame from a broker: its own request, or a client's that it passes on.
    mutating func handle(_ frame: ByteBuffer, from peer: BrokerID, now: Instant) {
        var body = frame
        let call: Call
        do {
            let header = try RequestFrame.decodeHeader(from: &body)
            call = Call(node: settings.nodeId, peer: peer, header: header, body: body, now: now)
        } catch {
            return refuse(peer, "\(error)", now: now)
        }
        do {
            if try quorum.handle(call) { return }
        } catch let error as MetadataLogError {
            return fail(error)
        } catch {
            return refuse(peer, "\(error)", now: now)
        }
        guard isActive else { return refuseInactive(call) }
        let version = call.version
        switch call.header.requestApiKey {
        case .createTopics:
            answer(CreateTopicsRequest.self, call, atomically: true) { $0.createTopics($1) }
        case .deleteTopics:
            answer(DeleteTopicsRequest.self, call) { $0.deleteTopics($1, version: version) }
        case .alterConfigs:
            answer(AlterConfigsRequest.self, call) { $0.alterConfigs($1) }
            electWhereAllowed(now: now)
        case .createPartitions:
            answer(CreatePartitionsRequest.self, call, atomically: true) { $0.createPartitions($1) }
        case .electLeaders:
            answer(ElectLeadersRequest.self, call) { $0.electLeaders($1) }
        case .incrementalAlterConfigs:
            answer(IncrementalAlterConfigsRequest.self, call) { $0.incrementalAlterConfigs($1) }
            electWhereAllowed(now: now)
        case .alterPartitionReassignments:
            answer(AlterPartitionReassignmentsRequest.self, call) { $0.alterPartitionReassignments($1) }
        case .listPartitionReassignments:
            answer(ListPartitionReassignmentsRequest.self, call) { $0.listPartitionReassignments($1) }
        case .unregisterBroker:
            answer(UnregisterBrokerRequest.self, call) { $0.unregisterBroker($1) }
        case .alterPartition:
            answer(AlterPartitionRequest.self, call) { $0.alterPartition($1, version: version) }
        case .describeQuorum:
            answer(DescribeQuorumRequest.self, call) { $0.describeQuorum($1, version: version, now: now) }
        case .brokerRegistration:
            answer(BrokerRegistrationRequest.self, call) { $0.registerBroker($1, now: now) }
        case .brokerHeartbeat:
            answer(BrokerHeartbeatRequest.self, call) { $0.heartbeat($1, now: now) }
        case .allocateProducerIds:
            answer(AllocateProducerIdsRequest.self, call) { $0.allocateProducerIds($1) }
        default:
            refuse(peer, "a controller does not serve \(call.header.requestApiKey)", now: now)
        }
    }

    /// One request under way.
    package struct Call: Sendable {
        /// Who is asked.
        var node: BrokerID
        var peer: BrokerID
        var header: RequestHeader
        var body: ByteBuffer
        var now: Instant

        var version: Int16 { header.requestApiVersion }

        /// Where it cannot be written, since it tells more than has room in an answer, all that was asked for has
        /// failed, as in Kafka (KafkaApis.handleError).
        func answer(_ response: some KafkaResponse) -> BrokerAction {
            do {
                return try .send(to: peer, .response(parts(response)))
            } catch {
                guard let type = ControllerRequests.type(of: header.requestApiKey), let parts = try? failure(type)
                else {
                    let kind = BrokerEvent.Kind.badFrame(client: "broker \(peer)", reason: "no answer to it: \(error)")
                    return .emit(BrokerEvent(at: now, node: node, kind: kind))
                }
                return .send(to: peer, .response(parts))
            }
        }

        private func parts(_ response: some KafkaResponse) throws(ProtocolError) -> [Payload] {
            try ResponseFrame.encode(response, apiVersion: version, correlationId: header.correlationId)
        }

        private func failure<Request: ControllerRequest>(_ type: Request.Type) throws(ProtocolError) -> [Payload] {
            let request = try Request(decoding: body, version: version)
            return try parts(request.failed(.unknownServerError, version: version))
        }
    }

    private mutating func answer<Request: KafkaRequest>(
        _ type: Request.Type, _ call: Call, atomically: Bool = false,
        _ handler: (inout Self, Request) -> ControllerResult<Request.Response>
    ) {
        decode(type, call) { controller, request in
            let result = handler(&controller, request)
            controller.write(
                result.records, atomically: atomically, fencingReason: result.fencingReason, now: call.now)
            controller.respond(result.response, to: call)
        }
    }

    private mutating func decode<Request: KafkaRequest>(
        _ type: Request.Type, _ call: Call, _ handler: (inout Self, Request) -> Void
    ) {
        do {
            handler(&self, try Request(decoding: call.body, version: call.version))
        } catch {
            refuse(call.peer, "\(error)", now: call.now)
        }
    }

    /// Sends the answer once the log is committed up to here, since the answer may speak of all of it.
    mutating func respond(_ response: some KafkaResponse, to call: Call) {
        if isFailed { return }
        deferred.wait(for: log.endOffset, call.answer(response), to: call)
    }

    /// This controller does not decide: another does, or none.
    mutating func refuseInactive(_ call: Call) {
        guard let type = ControllerRequests.type(of: call.header.requestApiKey) else {
            return refuse(
                call.peer, "a controller does not serve \(call.header.requestApiKey)", now: call.now)
        }
        refuseInactive(type, call)
    }

    private mutating func refuseInactive<Request: ControllerRequest>(_ type: Request.Type, _ call: Call) {
        do {
            let request = try Request(decoding: call.body, version: call.version)
            outbox.append(call.answer(request.failed(.notController, version: call.version)))
        } catch {
            refuse(call.peer, "\(error)", now: call.now)
        }
    }

    private mutating func refuse(_ peer: BrokerID, _ reason: String, now: Instant) {
        emit(.badFrame(client: "broker \(peer)", reason: reason), now: now)
    }

    /// A setting may have allowed what was forbidden before.
    private mutating func electWhereAllowed(now: Instant) {
        write(state.electionsForLeaderless(), now: now)
    }
}
