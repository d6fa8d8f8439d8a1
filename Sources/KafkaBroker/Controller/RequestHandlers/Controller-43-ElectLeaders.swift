import KafkaProtocol

/// ElectLeaders (43), versions 0-2. Type 0 gives leadership to the preferred replica, type 1 to any live replica of a
/// partition that has no leader, at the price of records.
///
/// | refused because                                   | error                          |
/// |---------------------------------------------------|--------------------------------|
/// | another type                                      | INVALID_REQUEST, for the whole |
/// | no such topic or partition                        | UNKNOWN_TOPIC_OR_PARTITION     |
/// | the preferred replica leads; a leader is there    | ELECTION_NOT_NEEDED            |
/// | the preferred replica is not alive or not in sync | PREFERRED_LEADER_NOT_AVAILABLE |
/// | no replica is alive                               | ELIGIBLE_LEADERS_NOT_AVAILABLE |
///
/// - Without partitions all are meant, and those that need nothing are left out of the answer.
extension Controller {
    func electLeaders(_ request: ElectLeadersRequest) -> ControllerResult<ElectLeadersResponse> {
        var response = ElectLeadersResponse()
        guard let type = ElectionType(rawValue: request.electionType) else {
            response.errorCode = .invalidRequest
            return ControllerResult(response)
        }
        var records: [MetadataRecord] = []
        var elected: Set<PartitionKey> = []
        let wanted: [(topic: String, partitions: [Int32])] =
            request.topicPartitions?.map { ($0.topic, $0.partitions) }
            ?? state.image.topics.map { ($0.name, (0..<Int32($0.partitions.count)).map { $0 }) }
        for (topic, partitions) in wanted {
            var results: [ElectLeadersResponse.PartitionResult] = []
            for partition in partitions {
                let error = elect(type, topic: topic, partition: partition, elected: &elected, records: &records)
                if request.topicPartitions == nil, error?.code == .electionNotNeeded { continue }
                var result = ElectLeadersResponse.PartitionResult()
                result.partitionId = partition
                result.errorCode = error?.code ?? .none
                result.errorMessage = error?.message
                results.append(result)
            }
            if results.isEmpty { continue }
            var result = ElectLeadersResponse.ReplicaElectionResult()
            result.topic = topic
            result.partitionResult = results
            response.replicaElectionResults.append(result)
        }
        return ControllerResult(response, records: records)
    }

    private enum ElectionType: Int8 {
        case preferred = 0
        case unclean = 1
    }

    private func elect(
        _ type: ElectionType, topic: String, partition number: Int32, elected: inout Set<PartitionKey>,
        records: inout [MetadataRecord]
    ) -> ControllerError? {
        guard let topicId = state.image.topicId(topic) else {
            return ControllerError(.unknownTopicOrPartition, "No such topic as \(topic)")
        }
        let key = PartitionKey(topicId: topicId, partition: number)
        guard let partition = state.image.partition(key) else {
            return ControllerError(.unknownTopicOrPartition, "No such partition as \(topic)-\(number)")
        }
        let isSettled = type == .preferred ? partition.hasPreferredLeader : partition.leader != .none
        // The same partition again: the first election has settled it.
        if isSettled || elected.contains(key) {
            return ControllerError(.electionNotNeeded, "Leader election not needed for topic partition.")
        }
        let builder = PartitionChangeBuilder(
            partition, key: key, election: type == .preferred ? .preferred : .unclean,
            isAcceptableLeader: state.image.isActive)
        let record = builder.build()
        if let record {
            records.append(.partitionChange(record))
            elected.insert(key)
        }
        switch type {
        case .preferred where record?.leader != partition.preferredLeader:
            return ControllerError(
                .preferredLeaderNotAvailable, "The preferred leader was not available.")
        case .unclean where record == nil:
            return ControllerError(
                .eligibleLeadersNotAvailable, "Eligible topic partition leaders are not available.")
        case .preferred, .unclean:
            return nil
        }
    }
}
