import Console
import KafkaCluster
import KafkaProtocol

/// Asks leaders for the first records that are not older than a time, one request to each of them.
struct OffsetsByTime: Sendable {
    var cluster: any ConsoleCluster

    /// Partitions without a leader, and those whose leader does not answer for them, are left out.
    func find(_ partitions: [TopicPartition], time: Int64) async throws -> [PartitionTime] {
        let snapshot = try await cluster.snapshot()
        var found: [PartitionTime] = []
        for broker in snapshot.brokers {
            let led = partitions.filter { snapshot.partition($0)?.leader == broker.id }.sorted()
            guard !led.isEmpty else { continue }
            let response = try await cluster.ask(Self.request(led, time: time), at: broker.id)
            for topic in response.topics {
                for partition in topic.partitions where partition.errorCode == .none {
                    found.append(
                        PartitionTime(
                            partition: TopicPartition(topic: topic.name, partition: partition.partitionIndex),
                            offset: partition.offset < 0 ? nil : partition.offset))
                }
            }
        }
        return found
    }

    private static func request(_ partitions: [TopicPartition], time: Int64) -> ListOffsetsRequest {
        var request = ListOffsetsRequest()
        request.replicaId = .none
        request.topics = partitions.byTopic().map { name, indexes in
            var topic = ListOffsetsRequest.ListOffsetsTopic()
            topic.name = name
            topic.partitions = indexes.map { index in
                var wanted = ListOffsetsRequest.ListOffsetsPartition()
                wanted.partitionIndex = index
                wanted.timestamp = time
                return wanted
            }
            return topic
        }
        return request
    }
}
