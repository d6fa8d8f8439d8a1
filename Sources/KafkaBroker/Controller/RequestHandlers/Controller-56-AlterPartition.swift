import KafkaProtocol

/// AlterPartition (56), versions 0-3. The leader of a partition asks for another ISR: compare-and-set on leader epoch and
/// partition epoch, decided partition by partition.
///
/// | refused because                                             | error                                     |
/// |-------------------------------------------------------------|-------------------------------------------|
/// | the sender is not registered, or in a later life            | STALE_BROKER_EPOCH, for the whole request |
/// | no such topic                                               | UNKNOWN_TOPIC_ID (v2+) or as next         |
/// | no such partition                                           | UNKNOWN_TOPIC_OR_PARTITION                |
/// | the sender knows larger epochs than this controller         | NOT_CONTROLLER                            |
/// | a later leader epoch has begun                              | FENCED_LEADER_EPOCH                       |
/// | the sender does not lead; the ISR is not a part of the      | INVALID_REQUEST                           |
/// | replicas, names one twice, or lacks the leader              |                                           |
/// | the partition has changed since                             | INVALID_UPDATE_VERSION                    |
/// | a member is fenced, stopping, unknown or in a later life    | INELIGIBLE_REPLICA (v2+),                 |
/// | (KIP-841, KIP-903)                                          | OPERATION_NOT_ATTEMPTED (v0-1)            |
///
/// An ISR with all that a reassignment waits for completes it. When that takes the sender its leadership, the change is
/// made, and the answer is NEW_LEADER_ELECTED (v2+) or FENCED_LEADER_EPOCH all the same.
extension Controller {
    func alterPartition(
        _ request: AlterPartitionRequest, version: Int16
    ) -> ControllerResult<AlterPartitionResponse> {
        var response = AlterPartitionResponse()
        if let stale = state.staleness(of: request.brokerId, epoch: request.brokerEpoch) {
            response.errorCode = stale
            return ControllerResult(response)
        }
        var records: [MetadataRecord] = []
        var altered: Set<PartitionKey> = []
        response.topics = request.topics.map { topic in
            var answer = AlterPartitionResponse.TopicData()
            answer.topicName = topic.topicName
            answer.topicId = topic.topicId
            let topicId = version >= 2 ? topic.topicId : state.image.topicId(topic.topicName)
            answer.partitions = topic.partitions.map { data in
                guard let topicId, state.image.topic(topicId) != nil else {
                    return refusal(data, version >= 2 ? .unknownTopicId : .unknownTopicOrPartition)
                }
                let key = PartitionKey(topicId: topicId, partition: data.partitionIndex)
                // The second change in one request names an epoch that the first one has made old.
                guard altered.insert(key).inserted else { return refusal(data, .invalidUpdateVersion) }
                return alter(data, key: key, leader: request.brokerId, version: version, records: &records)
            }
            return answer
        }
        return ControllerResult(response, records: records)
    }

    private func alter(
        _ data: AlterPartitionRequest.PartitionData, key: PartitionKey, leader: BrokerID, version: Int16,
        records: inout [MetadataRecord]
    ) -> AlterPartitionResponse.PartitionData {
        guard let partition = state.image.partition(key) else { return refusal(data, .unknownTopicOrPartition) }
        let members: [(id: BrokerID, epoch: Int64)] =
            version >= 3
            ? data.newIsrWithEpochs.map { ($0.brokerId, $0.brokerEpoch) } : data.newIsr.map { ($0, -1) }
        if let error = problem(with: data, members: members, partition: partition, leader: leader, version: version) {
            return refusal(data, error)
        }
        var builder = PartitionChangeBuilder(partition, key: key, isAcceptableLeader: state.image.isActive)
        builder.targetIsr = members.map(\.id)
        builder.targetLeaderRecoveryState = LeaderRecoveryState(rawValue: data.leaderRecoveryState) ?? .recovered
        let record = builder.build()
        if let record { records.append(.partitionChange(record)) }
        // The record was built from this very partition, so that it can follow it.
        let changed = record.flatMap(partition.changed) ?? partition
        if changed.leader != partition.leader {
            // The sender has begun to stop, or the ISR completes a reassignment that takes the sender away.
            return refusal(data, version >= 2 ? .newLeaderElected : .fencedLeaderEpoch)
        }

        var answer = AlterPartitionResponse.PartitionData()
        answer.partitionIndex = data.partitionIndex
        answer.isr = changed.isr
        answer.leaderRecoveryState = changed.leaderRecoveryState.rawValue
        answer.leaderId = changed.leader
        answer.leaderEpoch = changed.leaderEpoch
        answer.partitionEpoch = changed.partitionEpoch
        return answer
    }

    private func problem(
        with data: AlterPartitionRequest.PartitionData, members: [(id: BrokerID, epoch: Int64)],
        partition: PartitionImage, leader: BrokerID, version: Int16
    ) -> ErrorCode? {
        if data.leaderEpoch > partition.leaderEpoch || data.partitionEpoch > partition.partitionEpoch {
            return .notController
        }
        if data.leaderEpoch < partition.leaderEpoch { return .fencedLeaderEpoch }
        if leader != partition.leader { return .invalidRequest }
        if Rule.alterPartitionChecksPartitionEpoch.holds, data.partitionEpoch < partition.partitionEpoch {
            return .invalidUpdateVersion
        }
        let isr = members.map(\.id)
        guard Set(isr).count == isr.count, isr.contains(leader), isr.allSatisfy(partition.replicas.contains) else {
            return .invalidRequest
        }
        guard let recovery = LeaderRecoveryState(rawValue: data.leaderRecoveryState) else { return .invalidRequest }
        if recovery == .recovering, isr.count > 1 || partition.leaderRecoveryState == .recovered {
            return .invalidRequest
        }
        let isEligible = members.allSatisfy { member in
            guard let broker = state.image.broker(member.id), broker.isActive else { return false }
            return Rule.checksBrokerEpoch.holds ? member.epoch == -1 || member.epoch == broker.epoch : true
        }
        if !isEligible { return version >= 2 ? .ineligibleReplica : .operationNotAttempted }
        return nil
    }

    private func refusal(
        _ data: AlterPartitionRequest.PartitionData, _ error: ErrorCode
    ) -> AlterPartitionResponse.PartitionData {
        var answer = AlterPartitionResponse.PartitionData()
        answer.partitionIndex = data.partitionIndex
        answer.errorCode = error
        return answer
    }
}
