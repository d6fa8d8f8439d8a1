import KafkaProtocol

/// OffsetDelete, key 47, version 0.
///
/// Deletes what a group has committed in the named partitions; answered when the tombstones are committed. Of topics that
/// members of a group of consumers subscribe to nothing is deleted (GROUP_SUBSCRIBED_TO_TOPIC), and of another kind of group
/// only while it has no members (NON_EMPTY_GROUP). A partition without a commit is no error.
extension GroupCoordinator {
    mutating func offsetDelete(
        _ request: OffsetDeleteRequest, _ context: RequestContext, _ metadata: MetadataImage, _ now: Instant,
        _ actions: inout [CoordinatorAction]
    ) {
        let name = request.groupId
        var response = OffsetDeleteResponse()
        response.errorCode = refusalToDeleteOffsets(name)
        guard response.errorCode == .none else { return respond(context, response, &actions) }
        var tombstones: [OffsetsRecord] = []
        response.topics = request.topics.map { asked in
            var topic = OffsetDeleteResponse.OffsetDeleteResponseTopic()
            topic.name = asked.name
            let count = metadata.topic(named: asked.name)?.partitions.count ?? 0
            let isSubscribed = groups[name]?.isSubscribed(to: asked.name) ?? false
            topic.partitions = asked.partitions.map { wanted in
                var partition = OffsetDeleteResponse.OffsetDeleteResponsePartition()
                partition.partitionIndex = wanted.partitionIndex
                guard wanted.partitionIndex >= 0, Int(wanted.partitionIndex) < count else {
                    partition.errorCode = .unknownTopicOrPartition
                    return partition
                }
                guard !isSubscribed else {
                    partition.errorCode = .groupSubscribedToTopic
                    return partition
                }
                let place = TopicPartition(topic: asked.name, partition: wanted.partitionIndex)
                if offsets[name]?[place] != nil { tombstones.append(.offset(group: name, place, nil)) }
                return partition
            }
            return topic
        }
        guard !tombstones.isEmpty else { return respond(context, response, &actions) }
        append(tombstones, for: name, .offsetDeletion(context, answer: response), now, &actions)
    }

    private func refusalToDeleteOffsets(_ name: String) -> ErrorCode {
        let availability = availability(of: name)
        guard availability == .none else { return availability }
        guard let group = groups[name] else { return offsets[name] == nil ? .groupIdNotFound : .none }
        if group.isDead { return .groupIdNotFound }
        return group.isEmpty || group.protocolType == ClassicGroup.consumerProtocol ? .none : .nonEmptyGroup
    }
}

extension OffsetDeleteResponse {
    /// Nothing was deleted.
    init(refused error: ErrorCode) {
        self.init()
        errorCode = error
    }
}
