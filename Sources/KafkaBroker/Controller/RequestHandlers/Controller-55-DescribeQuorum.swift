import KafkaProtocol

/// DescribeQuorum (55), versions 0-2. Who leads the metadata quorum, and how far its voters and the brokers that read the
/// log have come.
///
/// - Only the active controller answers; brokers pass it on. Any other partition is UNKNOWN_TOPIC_OR_PARTITION.
/// - Directories and addresses are left out: controllers have no port for clients.
extension Controller {
    func describeQuorum(
        _ request: DescribeQuorumRequest, version: Int16, now: Instant
    ) -> ControllerResult<DescribeQuorumResponse> {
        var response = DescribeQuorumResponse()
        response.errorMessage = nil
        response.topics = request.topics.map { topic in
            var answer = DescribeQuorumResponse.TopicData()
            answer.topicName = topic.topicName
            answer.partitions = topic.partitions.map { describe($0, of: topic.topicName, now: now) }
            return answer
        }
        if version >= 2 {
            response.nodes = settings.voters.map {
                var node = DescribeQuorumResponse.Node()
                node.nodeId = $0
                return node
            }
        }
        return ControllerResult(response)
    }

    private func describe(
        _ partition: DescribeQuorumRequest.PartitionData, of topic: String, now: Instant
    ) -> DescribeQuorumResponse.PartitionData {
        var data = DescribeQuorumResponse.PartitionData()
        data.partitionIndex = partition.partitionIndex
        data.errorMessage = nil
        guard topic == MetadataLog.topic, partition.partitionIndex == 0, let leadership = quorum.state.leadership else {
            data.errorCode = .unknownTopicOrPartition
            return data
        }
        data.leaderId = settings.nodeId
        data.leaderEpoch = quorum.epoch
        data.highWatermark = log.committedOffset
        var own = DescribeQuorumResponse.ReplicaState()
        own.replicaId = settings.nodeId
        own.logEndOffset = log.endOffset
        own.lastFetchTimestamp = -1
        own.lastCaughtUpTimestamp = now.wallClockMilliseconds
        data.currentVoters = (leadership.followers.map { .init($0) } + [own]).sorted { $0.replicaId < $1.replicaId }
        data.observers = leadership.observers.map { .init($0) }
        return data
    }
}

extension DescribeQuorumResponse.ReplicaState {
    fileprivate init(_ replica: Leadership.Replica) {
        self.init()
        replicaId = replica.id
        logEndOffset = replica.endOffset
        lastFetchTimestamp = replica.lastFetch?.wallClockMilliseconds ?? -1
        lastCaughtUpTimestamp = replica.lastCaughtUp?.wallClockMilliseconds ?? -1
    }
}
