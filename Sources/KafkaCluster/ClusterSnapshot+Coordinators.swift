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
}
