import CRdkafka
import KafkaProtocol

/// A header of a record: a name that may occur more than once, and a value that may be null.
package struct ClientRecordHeader: Hashable, Sendable {
    package var name: String
    package var value: [UInt8]?

    package init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// A record to be sent. Without a partition, librdkafka's partitioner chooses: by the key where there is one.
package struct ProducerRecord: Hashable, Sendable {
    package var topic: String
    package var partition: Int32?
    package var key: [UInt8]?
    /// Null is a tombstone in a compacted topic.
    package var value: [UInt8]?
    package var headers: [ClientRecordHeader]

    package init(
        topic: String, partition: Int32? = nil, key: [UInt8]? = nil, value: [UInt8]?,
        headers: [ClientRecordHeader] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// A record as a consumer is handed it, in bytes of its own.
package struct ConsumedRecord: Hashable, Sendable {
    package enum TimestampType: Hashable, Sendable { case createTime, logAppendTime }

    package var partition: TopicPartition
    package var offset: Int64
    /// Milliseconds since 1970-01-01 UTC; nil where the record carries none.
    package var timestamp: Int64?
    package var timestampType: TimestampType?
    package var key: [UInt8]?
    package var value: [UInt8]?
    package var headers: [ClientRecordHeader]

    /// Of its key, value and headers.
    var byteCount: Int {
        headers.reduce((key?.count ?? 0) + (value?.count ?? 0)) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
    }

    init(_ message: UnsafePointer<rd_kafka_message_t>) {
        let topic = rd_kafka_topic_name(message.pointee.rkt).map { String(cString: $0) } ?? ""
        self.init(message, topic: topic)
    }

    init(_ message: UnsafePointer<rd_kafka_message_t>, topic: String) {
        self.partition = TopicPartition(topic: topic, partition: message.pointee.partition)
        self.offset = message.pointee.offset
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = rd_kafka_message_timestamp(message, &type)
        switch type {
        case RD_KAFKA_TIMESTAMP_CREATE_TIME: self.timestampType = .createTime
        case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: self.timestampType = .logAppendTime
        default: self.timestampType = nil
        }
        self.timestamp = timestampType == nil ? nil : timestamp
        self.key = bytes(message.pointee.key, message.pointee.key_len)
        self.value = bytes(message.pointee.payload, message.pointee.len)
        self.headers = readHeaders(of: message)
    }
}

private func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
    start.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: count)) }
}

private func readHeaders(of message: UnsafePointer<rd_kafka_message_t>) -> [ClientRecordHeader] {
    var list: OpaquePointer?
    guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
    return (0..<rd_kafka_header_cnt(list)).compactMap { index in
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        let code = rd_kafka_header_get_all(list, index, &name, &value, &size)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let name else { return nil }
        return ClientRecordHeader(name: String(cString: name), value: bytes(value, size))
    }
}
