import KafkaProtocol

/// What a client believes of the cluster, from the answers to its Metadata requests.
///
/// Answers may come from brokers that lag behind. Invariant: the leader epoch of a partition only goes forward, unless the
/// topic was made anew (KIP-320).
package struct ClusterMetadata: Hashable, Sendable {
    package struct Partition: Hashable, Sendable {
        /// `none` while there is no leader.
        package var leader = BrokerID.none
        /// -1 where the broker said none.
        package var leaderEpoch: Int32 = -1
        package var replicas: [BrokerID] = []
    }

    package struct Topic: Hashable, Sendable {
        package var id = Uuid.zero
        package var partitions: [Partition] = []
        /// How many answers in a row did not know the topic: one may come from a broker that lags, several mean that it
        /// is gone.
        package var missingCount = 0
    }

    package private(set) var brokers: [BrokerID] = []
    package private(set) var topics = SmallTable<String, Topic>()
    /// Changes with every update.
    package private(set) var version = 0

    package init() {}

    package subscript(partition: TopicPartition) -> Partition? {
        guard let topic = topics[partition.topic], partition.partition >= 0,
            partition.partition < topic.partitions.count
        else { return nil }
        return topic.partitions[Int(partition.partition)]
    }

    /// Who leads the partition, and of which topic it is, by one look-up.
    func leadership(of partition: TopicPartition) -> (topicId: Uuid, leader: BrokerID, epoch: Int32)? {
        guard let topic = topics[partition.topic], topic.partitions.indices.contains(Int(partition.partition)) else {
            return nil
        }
        let index = Int(partition.partition)
        return (topic.id, topic.partitions[index].leader, topic.partitions[index].leaderEpoch)
    }

    package func isGone(_ topic: String) -> Bool { (topics[topic]?.missingCount ?? 0) >= 3 }

    /// A topic that was made anew may have fewer partitions.
    package func isGone(_ partition: TopicPartition) -> Bool {
        guard let topic = topics[partition.topic] else { return false }
        let count = topic.partitions.count
        return topic.missingCount >= 3 || count > 0 && partition.partition >= count
    }

    package mutating func update(_ response: MetadataResponse) {
        version += 1
        brokers = response.brokers.map(\.nodeId).sorted()
        for topic in response.topics {
            guard let name = topic.name else { continue }
            var known = topics[name] ?? Topic()
            if topic.errorCode == .unknownTopicOrPartition {
                known.missingCount += 1
            } else if topic.errorCode == .none || topic.errorCode == .leaderNotAvailable {
                known.update(topic)
            }
            topics[name] = known
        }
    }

    /// A leader named by an answer (KIP-951): believed if it is newer.
    package mutating func learnLeader(of partition: TopicPartition, _ leader: BrokerID, epoch: Int32) {
        guard let known = self[partition], leader != .none, epoch > known.leaderEpoch else { return }
        topics[partition.topic]!.partitions[Int(partition.partition)].leader = leader
        topics[partition.topic]!.partitions[Int(partition.partition)].leaderEpoch = epoch
    }
}

extension ClusterMetadata.Topic {
    fileprivate mutating func update(_ topic: MetadataResponse.MetadataResponseTopic) {
        missingCount = 0
        if topic.topicId != id {
            id = topic.topicId
            partitions = []
        }
        // Who is told no ids sees only that a topic made anew has fewer partitions.
        if id == .zero, !topic.partitions.isEmpty, topic.partitions.count < partitions.count {
            partitions.removeLast(partitions.count - topic.partitions.count)
        }
        for answered in topic.partitions {
            let index = Int(answered.partitionIndex)
            guard index >= 0, index < 10_000 else { continue }
            while partitions.count <= index { partitions.append(ClusterMetadata.Partition()) }
            guard answered.leaderEpoch < 0 || answered.leaderEpoch >= partitions[index].leaderEpoch else { continue }
            partitions[index].leader = answered.errorCode == .leaderNotAvailable ? .none : answered.leaderId
            partitions[index].leaderEpoch = answered.leaderEpoch
            partitions[index].replicas = answered.replicaNodes
        }
    }
}
