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
        directory.logDir = settings.logDirPath ?? (settings.logDir.isEmpty ? "." : settings.logDir)
        if logDirectory.failure != nil { directory.errorCode = .kafkaStorageError }
        let replicas = logDirectory.failure == nil ? Array(partitions.all) : []
        for partition in replicas.sorted(by: { $0.id < $1.id }) where wanted?.contains(partition.id) ?? true {
            var data = DescribeLogDirsResponse.DescribeLogDirsPartition()
            data.partitionIndex = partition.id.partition
            data.partitionSize = partition.log.sizeInBytes
            data.offsetLag = max(0, partition.highWatermark - partition.log.logEndOffset)
            if directory.topics.last?.name != partition.id.topic {
                var topic = DescribeLogDirsResponse.DescribeLogDirsTopic()
                topic.name = partition.id.topic
                directory.topics.append(topic)
            }
            directory.topics[directory.topics.count - 1].partitions.append(data)
        }
        var response = DescribeLogDirsResponse()
        response.results = [directory]
        respond(context, with: response)
    }
}
