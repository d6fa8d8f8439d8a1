import KafkaBroker
import KafkaProtocol
import Testing

/// What administrators ask for.
extension TestClient {
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

    struct Reassignment: Equatable {
        var partition: TopicPartition
        var adding: [BrokerID]
        var removing: [BrokerID]
    }

    func reassignments() throws -> [Reassignment] {
        try call(ListPartitionReassignmentsRequest(), version: 0).topics.flatMap { topic in
            topic.partitions.map {
                Reassignment(
                    partition: TopicPartition(topic: topic.name, partition: $0.partitionIndex),
                    adding: $0.addingReplicas, removing: $0.removingReplicas)
            }
        }
    }

    func unregister(_ broker: BrokerID) throws -> ErrorCode {
        var request = UnregisterBrokerRequest()
        request.brokerId = broker
        return try call(request, version: 0).errorCode
    }

    /// Sets or, with nil, unsets one setting: type 2 of a topic, 4 of a broker ("" for all brokers).
    func set(_ name: String, _ value: String?, type: Int8, of resourceName: String) throws {
        var config = IncrementalAlterConfigsRequest.AlterableConfig()
        config.name = name
        config.value = value
        config.configOperation = value == nil ? 1 : 0
        var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
        resource.resourceType = type
        resource.resourceName = resourceName
        resource.configs = [config]
        var request = IncrementalAlterConfigsRequest()
        request.resources = [resource]
        #expect(try call(request, version: 1).responses.map(\.errorCode) == [.none])
    }

    /// Elections by request: type 0 preferred, 1 unclean.
    func elect(_ id: TopicPartition, type: Int8) throws -> ErrorCode {
        var topic = ElectLeadersRequest.TopicPartitions()
        topic.topic = id.topic
        topic.partitions = [id.partition]
        var request = ElectLeadersRequest()
        request.electionType = type
        request.topicPartitions = [topic]
        return try #require(try call(request, version: 2).replicaElectionResults.first?.partitionResult.first).errorCode
    }
}
