import KafkaProtocol

/// EndQuorumEpoch (54), versions 0-1. A leader gives its epoch up: this node stands for election, the sooner the better its
/// place among those that the leader prefers.
///
/// - An older epoch is FENCED_LEADER_EPOCH, and the answer names the leader that is known.
extension MetadataQuorum {
    mutating func endEpoch(_ request: EndQuorumEpochRequest, _ call: Controller.Call) throws(MetadataLogError) {
        var response = EndQuorumEpochResponse()
        guard !isOfAnotherCluster(request.clusterId), let topic = request.topics.first,
            let ended = topic.partitions.first
        else {
            response.errorCode = isOfAnotherCluster(request.clusterId) ? .inconsistentClusterId : .invalidRequest
            return respond(response, to: call)
        }
        var data = EndQuorumEpochResponse.PartitionData()
        if ended.leaderEpoch < epoch {
            data.errorCode = .fencedLeaderEpoch
        } else {
            let successors =
                call.version == 0
                ? ended.preferredSuccessors.map { BrokerID($0) } : ended.preferredCandidates.map(\.candidateId)
            let actions = state.epochEnded(
                by: ended.leaderId, epoch: ended.leaderEpoch, successors: successors, now: call.now)
            try perform(actions, now: call.now)
        }
        data.leaderId = leader ?? .none
        data.leaderEpoch = epoch
        var answered = EndQuorumEpochResponse.TopicData()
        answered.topicName = MetadataLog.topic
        answered.partitions = [data]
        response.topics = [answered]
        respond(response, to: call)
    }
}
