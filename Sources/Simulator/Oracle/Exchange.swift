import KafkaBroker
import KafkaProtocol
import NIOCore

/// By whom, to whom, and under which number something was asked.
struct ExchangeKey: Hashable, Sendable {
    var from: Observation.Endpoint
    var to: BrokerID
    var correlationId: Int32

    /// Numbers differ among the few requests that are under way.
    func hash(into hasher: inout Hasher) { hasher.combine(correlationId) }
    func _rawHashValue(seed: Int) -> Int { seed.mixed(with: correlationId) }
}

/// A request that has reached a node, as far as its answer is judged by it.
struct Exchange: Sendable {
    enum Question: Sendable {
        /// `topics`: which of the topics of each partition's name was asked for; nil where it was deleted already.
        case produce(ProduceRequest, topics: [TopicPartition: Int])
        /// `outdated`: where an epoch was given that was already over for the node that is asked. `named`: where topics are
        /// told by their names, the which of its name each partition was on that node; -1 for one that was gone
        /// already.
        case fetch(isFromReplica: Bool, outdated: [OutdatedEpoch], named: [Int])
        /// `isStale`: the sender's registration, or a member's, was not the newest then.
        case alterPartition(AlterPartitionRequest, isStale: Bool)
        case vote(VoteRequest)
        /// `since`: how much coordinators had written before.
        case offsetCommit(OffsetCommitRequest, newestGeneration: Int32?, since: Int)
        case offsetFetch(OffsetFetchRequest, floors: [GroupPosition: Int64])
        case joinGroup(group: String)
        case groupHeartbeat(HeartbeatRequest, newestGeneration: Int32?)
        case syncGroup
        case findCoordinator
        case initProducerId
        /// `isStale`: of a former life of the broker, and known to the controller to be so.
        case brokerHeartbeat(BrokerID, isStale: Bool)
    }

    struct OutdatedEpoch: Hashable, Sendable {
        var partition: TopicPartition
        var asked: Int32
        var led: Int32
    }

    var version: Int16
    var question: Question
}

/// Requests and answers, matched by their numbers. A frame that cannot be read is nobody's promise.
extension Oracle {
    mutating func asked(_ from: Observation.Endpoint, _ to: BrokerID, _ frame: ByteBuffer) throws(Violation) {
        var body = frame
        guard let header = try? RequestFrame.decodeHeader(from: &body) else { return }
        let version = header.requestApiVersion
        let question: Exchange.Question?
        switch header.requestApiKey {
        case .produce:
            guard let request = try? ProduceRequest(decoding: body, version: version), request.acks != 0 else { return }
            question = .produce(request, topics: topicsAsked(request, to))
        case .fetch:
            guard let request = try? FetchRequest(decoding: body, version: version) else { return }
            question = fetchAsked(request, from, to, version)
        case .alterPartition:
            guard let request = try? AlterPartitionRequest(decoding: body, version: version) else { return }
            question = alterPartitionAsked(request, header.correlationId)
        case .vote:
            guard let request = try? VoteRequest(decoding: body, version: version) else { return }
            question = .vote(request)
        case .beginQuorumEpoch:
            guard let request = try? BeginQuorumEpochRequest(decoding: body, version: version) else { return }
            for topic in request.topics {
                for data in topic.partitions { try leads(data.leaderId, quorumEpoch: data.leaderEpoch) }
            }
            return
        case .offsetCommit:
            guard let request = try? OffsetCommitRequest(decoding: body, version: version) else { return }
            question = .offsetCommit(
                request, newestGeneration: groups.generation(of: request.groupId, at: to),
                since: groups.written)
        case .offsetFetch:
            guard let request = try? OffsetFetchRequest(decoding: body, version: version) else { return }
            question = offsetFetchAsked(request)
        case .joinGroup:
            guard let request = try? JoinGroupRequest(decoding: body, version: version) else { return }
            question = .joinGroup(group: request.groupId)
        case .heartbeat:
            guard let request = try? HeartbeatRequest(decoding: body, version: version) else { return }
            question = .groupHeartbeat(request, newestGeneration: groups.generation(of: request.groupId, at: to))
        case .syncGroup: question = .syncGroup
        case .findCoordinator: question = .findCoordinator
        case .initProducerId: question = .initProducerId
        case .brokerHeartbeat:
            guard let request = try? BrokerHeartbeatRequest(decoding: body, version: version) else { return }
            let isOld = request.brokerEpoch < metadata.brokerEpochs[request.brokerId] ?? -1
            question = .brokerHeartbeat(request.brokerId, isStale: isOld && raft.newestLeader == to)
        case .electLeaders:
            if let request = try? ElectLeadersRequest(decoding: body, version: version) { electionAsked(request) }
            return
        default: return
        }
        guard let question else { return }
        exchanges[ExchangeKey(from: from, to: to, correlationId: header.correlationId)] =
            Exchange(version: version, question: question)
    }

