import KafkaProtocol

/// BeginQuorumEpoch (53), versions 0-1. A leader says that its epoch has begun: this node follows it.
///
/// - An older epoch is FENCED_LEADER_EPOCH, and the answer names the leader that is known.
/// - Addresses are not looked at: controllers reach each other by their ids.
extension MetadataQuorum {
    mutating func beginEpoch(_ request: BeginQuorumEpochRequest, _ call: Controller.Call) throws(MetadataLogError) {
        var response = BeginQuorumEpochResponse()
        guard !isOfAnotherCluster(request.clusterId), let topic = request.topics.first,
            let begun = topic.partitions.first
        else {
            response.errorCode = isOfAnotherCluster(request.clusterId) ? .inconsistentClusterId : .invalidRequest
            return respond(response, to: call)
        }
        var data = BeginQuorumEpochResponse.PartitionData()
        if begun.leaderEpoch < epoch {
            data.errorCode = .fencedLeaderEpoch
        } else if !settings.others.contains(begun.leaderId) {
            data.errorCode = .inconsistentVoterSet
        } else {
            try heard(begun.leaderEpoch, begun.leaderId, now: call.now)
        }
        data.leaderId = leader ?? .none
        data.leaderEpoch = epoch
        var answered = BeginQuorumEpochResponse.TopicData()
        answered.topicName = MetadataLog.topic
        answered.partitions = [data]
        response.topics = [answered]
        respond(response, to: call)
    }
}
