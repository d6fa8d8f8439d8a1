import KafkaProtocol

/// DeleteTopics (20), versions 0-6. By name, from version 6 also by id.
///
/// - Named twice, or with name and id, or with neither: INVALID_REQUEST. Unknown: UNKNOWN_TOPIC_OR_PARTITION or
///   UNKNOWN_TOPIC_ID. `delete.topic.enable=false`: TOPIC_DELETION_DISABLED (v3+), INVALID_REQUEST before.
/// - Answers once the deletion is durable in the metadata log; brokers then remove the files.
extension Controller {
    func deleteTopics(_ request: DeleteTopicsRequest, version: Int16) -> ControllerResult<DeleteTopicsResponse> {
        var topics = request.topics
        if version < 6 {
            topics = request.topicNames.map {
                var topic = DeleteTopicsRequest.DeleteTopicState()
                topic.name = $0
                return topic
            }
        }
        var response = DeleteTopicsResponse()
        var records: [MetadataRecord] = []
        let names = topics.map { $0.name ?? state.image.topicName($0.topicId) ?? "" }
        let duplicates = Self.duplicates(among: names.filter { !$0.isEmpty })
        var refused: Set<String> = []
        for (topic, name) in zip(topics, names) {
            var result = DeleteTopicsResponse.DeletableTopicResult()
            result.name = topic.name
            result.topicId = topic.topicId
            do throws(ControllerError) {
                if duplicates.contains(name) {
                    // One answer for all of them.
                    guard refused.insert(name).inserted else { continue }
                    throw ControllerError(.invalidRequest, "Duplicate topic name.")
                }
                let found = try findTopic(topic, version: version)
                result.name = found.name
                result.topicId = found.id
                var record = RemoveTopicRecord()
                record.topicId = found.id
                records.append(.removeTopic(record))
            } catch {
                result.errorCode = error.code
                result.errorMessage = error.message
            }
            response.responses.append(result)
        }
        return ControllerResult(response, records: records)
    }

    private func findTopic(
        _ topic: DeleteTopicsRequest.DeleteTopicState, version: Int16
    ) throws(ControllerError) -> (name: String, id: Uuid) {
        guard settings.configuration.boolean("delete.topic.enable") else {
            throw ControllerError(
                version >= 3 ? .topicDeletionDisabled : .invalidRequest, "This cluster does not support topic deletion")
        }
        switch (topic.name, topic.topicId) {
        case (nil, .zero):
            throw ControllerError(.invalidRequest, "Neither topic name nor id were specified.")
        case (let name?, .zero):
            guard let id = state.image.topicId(name) else {
                throw ControllerError(
                    .unknownTopicOrPartition, "This server does not host this topic-partition.")
            }
            return (name, id)
        case (nil, let id):
            guard let name = state.image.topicName(id) else {
                throw ControllerError(.unknownTopicId, "This server does not host this topic ID.")
            }
            return (name, id)
        default:
            throw ControllerError(.invalidRequest, "You may not specify both topic name and topic id.")
        }
    }
}
