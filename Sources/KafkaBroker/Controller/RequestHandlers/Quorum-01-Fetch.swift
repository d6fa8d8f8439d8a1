import KafkaProtocol
import NIOCore

/// Fetch (1), versions 4-17, of `__cluster_metadata`-0: by the other voters, which copy the log, and by brokers, which
/// follow it without a vote.
///
/// - Only the leader serves it. Any other controller answers NOT_LEADER_OR_FOLLOWER at once, and names the leader it knows.
/// - A voter is given all that there is, and its offset says what is durable there; a broker only what is committed.
///   Without anything new the fetch waits up to `maxWaitMs`, and is answered as soon as there is, however little: `minBytes`
///   is not looked at. A voter hears of a new high watermark too.
/// - A fetch from a point that this log does not have is told where they part (`divergingEpoch`), or which snapshot to begin
///   with (`snapshotId`); it says nothing of how far the voter is. An epoch of another leader is FENCED_LEADER_EPOCH or
///   UNKNOWN_LEADER_EPOCH, another cluster INCONSISTENT_CLUSTER_ID, any other partition UNKNOWN_TOPIC_OR_PARTITION.
/// - Keeps no fetch sessions: each answer is whole, with session id 0.
extension MetadataQuorum {
    mutating func fetch(_ request: FetchRequest, _ call: Controller.Call) throws(MetadataLogError) {
        noteProgress(request, now: call.now)
        if request.maxWaitMs > 0, isWorthWaiting(request) {
            let wait = min(Int64(request.maxWaitMs), settings.requestTimeout.wholeMilliseconds)
            let deadline = call.now + .milliseconds(wait)
            parked.add(MetadataFetches.Waiting(request: request, call: call, deadline: deadline))
        } else {
            try answerFetch(request, call)
        }
    }

    mutating func answerReadyFetches(now: Instant) throws(MetadataLogError) {
        if parked.waiting.isEmpty { return }
        var ready: [MetadataFetches.Waiting] = []
        var index = 0
        while index < parked.waiting.count {
            if isWorthWaiting(parked.waiting[index].request) {
                index += 1
            } else {
                ready.append(parked.remove(at: index))
            }
        }
        for fetch in ready { try answerFetch(fetch.request, fetch.call) }
    }

    /// What the offset tells of a replica that has this log's records up to there.
    private mutating func noteProgress(_ request: FetchRequest, now: Instant) {
        guard case .leader(var leadership) = state.role, !isOfAnotherCluster(request.clusterId),
            let topic = request.topics.first, let partition = topic.partitions.first,
            problem(topic, partition) == nil
        else { return }
        let replica = Self.replica(of: request)
        leadership.heard(replica, now: now)
        if log.snapshotNeeded(from: partition.fetchOffset, lastEpoch: partition.lastFetchedEpoch) == nil,
            log.divergence(from: partition.fetchOffset, lastEpoch: partition.lastFetchedEpoch) == nil
        {
            leadership.fetched(replica, from: partition.fetchOffset, logEndOffset: log.endOffset, now: now)
        }
        leadership.forgetObservers(after: settings.observerTimeout, now: now)
        state.role = .leader(leadership)
        advanceHighWatermark()
    }

    private static func replica(of request: FetchRequest) -> BrokerID {
        request.replicaState.replicaId == .none ? request.replicaId : request.replicaState.replicaId
    }

    private func isVoter(_ replica: BrokerID) -> Bool {
        replica != settings.nodeId && settings.voters.contains(replica)
    }

    /// Whether nothing could be said now but that there is nothing new.
    private func isWorthWaiting(_ request: FetchRequest) -> Bool {
        guard let leadership = state.leadership, !isOfAnotherCluster(request.clusterId) else { return false }
        let replica = Self.replica(of: request)
        let toldHighWatermark = leadership.follower(replica)?.toldHighWatermark ?? log.committedOffset
        var asksForSomething = false
        for topic in request.topics {
            for partition in topic.partitions {
                guard toldHighWatermark >= log.committedOffset, partition.fetchOffset >= limit(for: replica),
                    problem(topic, partition) == nil,
                    log.snapshotNeeded(from: partition.fetchOffset, lastEpoch: partition.lastFetchedEpoch) == nil,
                    log.divergence(from: partition.fetchOffset, lastEpoch: partition.lastFetchedEpoch) == nil
                else { return false }
                asksForSomething = true
            }
        }
        return asksForSomething
    }

