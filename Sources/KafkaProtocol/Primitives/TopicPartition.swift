/// One partition of one topic, written `orders-1` as Kafka writes it in logs and directory names.
package struct TopicPartition: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var topic: String
    package var partition: Int32

    @inlinable
    package init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.topic == right.topic ? left.partition < right.partition : left.topic < right.topic
    }

    /// Numbers first: where they differ, no text is compared.
    @inlinable
    package static func == (left: Self, right: Self) -> Bool {
        left.partition == right.partition && left.topic == right.topic
    }

    package func _rawHashValue(seed: Int) -> Int { seed.mixed(with: partition).mixed(with: topic) }

    package var description: String { topic + "-" + String(partition) }
}
