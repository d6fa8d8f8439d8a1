import KafkaProtocol

/// AlterPartitionReassignments (45), version 0. Moves partitions to other brokers while they are in use, or takes such a
/// move back; `PartitionReassignment` says how a move goes.
///
/// | refused because                                              | error                       |
/// |--------------------------------------------------------------|-----------------------------|
/// | no such topic or partition                                   | UNKNOWN_TOPIC_OR_PARTITION  |
/// | the target is empty, names a broker twice, or an unknown one | INVALID_REPLICA_ASSIGNMENT  |
/// | nothing is there to cancel (null replicas)                   | NO_REASSIGNMENT_IN_PROGRESS |
/// | only added replicas are in sync, and the topic allows no     | INVALID_REPLICA_ASSIGNMENT  |
/// | unclean election (cancel)                                    |                             |
/// | the same partition twice                                     | INVALID_REQUEST             |
///
/// - Answers once the move has begun and is durable; AlterPartition completes it later. What needs no copying, such as
///   another order, is done at once. The timeout is not looked at.
extension Controller {
    func alterPartitionReassignments(
        _ request: AlterPartitionReassignmentsRequest
    ) -> ControllerResult<AlterPartitionReassignmentsResponse> {
        var response = AlterPartitionReassignmentsResponse()
        response.errorMessage = nil
        var records: [MetadataRecord] = []
        var altered: Set<TopicPartition> = []
        for topic in request.topics {
            var answer = AlterPartitionReassignmentsResponse.ReassignableTopicResponse()
            answer.name = topic.name
            for wanted in topic.partitions {
                var result = AlterPartitionReassignmentsResponse.ReassignablePartitionResponse()
                result.partitionIndex = wanted.partitionIndex
                result.errorMessage = nil
                do throws(ControllerError) {
                    let id = TopicPartition(topic: topic.name, partition: wanted.partitionIndex)
                    guard altered.insert(id).inserted else {
                        throw ControllerError(.invalidRequest, "The partition \(id) is named more than once.")
                    }
                    if let record = try state.reassignment(of: id, to: wanted.replicas) {
                        records.append(.partitionChange(record))
                    }
                } catch {
                    result.errorCode = error.code
                    result.errorMessage = error.message
                }
                answer.partitions.append(result)
            }
            response.responses.append(answer)
        }
        return ControllerResult(response, records: records)
    }
}
