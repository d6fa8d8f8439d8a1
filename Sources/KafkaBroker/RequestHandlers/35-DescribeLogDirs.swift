import KafkaProtocol
import NIOCore

/// DescribeLogDirs (key 35), versions 0-4: the one log folder of this broker, and the size of each replica in it;
/// KAFKA_STORAGE_ERROR and no replicas when its disk has failed.
///
/// Not done: the size of the volume (-1, which Kafka defines as unknown), several folders, future replicas.
extension Broker {
    mutating func handleDescribeLogDirs(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try DescribeLogDirsRequest(decoding: body, version: context.version)
        var wanted: Set<TopicPartition>?
        if let topics = request.topics {
            wanted = Set(
                topics.flatMap { topic in
                    topic.partitions.map { TopicPartition(topic: topic.topic, partition: $0) }
                })
        }
        var directory = DescribeLogDirsResponse.DescribeLogDirsResult()
        directory.logDir = logDirectoryPath
        if logDirectory.failure != nil { directory.errorCode = .kafkaStorageError }
        let replicas = logDirectory.failure == nil ? Array(partitions.all) : []
        let described = replicas.filter { wanted?.contains($0.id) ?? true }.sorted { $0.id < $1.id }
        directory.topics = described.byTopic(\.id).map { name, partitions in
            var topic = DescribeLogDirsResponse.DescribeLogDirsTopic()
            topic.name = name
            topic.partitions = partitions.map { partition in
                var data = DescribeLogDirsResponse.DescribeLogDirsPartition()
                data.partitionIndex = partition.id.partition
                data.partitionSize = partition.log.sizeInBytes
                data.offsetLag = max(0, partition.highWatermark - partition.log.logEndOffset)
                return data
            }
            return topic
        }
        var response = DescribeLogDirsResponse()
        response.results = [directory]
        respond(context, with: response)
    }
}
