import KafkaProtocol

/// Vote (52), versions 0-1. A voter gives its vote, or says whether it would.
///
/// - The vote is durable before it is answered (`Rule.persistsVotes`), and goes to one candidate of an epoch, whose log is
///   not behind this one.
/// - A pre-vote (KIP-996; a tagged field of ours, since 3.9 has none) changes nothing. Who hears of a living leader refuses.
/// - An older epoch is FENCED_LEADER_EPOCH, with the leader that is known; another cluster INCONSISTENT_CLUSTER_ID; a
///   candidate that is no voter, or a voter that is not this node, INCONSISTENT_VOTER_SET.
/// - Directories are not looked at: the voters never change.
extension MetadataQuorum {
    mutating func vote(_ request: VoteRequest, _ call: Controller.Call) throws(MetadataLogError) {
        var response = VoteResponse()
        if isOfAnotherCluster(request.clusterId) {
            response.errorCode = .inconsistentClusterId
            return respond(response, to: call)
        }
        guard let topic = request.topics.first, topic.topicName == MetadataLog.topic, topic.partitions.count == 1,
            let candidacy = topic.partitions.first, candidacy.partitionIndex == 0
        else {
            response.errorCode = .invalidRequest
            return respond(response, to: call)
        }
        var data = VoteResponse.PartitionData()
        let isForMe = request.voterId == settings.nodeId || request.voterId == .none
        if !settings.others.contains(candidacy.candidateId) || !isForMe {
            data.errorCode = .inconsistentVoterSet
        } else if candidacy.candidateEpoch < epoch {
            data.errorCode = .fencedLeaderEpoch
        } else {
            let (isGranted, actions) = state.voteRequested(
                .init(
                    candidate: candidacy.candidateId, epoch: candidacy.candidateEpoch,
                    logEnd: .init(epoch: candidacy.lastOffsetEpoch, offset: candidacy.lastOffset),
                    isPreVote: candidacy.isPreVote),
                ownEnd: log.end, now: call.now)
            try perform(actions, now: call.now)
            data.voteGranted = isGranted
        }
        data.leaderId = leader ?? .none
        data.leaderEpoch = epoch
        var answered = VoteResponse.TopicData()
        answered.topicName = MetadataLog.topic
        answered.partitions = [data]
        response.topics = [answered]
        respond(response, to: call)
    }
}

extension VoteRequest.PartitionData {
    /// Kafka has this as a field of version 2, from 4.0 on.
    private static let preVoteTag: UInt32 = 10_000

    /// Whether the candidate only asks how a vote would go.
    var isPreVote: Bool {
        get { unknownTaggedFields.contains { $0.tag == Self.preVoteTag } }
        set {
            unknownTaggedFields.removeAll { $0.tag == Self.preVoteTag }
            if newValue { unknownTaggedFields.append(TaggedField(tag: Self.preVoteTag, data: .init())) }
        }
    }
}
