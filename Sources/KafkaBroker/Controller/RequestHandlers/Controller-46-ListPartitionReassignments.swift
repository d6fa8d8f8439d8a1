import KafkaProtocol

/// ListPartitionReassignments (46), version 0. The partitions that are on their way to other brokers, with what they have,
/// gain and lose; all of them, or those asked for.
///
/// - Topics and partitions that do not exist, or do not move, are left out. Speaks of what is durable: the answer goes
///   out once the metadata log is committed up to here. The timeout is not looked at.
extension Controller {
    func listPartitionReassignments(
        _ request: ListPartitionReassignmentsRequest
    ) -> ControllerResult<ListPartitionReassignmentsResponse> {
        var response = ListPartitionReassignmentsResponse()
        response.errorMessage = nil
        if let topics = request.topics {
            for topic in topics {
                guard let image = state.image.topic(named: topic.name) else { continue }
                add(topic.partitionIndexes.map { ($0, image.partition($0)) }, of: topic.name, to: &response)
            }
        } else {
            // The keys are sorted by topic id; the answer is by name, as everything else that lists topics.
            var moving: [TopicPartition] = []
            for key in state.index.partitionsBeingReassigned {
                guard let name = state.image.topicName(key.topicId) else { continue }
                moving.append(TopicPartition(topic: name, partition: key.partition))
            }
            for id in moving.sorted() {
                add([(id.partition, state.image.partition(id))], of: id.topic, to: &response)
            }
        }
        return ControllerResult(response)
    }

    private func add(
        _ partitions: [(index: Int32, image: PartitionImage?)], of topic: String,
        to response: inout ListPartitionReassignmentsResponse
    ) {
        let moving = partitions.compactMap { index, image in
            guard let image, image.isBeingReassigned else {
                return nil as ListPartitionReassignmentsResponse.OngoingPartitionReassignment?
            }
            var ongoing = ListPartitionReassignmentsResponse.OngoingPartitionReassignment()
            ongoing.partitionIndex = index
            ongoing.replicas = image.replicas
            ongoing.addingReplicas = image.addingReplicas
            ongoing.removingReplicas = image.removingReplicas
            return ongoing
        }
        if moving.isEmpty { return }
        if response.topics.last?.name != topic {
            var answer = ListPartitionReassignmentsResponse.OngoingTopicReassignment()
            answer.name = topic
            response.topics.append(answer)
        }
        response.topics[response.topics.count - 1].partitions += moving
    }
}
