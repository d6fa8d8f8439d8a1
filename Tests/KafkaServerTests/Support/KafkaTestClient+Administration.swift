import KafkaProtocol
import Testing

/// What administrators ask for.
extension KafkaTestClient {
    /// Nil cancels.
    func reassign(_ id: TopicPartition, to target: [BrokerID]?) throws -> ErrorCode {
        var partition = AlterPartitionReassignmentsRequest.ReassignablePartition()
        partition.partitionIndex = id.partition
        partition.replicas = target
        var topic = AlterPartitionReassignmentsRequest.ReassignableTopic()
        topic.name = id.topic
        topic.partitions = [partition]
        var request = AlterPartitionReassignmentsRequest()
        request.topics = [topic]
        return try #require(try call(request, version: 0).responses.first?.partitions.first).errorCode
    }

    /// What each moving partition gains.
    func reassignments() throws -> [TopicPartition: [BrokerID]] {
        var found: [TopicPartition: [BrokerID]] = [:]
        for topic in try call(ListPartitionReassignmentsRequest(), version: 0).topics {
            for partition in topic.partitions {
                let id = TopicPartition(topic: topic.name, partition: partition.partitionIndex)
                found[id] = partition.addingReplicas
            }
        }
        return found
    }

    /// Type 2 is a topic, 4 a broker ("" for all brokers).
    func set(_ name: String, _ value: String, type: Int8, of resourceName: String) throws {
        var config = IncrementalAlterConfigsRequest.AlterableConfig()
        config.name = name
        config.value = value
        var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
        resource.resourceType = type
        resource.resourceName = resourceName
        resource.configs = [config]
        var request = IncrementalAlterConfigsRequest()
        request.resources = [resource]
        #expect(try call(request, version: 1).responses.map(\.errorCode) == [.none])
    }
}
