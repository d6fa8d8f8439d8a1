import KafkaProtocol

/// What is written when partitions are moved.
extension ClusterState {
    /// Begins a move to the target, or takes back the one that is under way (nil); no record where nothing changes.
    package func reassignment(
        of id: TopicPartition, to target: [BrokerID]?
    ) throws(ControllerError) -> PartitionChangeRecord? {
        guard let topicId = image.topicId(id.topic), let partition = image.partition(id) else {
            throw ControllerError(.unknownTopicOrPartition, "No such partition as \(id)")
        }
        let key = PartitionKey(topicId: topicId, partition: id.partition)
        if let target { return try move(partition, key, to: target) }
        return try cancelMove(of: partition, key, topic: id.topic)
    }

    private func move(
        _ partition: PartitionImage, _ key: PartitionKey, to target: [BrokerID]
    ) throws(ControllerError) -> PartitionChangeRecord? {
        try TopicPlan.check(target, replicationFactor: nil, image: image)
        var builder = PartitionChangeBuilder(partition, key: key, isAcceptableLeader: image.isActive)
        builder.targetReassignment = PartitionReassignment(of: partition, to: target)
        builder.directory = image.logDirectory
        return builder.build()
    }

    private func cancelMove(
        of partition: PartitionImage, _ key: PartitionKey, topic: String
    ) throws(ControllerError) -> PartitionChangeRecord? {
        let underWay = PartitionReassignment(partition)
        guard underWay.isUnderWay else {
            throw ControllerError(.noReassignmentInProgress, "No partition reassignment is in progress.")
        }
        let (isr, isUnclean) = underWay.reverted(isr: partition.isr)
        if isUnclean, !allowsUncleanLeaderElection(topic) {
            throw ControllerError(
                .invalidReplicaAssignment,
                "Unable to revert partition assignment for \(topic)-\(key.partition) because it would require an "
                    + "unclean leader election.")
        }
        var builder = PartitionChangeBuilder(
            partition, key: key, election: isUnclean ? .unclean : .clean, isAcceptableLeader: image.isActive)
        builder.targetIsr = isr
        builder.targetReassignment = PartitionReassignment(settledOn: underWay.original)
        return builder.build()
    }
}
