import KafkaProtocol

/// Some partitions of one topic.
struct TopicIndexes: Hashable, Sendable {
    var topic: String
    var partitions: [Int32]
}

extension [TopicIndexes] {
    var partitionCount: Int { reduce(0) { $0 + $1.partitions.count } }

    /// Those of a topic, in a list that is sorted by topic.
    func of(_ topic: String) -> TopicIndexes? {
        let place = lowerBound { $0.topic < topic }
        return place < count && self[place].topic == topic ? self[place] : nil
    }
}

/// Which partitions one broker leads, and of which it has a replica, in the order of their topics.
struct HostedPartitions: Hashable, Sendable {
    var led: [TopicIndexes] = []
    var all: [TopicIndexes] = []

    static func byBroker(_ topics: [ClusterSnapshot.Topic]) -> [BrokerID: HostedPartitions] {
        var hosted: [BrokerID: HostedPartitions] = [:]
        for topic in topics {
            for index in topic.partitions.indices {
                let id = topic.partitions[index].index
                if let leader = topic.partitions[index].leader {
                    hosted[leader, default: HostedPartitions()].led.add(id, of: topic.name)
                }
                for replica in topic.partitions[index].replicas {
                    hosted[replica.broker, default: HostedPartitions()].all.add(id, of: topic.name)
                }
            }
        }
        return hosted
    }
}

extension [TopicIndexes] {
    fileprivate mutating func add(_ partition: Int32, of topic: String) {
        if isEmpty || self[count - 1].topic != topic { append(TopicIndexes(topic: topic, partitions: [])) }
        self[count - 1].partitions.append(partition)
    }
}
