import KafkaBroker
import KafkaProtocol

extension ClusterSnapshot {
    /// The broker that is to speak for a group, and since which election of which life of the topic.
    package struct Coordinator: Hashable, Sendable {
        package var broker: BrokerID
        package var topicID: Uuid
        package var leaderEpoch: Int32
    }

    /// Nil while the group has none that runs, and where the topic is not known by which one finds it.
    package func coordinator(of group: String) -> Coordinator? {
        guard let offsets = topics.first(where: { $0.name == GroupCoordinator.topic }), !offsets.partitions.isEmpty
        else { return nil }
        let count = Int32(clamping: offsets.partitions.count)
        let number = KafkaProtocol.GroupPartition.partition(forGroup: group, count: count)
        guard let partition = offsets.partitions.first(where: { $0.index == number }), let leader = partition.leader,
            brokers.contains(where: { $0.id == leader && $0.state == .running })
        else { return nil }
        return Coordinator(broker: leader, topicID: offsets.id, leaderEpoch: partition.leaderEpoch)
    }

    /// Takes over from the picture before those groups that nobody can tell of now: their coordinator is gone, or another has
    /// just taken over and may still be loading. Without a coordinator nobody commits, so their commits are as they were.
    package mutating func keepGroups(of before: ClusterSnapshot) {
        guard clusterID == before.clusterID, topics.contains(where: { $0.name == GroupCoordinator.topic }),
            // Where nobody answers at all, nothing is known of any group.
            brokers.contains(where: { $0.state == .running })
        else { return }
        var present = SortedWalk(groups) { $0.id }
        let kept = before.groups.filter { group in
            guard present.next(group.id) == nil else { return false }
            let coordinator = coordinator(of: group.id)
            return coordinator == nil || coordinator != before.coordinator(of: group.id)
        }
        guard !kept.isEmpty else { return }
        groups = (groups + kept.map(withoutCoordinator)).sorted { $0.id < $1.id }
    }

    private func withoutCoordinator(_ group: Group) -> Group {
        var group = group
        group.state = "no coordinator"
        (group.coordinator, group.members, group.generation) = (nil, nil, nil)
        for index in group.partitions.indices {
            let name = group.partitions[index].partition.topic
            group.partitions[index].takeEnds(of: topics.first { $0.name == name })
        }
        return group
    }
}
