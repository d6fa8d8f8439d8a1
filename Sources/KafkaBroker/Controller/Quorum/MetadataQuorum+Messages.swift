import KafkaProtocol
import NIOCore

/// What goes to the other voters, and what comes back.
extension MetadataQuorum {
    static let voteVersion: Int16 = 1
    static let epochVersion: Int16 = 1
    static let fetchVersion: Int16 = 17
    static let fetchSnapshotVersion: Int16 = 1

    mutating func requestVote(from voter: BrokerID, isPreVote: Bool, now: Instant) {
        var partition = VoteRequest.PartitionData()
        partition.candidateEpoch = epoch
        partition.candidateId = settings.nodeId
        partition.lastOffsetEpoch = log.end.epoch
        partition.lastOffset = log.end.offset
        partition.isPreVote = isPreVote
        var topic = VoteRequest.TopicData()
        topic.topicName = MetadataLog.topic
        topic.partitions = [partition]
        var request = VoteRequest()
        request.clusterId = settings.clusterID
        request.voterId = voter
        request.topics = [topic]
        send(request, version: Self.voteVersion, to: voter, .vote(epoch: epoch, isPreVote: isPreVote), now: now)
    }

    mutating func announce(to voter: BrokerID, now: Instant) {
        var partition = BeginQuorumEpochRequest.PartitionData()
        partition.leaderId = settings.nodeId
        partition.leaderEpoch = epoch
        var topic = BeginQuorumEpochRequest.TopicData()
        topic.topicName = MetadataLog.topic
        topic.partitions = [partition]
        var request = BeginQuorumEpochRequest()
        request.clusterId = settings.clusterID
        request.voterId = voter
        request.topics = [topic]
        send(request, version: Self.epochVersion, to: voter, .beginEpoch, now: now)
    }

    mutating func endEpoch(to voter: BrokerID, _ successors: [BrokerID], now: Instant) {
        var partition = EndQuorumEpochRequest.PartitionData()
        partition.leaderId = settings.nodeId
        partition.leaderEpoch = epoch
        partition.preferredCandidates = successors.map {
            var candidate = EndQuorumEpochRequest.ReplicaInfo()
            candidate.candidateId = $0
            return candidate
        }
        var topic = EndQuorumEpochRequest.TopicData()
        topic.topicName = MetadataLog.topic
        topic.partitions = [partition]
        var request = EndQuorumEpochRequest()
        request.clusterId = settings.clusterID
        request.topics = [topic]
        send(request, version: Self.epochVersion, to: voter, .endEpoch, now: now)
    }

    mutating func send<Request: KafkaRequest>(
        _ request: Request, version: Int16, to voter: BrokerID, _ purpose: QuorumPurpose, now: Instant
    ) {
        let id = requests.add(to: voter, purpose, deadline: now + settings.requestTimeout)
        do throws(ProtocolError) {
            let frame = try RequestFrame.encode(
                request, version: version, correlationId: id, clientId: "controller-\(settings.nodeId)")
            out.append(.send(to: voter, .request(frame)))
        } catch {
            preconditionFailure("a request of our own can be written: \(error)")
        }
    }

    // MARK: Answers

    /// An answer of another voter. One that cannot be read is told by throwing `ProtocolError`, and counts as lost.
    package mutating func answered(by peer: BrokerID, _ frame: ByteBuffer, now: Instant) throws {
        guard let id = frame.getInteger(at: frame.readerIndex, as: Int32.self),
            let purpose = requests.answered(id, by: peer)
        else { return }
        do {
            switch purpose {
            case .vote(let epoch, let isPreVote):
                let response = try ResponseFrame.decode(VoteResponse.self, apiVersion: Self.voteVersion, from: frame)
                try voteAnswered(by: peer, epoch: epoch, isPreVote: isPreVote, response.response, now: now)
            case .beginEpoch:
                let answer = try ResponseFrame.decode(
                    BeginQuorumEpochResponse.self, apiVersion: Self.epochVersion, from: frame
                ).response
                guard let data = answer.topics.first?.partitions.first else { return }
                try heard(data.leaderEpoch, data.leaderId, now: now)
            case .endEpoch:
                let answer = try ResponseFrame.decode(
                    EndQuorumEpochResponse.self, apiVersion: Self.epochVersion, from: frame
                ).response
                guard let data = answer.topics.first?.partitions.first else { return }
                try heard(data.leaderEpoch, data.leaderId, now: now)
            case .fetch(let number):
                guard number == fetchUnderWay else { return }
                let answer = try ResponseFrame.decode(FetchResponse.self, apiVersion: Self.fetchVersion, from: frame)
                try fetchAnswered(by: peer, answer.response, now: now)
            case .fetchSnapshot(let number):
                guard number == fetchUnderWay else { return }
                let answer = try ResponseFrame.decode(
                    FetchSnapshotResponse.self, apiVersion: Self.fetchSnapshotVersion, from: frame)
                try snapshotAnswered(by: peer, answer.response, now: now)
            }
        } catch let error as ProtocolError {
            try failed(purpose, to: peer, now: now)
            throw error
        }
    }

    private mutating func voteAnswered(
        by peer: BrokerID, epoch asked: Int32, isPreVote: Bool, _ response: VoteResponse, now: Instant
    ) throws(MetadataLogError) {
        guard response.errorCode == .none, let data = response.topics.first?.partitions.first else { return }
        // Who votes for another has given up the leader that it still names.
        if !data.voteGranted { try heard(data.leaderEpoch, data.leaderId, now: now) }
        guard data.errorCode == .none else { return }
        let actions = state.voteAnswered(
            by: peer, askedEpoch: asked, isPreVote: isPreVote, granted: data.voteGranted, now: now)
        try perform(actions, now: now)
    }

    mutating func heard(_ epoch: Int32, _ leader: BrokerID, now: Instant) throws(MetadataLogError) {
        guard epoch >= 0 else { return }
        try perform(state.epochHeard(epoch, leader: leader == .none ? nil : leader, now: now), now: now)
    }

    /// A request had no answer: what still matters is sent again, after a pause.
    mutating func failed(_ purpose: QuorumPurpose, to peer: BrokerID, now: Instant) throws(MetadataLogError) {
        switch purpose {
        case .vote: retryLater(now: now)
        // The leader announces itself again to those who do not fetch; an epoch's end is seen by silence too.
        case .beginEpoch, .endEpoch: break
        case .fetch(let number), .fetchSnapshot(let number):
            guard number == fetchUnderWay else { return }
            fetchUnderWay = nil
            retryLater(now: now)
        }
    }

    mutating func retryLater(now: Instant) { retryAt = retryAt ?? now + settings.retryBackoff }

    mutating func askForVotesAgain(now: Instant) {
        guard let (voters, isPreVote) = state.unanswered else { return }
        for voter in voters { requestVote(from: voter, isPreVote: isPreVote, now: now) }
    }
}
