import KafkaCluster

/// Who reads a topic, and how far they are behind.
package struct TopicReaders: Hashable, Sendable {
    /// In the order of their names.
    package private(set) var groups: [String] = []
    /// Of all groups; nil where none is known.
    package private(set) var lag: Int64?

    mutating func add(_ group: String, _ partitions: [ClusterSnapshot.GroupPartition]) {
        groups.append(group)
        for partition in partitions {
            if let more = partition.lag { lag = (lag ?? 0).saturatingAdd(more) }
        }
    }
}
