import CRdkafka
import KafkaProtocol

/// An offset in a partition, or what stood in the way of knowing it.
package struct PartitionOffset: Hashable, Sendable {
    /// What librdkafka takes for the ends of a log.
    package static let beginning: Int64 = -2
    package static let end: Int64 = -1

    package var partition: TopicPartition
    /// Nil where there is none: nothing committed, no position yet.
    package var offset: Int64?
    package var error: ClientError?

    package init(_ partition: TopicPartition, _ offset: Int64?) {
        self.partition = partition
        self.offset = offset
    }

    init(_ element: rd_kafka_topic_partition_t) {
        self.partition = TopicPartition(
            topic: element.topic.map { String(cString: $0) } ?? "", partition: element.partition)
        self.offset = element.offset >= 0 ? element.offset : nil
        self.error = ClientError(element.err)
    }

    /// With the error of the whole call where the partition has none of its own.
    func failing(with error: ClientError?) -> Self {
        var result = self
        result.error = self.error ?? error
        return result
    }
}

typealias PartitionList = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

/// Lends a list of librdkafka's made of these, and gives back what the call has left in it.
@discardableResult
func withPartitionList(
    _ items: [PartitionOffset], _ body: (PartitionList) throws(ClientError) -> Void
) throws(ClientError) -> [PartitionOffset] {
    guard let list = rd_kafka_topic_partition_list_new(Int32(clamping: items.count)) else {
        throw ClientError(code: .invalidArgument)
    }
    defer { rd_kafka_topic_partition_list_destroy(list) }
    for item in items {
        let element = rd_kafka_topic_partition_list_add(list, item.partition.topic, item.partition.partition)
        if let offset = item.offset { element?.pointee.offset = offset }
    }
    try body(list)
    return read(list)
}

func read(_ list: PartitionList?) -> [PartitionOffset] {
    guard let list else { return [] }
    return UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt)).map(PartitionOffset.init)
}
