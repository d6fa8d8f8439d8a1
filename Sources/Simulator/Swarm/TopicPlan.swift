import KafkaProtocol

/// A topic as a simulation begins with it.
package struct TopicPlan: Hashable, Sendable {
    package var name: String
    package var partitions: Int32
    package var replicationFactor: Int16
    package var configs: [String: String] = [:]

    package init(name: String, partitions: Int32, replicationFactor: Int16, configs: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
        self.configs = configs
    }

    package func config(_ name: String) -> String? { configs[name] }

    var creation: CreateTopicsRequest {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = replicationFactor
        topic.configs = configs.sorted { $0.key < $1.key }.map { name, value in
            var config = CreateTopicsRequest.CreatableTopicConfig()
            config.name = name
            config.value = value
            return config
        }
        var request = CreateTopicsRequest()
        request.timeoutMs = 2000
        request.topics = [topic]
        return request
    }
}
