import CRdkafka
import KafkaProtocol

/// What a broker says of the cluster: its brokers and topics, as any client sees them.
package struct ClusterMetadata: Hashable, Sendable {
    package struct Broker: Hashable, Sendable {
        package var id: BrokerID
        package var host: String
        package var port: Int
    }

    package struct Topic: Hashable, Sendable {
        package var name: String
        package var partitions: [Partition]
        package var error: ClientError?
    }

    package struct Partition: Hashable, Sendable {
        package var index: Int32
        /// Nil while there is none.
        package var leader: BrokerID?
        package var replicas: [BrokerID]
        package var isr: [BrokerID]
        package var error: ClientError?
    }

    /// Sorted by id.
    package var brokers: [Broker]
    /// Sorted by name.
    package var topics: [Topic]

    /// Asks for one topic, which brokers may create for it where they are set to, or for all.
    init(from handle: ClientHandle, topic: String?, milliseconds: Int) throws(ClientError) {
        var opaqueTopic: OpaquePointer?
        if let topic { opaqueTopic = rd_kafka_topic_new(handle.pointer, topic, nil) }
        defer { if let opaqueTopic { rd_kafka_topic_destroy(opaqueTopic) } }
        var answer: UnsafePointer<rd_kafka_metadata_t>?
        try ClientError.check(
            rd_kafka_metadata(
                handle.pointer, topic == nil ? 1 : 0, opaqueTopic, &answer, Int32(clamping: milliseconds)))
        guard let answer else { throw ClientError(code: .timedOut) }
        defer { rd_kafka_metadata_destroy(answer) }
        self.init(answer.pointee)
    }

    private init(_ metadata: rd_kafka_metadata_t) {
        brokers = UnsafeBufferPointer(start: metadata.brokers, count: Int(metadata.broker_cnt)).map {
            Broker(id: BrokerID($0.id), host: $0.host.map { String(cString: $0) } ?? "", port: Int($0.port))
        }
        .sorted { $0.id < $1.id }
        topics = UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt)).map { topic in
            Topic(
                name: topic.topic.map { String(cString: $0) } ?? "",
                partitions: UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt))
                    .map(Partition.init).sorted { $0.index < $1.index },
                error: ClientError(topic.err))
        }
        .sorted { $0.name < $1.name }
    }
}

extension ClusterMetadata.Partition {
    fileprivate init(_ partition: rd_kafka_metadata_partition_t) {
        self.index = partition.id
        self.leader = partition.leader < 0 ? nil : BrokerID(partition.leader)
        self.replicas = UnsafeBufferPointer(start: partition.replicas, count: Int(partition.replica_cnt))
            .map { BrokerID($0) }
        self.isr = UnsafeBufferPointer(start: partition.isrs, count: Int(partition.isr_cnt)).map { BrokerID($0) }
        self.error = ClientError(partition.err)
    }
}
