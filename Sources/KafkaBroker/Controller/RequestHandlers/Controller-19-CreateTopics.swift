import KafkaProtocol

/// CreateTopics (19), versions 0-7. Creates each topic whole or not at all.
///
/// | refused because                                            | error                      |
/// |------------------------------------------------------------|----------------------------|
/// | named twice in the request; the metadata topic's own name  | INVALID_REQUEST            |
/// | not a topic's name; collides with one (dots, underscores)  | INVALID_TOPIC_EXCEPTION    |
/// | exists already                                             | TOPIC_ALREADY_EXISTS       |
/// | a setting is unknown or has a bad value                    | INVALID_CONFIG             |
/// | assignments and counts are both given                      | INVALID_REQUEST            |
/// | assignments do not fit the brokers, or have gaps           | INVALID_REPLICA_ASSIGNMENT |
/// | partitions < 1                                             | INVALID_PARTITIONS         |
/// | replicas < 1, or more than brokers are registered          | INVALID_REPLICATION_FACTOR |
/// | more than 10,000 partitions in the request                 | POLICY_VIOLATION           |
///
/// - -1 stands for `num.partitions` and `default.replication.factor`, the latter at most the number of brokers.
/// - Answers once the topics are durable in the metadata log; brokers may take a moment longer. The timeout is not
///   looked at, since nothing here waits longer than a flush.
extension Controller {
    mutating func createTopics(_ request: CreateTopicsRequest) -> ControllerResult<CreateTopicsResponse> {
        var response = CreateTopicsResponse()
        var records: [MetadataRecord] = []
        var accepted = TopicCollisions(state.image)
        var partitionsLeft = TopicPlan.mostPartitionsPerRequest
        let duplicates = Self.duplicates(among: request.topics.map(\.name))
        response.topics = duplicates.map {
            Self.refusedTopic($0, ControllerError(.invalidRequest, "Duplicate topic name."))
        }
        for topic in request.topics where !duplicates.contains(topic.name) {
            do throws(ControllerError) {
                try checkNewName(topic.name, accepted: accepted)
                let creation = try planTopic(topic, partitionsLeft: partitionsLeft)
                partitionsLeft -= creation.plan.assignments.count
                accepted.insert(topic.name)
                if !request.validateOnly { records += creation.records }
                response.topics.append(createdTopic(topic, creation, validateOnly: request.validateOnly))
            } catch {
                response.topics.append(Self.refusedTopic(topic.name, error))
            }
        }
        return ControllerResult(response, records: records)
    }

    private func checkNewName(_ name: String, accepted: TopicCollisions) throws(ControllerError) {
        if name == MetadataLog.topic {
            throw ControllerError(.invalidRequest, "Creation of internal topic \(name) is prohibited.")
        }
        if let problem = TopicName.problem(with: name) {
            throw ControllerError(.invalidTopicException, "Topic name is invalid: \(problem)")
        }
        if state.image.topicId(name) != nil {
            throw ControllerError(.topicAlreadyExists, "Topic '\(name)' already exists.")
        }
        if let other = accepted.collision(with: name) {
            throw ControllerError(
                .invalidTopicException, "Topic '\(name)' collides with existing topic: \(other)")
        }
    }

    private struct TopicCreation {
        var id: Uuid
        var plan: TopicPlan
        var records: [MetadataRecord]
    }

    private mutating func planTopic(
        _ topic: CreateTopicsRequest.CreatableTopic, partitionsLeft: Int
    ) throws(ControllerError) -> TopicCreation {
        let changes = topic.configs.map { ConfigChanges.Change(name: $0.name, operation: .set, value: $0.value) }
        let configRecords = try ConfigChanges(state.image).incremental(changes, of: .topic(topic.name))
        let plan =
            topic.assignments.isEmpty
            ? try placeTopic(topic, partitionsLeft: partitionsLeft)
            : try assignTopic(topic, partitionsLeft: partitionsLeft)
        let id = Uuid.random(using: &random)
        var record = TopicRecord()
        record.name = topic.name
        record.topicId = id
        let partitions = try plan.records(topicId: id, first: 0, image: state.image)
        return TopicCreation(id: id, plan: plan, records: [.topic(record)] + configRecords + partitions)
    }

