import Console
import KafkaClient
import KafkaProtocol
import KafkaServer
import Scenarios

/// What a scenario asks for as an administrator, over a connection of its own for each request.
struct ScenarioAdministration: Sendable {
    var cluster: EmbeddedCluster
    private var bootstrapServers: String { cluster.bootstrapServers }

    init(of cluster: EmbeddedCluster) { self.cluster = cluster }

    func perform(_ order: Administration) async throws {
        switch order {
        case .createTopic(let topic): try await create(topic)
        case .addPartitions(let topic, let count):
            var partitions = CreatePartitionsRequest.CreatePartitionsTopic()
            partitions.name = topic
            partitions.count = count
            partitions.assignments = nil
            var request = CreatePartitionsRequest()
            request.topics = [partitions]
            request.timeoutMs = 5000
            for result in try await ask(request, version: 3).results {
                try check(result.errorCode, result.errorMessage)
            }
        case .setTopic(let name, let settings): try await alter(resource: 2, name, settings)
        case .setBroker(let id, let settings): try await alter(resource: 4, id.map { "\($0)" } ?? "", settings)
        case .elect(let partition, let isUnclean):
            _ = try await LeaderElections(cluster: cluster).elect([partition], isUnclean: isUnclean)
        case .move(let partition, let brokers):
            try await ReplicaMoves(cluster: cluster)
                .begin([ReplicaMove(partition: partition, replicas: brokers)])
        case .deleteRecords(let partition, let offset):
            try await deleteRecords(partition, before: offset)
        }
    }

    private func create(_ topic: Scenario.Topic) async throws {
        var creatable = CreateTopicsRequest.CreatableTopic()
        creatable.name = topic.name
        if topic.replicas.isEmpty {
            creatable.numPartitions = topic.partitions
            creatable.replicationFactor = topic.replicationFactor
        } else {
            creatable.numPartitions = -1
            creatable.replicationFactor = -1
            creatable.assignments = topic.replicas.enumerated().map { index, brokers in
                var assignment = CreateTopicsRequest.CreatableReplicaAssignment()
                assignment.partitionIndex = Int32(index)
                assignment.brokerIds = brokers
                return assignment
            }
        }
        creatable.configs = topic.settings.map { setting in
            var config = CreateTopicsRequest.CreatableTopicConfig()
            config.name = setting.name
            config.value = setting.value
            return config
        }
        var request = CreateTopicsRequest()
        request.topics = [creatable]
        request.timeoutMs = 5000
        for result in try await ask(request, version: 7).topics {
            try check(result.errorCode, result.errorMessage)
        }
    }

    private func alter(resource: Int8, _ name: String, _ settings: [Setting]) async throws {
        var altered = IncrementalAlterConfigsRequest.AlterConfigsResource()
        altered.resourceType = resource
        altered.resourceName = name
        altered.configs = settings.map { setting in
            var config = IncrementalAlterConfigsRequest.AlterableConfig()
            config.name = setting.name
            config.value = setting.value
            return config
        }
        var request = IncrementalAlterConfigsRequest()
        request.resources = [altered]
        for result in try await ask(request, version: 1).responses {
            try check(result.errorCode, result.errorMessage)
        }
    }

    /// Only a partition's leader can.
    private func deleteRecords(_ partition: TopicPartition, before offset: Int64) async throws {
        var deleted = DeleteRecordsRequest.DeleteRecordsPartition()
        deleted.partitionIndex = partition.partition
        deleted.offset = offset
        var topic = DeleteRecordsRequest.DeleteRecordsTopic()
        topic.name = partition.topic
        topic.partitions = [deleted]
        var request = DeleteRecordsRequest()
        request.topics = [topic]
        request.timeoutMs = 5000
        var code = ErrorCode.leaderNotAvailable
        for server in bootstrapServers.split(separator: ",").map(String.init) {
            let response = try? await ask(request, version: 2, at: server)
            guard let result = response?.topics.first?.partitions.first else { continue }
            if result.errorCode == .none { return }
            if result.errorCode != .notLeaderOrFollower { code = result.errorCode }
        }
        try check(code, nil)
    }

    private func check(_ code: ErrorCode, _ message: String?) throws(Refusal) {
        if code != .none { throw Refusal(message.map { "\(code): \($0)" } ?? "\(code)") }
    }

    private func ask<Request: KafkaRequest & Sendable>(
        _ request: Request, version: Int16, at server: String? = nil
    ) async throws -> Request.Response where Request.Response: Sendable {
        try await RequestConnection.ask(request, version: version, of: server ?? bootstrapServers)
    }
}