    mutating func answered(
        by node: BrokerID, to: Observation.Endpoint, _ frame: ByteBuffer
    ) throws(Violation) {
        if case .client = to { counts.add(.clientAnswers) }
        guard let correlationId = frame.getInteger(at: frame.readerIndex, as: Int32.self),
            let exchange = exchanges.removeValue(
                forKey: ExchangeKey(from: to, to: node, correlationId: correlationId))
        else { return }
        let version = exchange.version
        switch exchange.question {
        case .produce(let request, let topics):
            guard let answer = Self.decode(ProduceResponse.self, version, frame) else { return }
            try produced(request, topics, answer, by: node)
        case .fetch(let isFromReplica, let outdated, let named):
            guard let answer = Self.decode(FetchResponse.self, version, frame) else { return }
            try fetched(answer, by: node, isFromReplica: isFromReplica, outdated: outdated, named: named)
        case .alterPartition(let request, let isStale):
            guard let answer = Self.decode(AlterPartitionResponse.self, version, frame) else { return }
            try altered(request, isStale: isStale, answer, by: node)
        case .vote(let request):
            guard let answer = Self.decode(VoteResponse.self, version, frame) else { return }
            try voted(request, answer, by: node)
        case .offsetCommit(let request, let newest, let since):
            guard let answer = Self.decode(OffsetCommitResponse.self, version, frame) else { return }
            try offsetsCommitted(request, answer, newestGeneration: newest, since: since, by: node)
        case .offsetFetch(let request, let floors):
            guard let answer = Self.decode(OffsetFetchResponse.self, version, frame) else { return }
            try offsetsFetched(request, answer, floors: floors, by: node)
        case .groupHeartbeat(let request, let newest):
            guard let answer = Self.decode(HeartbeatResponse.self, version, frame) else { return }
            counts.add(answer.errorCode)
            if answer.errorCode == .none, let newest, request.generationId < newest {
                throw Violation(
                    "a heartbeat of an old generation was taken",
                    "group \(request.groupId): \(node) takes one of generation \(request.generationId), when "
                        + "generation \(newest) had begun")
            }
        case .syncGroup:
            if let answer = Self.decode(SyncGroupResponse.self, version, frame) { counts.add(answer.errorCode) }
        case .findCoordinator:
            guard let answer = Self.decode(FindCoordinatorResponse.self, version, frame) else { return }
            counts.add(answer.coordinators.first?.errorCode ?? answer.errorCode)
        case .initProducerId:
            if let answer = Self.decode(InitProducerIdResponse.self, version, frame) { counts.add(answer.errorCode) }
        case .brokerHeartbeat(let broker, let isStale):
            guard let answer = Self.decode(BrokerHeartbeatResponse.self, version, frame) else { return }
            counts.add(answer.errorCode)
            if isStale, answer.errorCode == .none {
                throw Violation(
                    "a request of a broker's former life was taken",
                    "controller \(node) takes a heartbeat of broker \(broker), which has registered anew since")
            }
        case .joinGroup(let group):
            guard let answer = Self.decode(JoinGroupResponse.self, version, frame) else { return }
            counts.add(answer.errorCode)
            if answer.errorCode == .none {
                counts.add(.rebalances)
                groups.told(generation: answer.generationId, of: group, by: node)
            }
        }
    }

    private static func decode<Response: KafkaResponse>(
        _ type: Response.Type, _ version: Int16, _ frame: ByteBuffer
    ) -> Response? {
        try? ResponseFrame.decode(type, apiVersion: version, from: frame).response
    }
}