    private func assignTopic(
        _ topic: CreateTopicsRequest.CreatableTopic, partitionsLeft: Int
    ) throws(ControllerError) -> TopicPlan {
        if topic.replicationFactor != -1 {
            throw ControllerError(
                .invalidRequest,
                "A manual partition assignment was specified, but replication factor was not set to -1.")
        }
        if topic.numPartitions != -1 {
            throw ControllerError(
                .invalidRequest,
                "A manual partition assignment was specified, but numPartitions was not set to -1.")
        }
        try checkPartitionCount(topic.assignments.count, left: partitionsLeft)
        let sorted = topic.assignments.sorted { $0.partitionIndex < $1.partitionIndex }
        for (earlier, later) in zip(sorted, sorted.dropFirst()) where earlier.partitionIndex == later.partitionIndex {
            throw ControllerError(
                .invalidReplicaAssignment,
                "Found multiple manual partition assignments for partition \(later.partitionIndex)")
        }
        for assignment in topic.assignments {
            try TopicPlan.check(
                assignment.brokerIds, replicationFactor: topic.assignments.first?.brokerIds.count, image: state.image)
        }
        guard sorted.enumerated().allSatisfy({ Int32($0.offset) == $0.element.partitionIndex }) else {
            throw ControllerError(
                .invalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence")
        }
        return TopicPlan(assignments: sorted.map(\.brokerIds))
    }

    private mutating func placeTopic(
        _ topic: CreateTopicsRequest.CreatableTopic, partitionsLeft: Int
    ) throws(ControllerError) -> TopicPlan {
        guard topic.replicationFactor >= 1 || topic.replicationFactor == -1 else {
            throw ControllerError(
                .invalidReplicationFactor,
                "Replication factor must be larger than 0, or -1 to use the default value.")
        }
        guard topic.numPartitions >= 1 || topic.numPartitions == -1 else {
            throw ControllerError(
                .invalidPartitions, "Number of partitions was set to an invalid non-positive value.")
        }
        let partitions =
            topic.numPartitions == -1
            ? Int(settings.configuration.integer("num.partitions")) : Int(topic.numPartitions)
        try checkPartitionCount(partitions, left: partitionsLeft)
        let byDefault = min(
            Int(settings.configuration.integer("default.replication.factor")), max(1, state.image.brokers.count))
        let factor = topic.replicationFactor == -1 ? byDefault : Int(topic.replicationFactor)
        return TopicPlan(assignments: try place(partitions: partitions, replicationFactor: factor))
    }

    mutating func place(
        partitions: Int, replicationFactor: Int
    ) throws(ControllerError) -> [[BrokerID]] {
        do {
            return try ReplicaPlacement(state.image).place(
                partitions: partitions, replicationFactor: replicationFactor, using: &random)
        } catch {
            throw ControllerError(
                .invalidReplicationFactor,
                "Unable to replicate the partition \(replicationFactor) time(s): \(error)")
        }
    }

    func checkPartitionCount(_ count: Int, left: Int) throws(ControllerError) {
        if count > left {
            throw ControllerError(
                .policyViolation,
                "Excessively large number of partitions per request: at most \(TopicPlan.mostPartitionsPerRequest).")
        }
    }

    private func createdTopic(
        _ topic: CreateTopicsRequest.CreatableTopic, _ creation: TopicCreation, validateOnly: Bool
    ) -> CreateTopicsResponse.CreatableTopicResult {
        var result = CreateTopicsResponse.CreatableTopicResult()
        result.name = topic.name
        result.topicId = validateOnly ? .zero : creation.id
        result.errorMessage = nil
        result.numPartitions = Int32(creation.plan.assignments.count)
        result.replicationFactor = Int16(clamping: creation.plan.assignments.first?.count ?? 0)
        result.configs = ConfigurationTable.topics.definitions.map { definition in
            var entry = state.image.topicConfigEntry(
                definition, topic: topic.name, node: settings.nodeId, configuration: settings.configuration)
            if let given = topic.configs.first(where: { $0.name == definition.name }) {
                entry.value = given.value
                entry.source = .dynamicTopicConfig
            }
            var config = CreateTopicsResponse.CreatableTopicConfigs()
            config.name = entry.name
            config.value = entry.value
            config.readOnly = entry.isReadOnly
            config.configSource = entry.source.rawValue
            return config
        }
        return result
    }

    private static func refusedTopic(
        _ name: String, _ error: ControllerError
    ) -> CreateTopicsResponse.CreatableTopicResult {
        var result = CreateTopicsResponse.CreatableTopicResult()
        result.name = name
        result.errorCode = error.code
        result.errorMessage = error.message
        return result
    }

    /// Names that come more than once, in the order of their first coming.
    static func duplicates(among names: [String]) -> [String] {
        var counts: [String: Int] = [:]
        for name in names { counts[name, default: 0] += 1 }
        var seen: Set<String> = []
        return names.filter { (counts[$0] ?? 0) > 1 && seen.insert($0).inserted }
    }
}