    /// Up to where the log is served to a replica.
    private func limit(for replica: BrokerID) -> Int64 { isVoter(replica) ? log.endOffset : log.committedOffset }

    private func problem(_ topic: FetchRequest.FetchTopic, _ partition: FetchRequest.FetchPartition) -> ErrorCode? {
        guard topic.topicId == MetadataLog.topicId || topic.topic == MetadataLog.topic, partition.partition == 0 else {
            return .unknownTopicOrPartition
        }
        if partition.currentLeaderEpoch > epoch { return .unknownLeaderEpoch }
        if partition.currentLeaderEpoch >= 0, partition.currentLeaderEpoch < epoch { return .fencedLeaderEpoch }
        if !isLeader { return .notLeaderOrFollower }
        let isWithin = partition.fetchOffset >= 0 && partition.fetchOffset <= log.endOffset
        // With an epoch, the answer says where the logs part instead.
        return isWithin || partition.lastFetchedEpoch >= 0 && partition.fetchOffset > 0 ? nil : .offsetOutOfRange
    }

    mutating func answerFetch(_ request: FetchRequest, _ call: Controller.Call) throws(MetadataLogError) {
        var response = FetchResponse()
        if isOfAnotherCluster(request.clusterId) {
            response.errorCode = .inconsistentClusterId
            return respond(response, to: call)
        }
        let replica = Self.replica(of: request)
        var bytesLeft = max(0, Int(request.maxBytes))
        for topic in request.topics {
            var answer = FetchResponse.FetchableTopicResponse()
            answer.topic = topic.topic
            answer.topicId = topic.topicId
            for partition in topic.partitions {
                answer.partitions.append(try serve(partition, of: topic, to: replica, call, bytesLeft: &bytesLeft))
            }
            response.responses.append(answer)
        }
        if case .leader(var leadership) = state.role {
            leadership.told(replica, highWatermark: log.committedOffset)
            state.role = .leader(leadership)
        }
        respond(response, to: call)
    }

    private func serve(
        _ partition: FetchRequest.FetchPartition, of topic: FetchRequest.FetchTopic, to replica: BrokerID,
        _ call: Controller.Call, bytesLeft: inout Int
    ) throws(MetadataLogError) -> FetchResponse.PartitionData {
        var data = FetchResponse.PartitionData()
        data.partitionIndex = partition.partition
        data.records = .bytes(ByteBuffer())
        if call.version >= 12 {
            data.currentLeader.leaderId = leader ?? .none
            data.currentLeader.leaderEpoch = epoch
        }
        if let problem = problem(topic, partition) {
            data.errorCode = problem
            data.highWatermark = -1
            return data
        }
        data.highWatermark = log.committedOffset
        data.lastStableOffset = log.committedOffset
        data.logStartOffset = log.startOffset
        let (offset, lastEpoch) = (partition.fetchOffset, partition.lastFetchedEpoch)
        if let snapshot = log.snapshotNeeded(from: offset, lastEpoch: lastEpoch) {
            guard call.version >= 12 else {
                data.errorCode = .offsetOutOfRange
                return data
            }
            data.snapshotId.endOffset = snapshot.endOffset
            data.snapshotId.epoch = snapshot.epoch
            return data
        }
        if let divergence = log.divergence(from: offset, lastEpoch: lastEpoch) {
            data.divergingEpoch.epoch = divergence.leaderEpoch
            data.divergingEpoch.endOffset = divergence.endOffset
            return data
        }
        let maxBytes = min(bytesLeft, max(0, Int(partition.partitionMaxBytes)))
        let records = try log.read(from: offset, maxBytes: maxBytes, upTo: limit(for: replica))
        bytesLeft -= min(bytesLeft, records.readableBytes)
        data.records = .bytes(records)
        return data
    }
}
