import KafkaProtocol

/// CreatePartitions (37), versions 0-3. `count` is the new total; existing partitions stay where they are.
///
/// - A topic named twice: INVALID_REQUEST. Unknown: UNKNOWN_TOPIC_OR_PARTITION. Not more than there are:
///   INVALID_PARTITIONS. Assignments that do not fit: INVALID_REPLICA_ASSIGNMENT. Too few brokers:
///   INVALID_REPLICATION_FACTOR. More than 10,000 new partitions in one request: POLICY_VIOLATION.
/// - New partitions have as many replicas as the first one. The timeout is not looked at.
extension Controller {
    mutating func createPartitions(
        _ request: CreatePartitionsRequest
    ) -> ControllerResult<CreatePartitionsResponse> {
        var response = CreatePartitionsResponse()
        var records: [MetadataRecord] = []
        var partitionsLeft = TopicPlan.mostPartitionsPerRequest
        let duplicates = Self.duplicates(among: request.topics.map(\.name))
        var results = duplicates.map {
            Self.partitionsResult($0, ControllerError(.invalidRequest, "Duplicate topic name."))
        }
        for topic in request.topics where !duplicates.contains(topic.name) {
            do throws(ControllerError) {
                let created = try recordsToGrow(topic, partitionsLeft: partitionsLeft)
                partitionsLeft -= created.count
                if !request.validateOnly { records += created }
                results.append(Self.partitionsResult(topic.name, nil))
            } catch {
                results.append(Self.partitionsResult(topic.name, error))
            }
        }
        response.results = results
        return ControllerResult(response, records: records)
    }

    private mutating func recordsToGrow(
        _ request: CreatePartitionsRequest.CreatePartitionsTopic, partitionsLeft: Int
    ) throws(ControllerError) -> [MetadataRecord] {
        guard let topic = state.image.topic(named: request.name), let first = topic.partitions.first else {
            throw ControllerError(.unknownTopicOrPartition, "This server does not host this topic-partition.")
        }
        let present = topic.partitions.count
        guard request.count != present else {
            throw ControllerError(.invalidPartitions, "Topic already has \(present) partition(s).")
        }
        guard request.count > present else {
            throw ControllerError(
                .invalidPartitions,
                "The topic \(topic.name) currently has \(present) partition(s); \(request.count) would not be an "
                    + "increase.")
        }
        let added = Int(request.count) - present
        try checkPartitionCount(added, left: partitionsLeft)
        let factor = first.replicas.count
        let plan: TopicPlan
        if let assignments = request.assignments {
            guard assignments.count == added else {
                throw ControllerError(
                    .invalidReplicaAssignment,
                    "Attempted to add \(added) additional partition(s), but only \(assignments.count) assignment(s) "
                        + "were specified.")
            }
            for assignment in assignments {
                try TopicPlan.check(assignment.brokerIds, replicationFactor: factor, image: state.image)
            }
            plan = TopicPlan(assignments: assignments.map(\.brokerIds))
        } else {
            plan = TopicPlan(assignments: try place(partitions: added, replicationFactor: factor))
        }
        return try plan.records(topicId: topic.id, first: present, image: state.image)
    }

    private static func partitionsResult(
        _ name: String, _ error: ControllerError?
    ) -> CreatePartitionsResponse.CreatePartitionsTopicResult {
        var result = CreatePartitionsResponse.CreatePartitionsTopicResult()
        result.name = name
        result.errorCode = error?.code ?? .none
        result.errorMessage = error?.message
        return result
    }
}
