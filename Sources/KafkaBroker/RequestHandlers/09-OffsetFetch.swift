import KafkaProtocol

/// OffsetFetch, key 9, versions 0-9.
///
/// Committed offsets of one group (up to version 7) or several; -1 where the group has committed nothing. Null topics
/// mean all. Offsets under way to `__consumer_offsets` are not seen. `requireStable` changes nothing while there are no
/// transactions; member id and epoch (version 9) are for KIP-848 groups and not checked.
extension GroupCoordinator {
    func offsetFetch(
        _ request: OffsetFetchRequest, _ context: RequestContext, _ actions: inout [CoordinatorAction]
    ) {
        var response = OffsetFetchResponse()
        if context.version >= 8 {
            response.groups = request.groups.map { group in
                answer(group.groupId, group.topics.map { $0.map { ($0.name, $0.partitionIndexes) } })
            }
            return respond(context, response, &actions)
        }
        let group = answer(request.groupId, request.topics.map { $0.map { ($0.name, $0.partitionIndexes) } })
        response.errorCode = group.errorCode
        response.topics = group.topics.map { topic in
            var answered = OffsetFetchResponse.OffsetFetchResponseTopic()
            answered.name = topic.name
            answered.partitions = topic.partitions.map { partition in
                var single = OffsetFetchResponse.OffsetFetchResponsePartition()
                single.partitionIndex = partition.partitionIndex
                single.committedOffset = partition.committedOffset
                single.committedLeaderEpoch = partition.committedLeaderEpoch
                single.metadata = partition.metadata
                // Version 1 has no error for the whole answer.
                single.errorCode = group.errorCode == .none ? partition.errorCode : group.errorCode
                return single
            }
            return answered
        }
        respond(context, response, &actions)
    }

    private func answer(
        _ name: String, _ topics: [(topic: String, partitions: [Int32])]?
    ) -> OffsetFetchResponse.OffsetFetchResponseGroup {
        var group = OffsetFetchResponse.OffsetFetchResponseGroup()
        group.groupId = name
        group.errorCode = availabilityOfPartition(of: name)
        let committed = group.errorCode == .none ? offsets[name] : nil
        for (topic, partitions) in topics ?? (committed?.partitions ?? []).byTopic() {
            var answered = OffsetFetchResponse.OffsetFetchResponseTopics()
            answered.name = topic
            answered.partitions = partitions.map { index in
                let entry = committed?[TopicPartition(topic: topic, partition: index)]
                var partition = OffsetFetchResponse.OffsetFetchResponsePartitions()
                partition.partitionIndex = index
                partition.committedOffset = entry?.offset ?? -1
                partition.committedLeaderEpoch = entry?.leaderEpoch ?? -1
                partition.metadata = entry?.metadata ?? ""
                return partition
            }
            group.topics.append(answered)
        }
        return group
    }
}
