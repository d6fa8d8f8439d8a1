import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaCluster

/// How answers of brokers become a picture, and what is asked next.
@Suite struct ClusterSurveyTests {
    private let now = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_700_000_000_000)

    /// Brokers 1 to 3 of which 1 leads orders-0 and 2 leads orders-1.
    private func metadata(brokers: [BrokerID] = [1, 2, 3]) -> MetadataResponse {
        var response = MetadataResponse()
        response.clusterId = "a-cluster"
        response.controllerId = 3
        response.brokers = brokers.map { id in
            var broker = MetadataResponse.MetadataResponseBroker()
            broker.nodeId = id
            broker.host = "kafka-\(id)"
            broker.port = 9092
            return broker
        }
        var topic = MetadataResponse.MetadataResponseTopic()
        topic.name = "orders"
        topic.topicId = Uuid(high: 1, low: 2)
        topic.partitions = [partition(0, leader: 1, replicas: [1, 2]), partition(1, leader: 2, replicas: [2, 3])]
        response.topics = [topic]
        return response
    }

    private func partition(
        _ index: Int32, leader: BrokerID, replicas: [BrokerID], isr: [BrokerID]? = nil, epoch: Int32 = 4
    ) -> MetadataResponse.MetadataResponsePartition {
        var partition = MetadataResponse.MetadataResponsePartition()
        partition.partitionIndex = index
        partition.leaderId = leader
        partition.leaderEpoch = epoch
        partition.replicaNodes = replicas
        partition.isrNodes = isr ?? replicas
        return partition
    }

    private func offsets(_ pairs: [(Int32, Int64)], error: ErrorCode = .none) -> ListOffsetsResponse {
        var topic = ListOffsetsResponse.ListOffsetsTopicResponse()
        topic.name = "orders"
        topic.partitions = pairs.map { index, offset in
            var partition = ListOffsetsResponse.ListOffsetsPartitionResponse()
            partition.partitionIndex = index
            partition.offset = offset
            partition.errorCode = error
            return partition
        }
        var response = ListOffsetsResponse()
        response.topics = [topic]
        return response
    }

    private func survey() -> ClusterSurvey {
        var survey = ClusterSurvey()
        survey.take(metadata(), at: now)
        return survey
    }

    @Test func `nothing that was not answered is made up`() {
        // A zero in place of an unknown offset would read as an empty log.
        var survey = survey()
        let snapshot = survey.snapshot(at: now)
        #expect(snapshot.clusterID == "a-cluster")
        #expect(snapshot.heardAt == now)
        #expect(snapshot.brokers.map(\.id) == [1, 2, 3])
        #expect(snapshot.brokers.map(\.leaders) == [1, 1, 0])
        #expect(snapshot.brokers.allSatisfy { $0.logBytes == nil && $0.connections == nil })
        let partition = snapshot.topics[0].partitions[0]
        #expect(partition.leader == 1)
        #expect(partition.highWatermark == nil && partition.logEndOffset == nil && partition.logStartOffset == nil)
        #expect(partition.replicas.map(\.logEndOffset) == [nil, nil])
        #expect(partition.replicas.map(\.state) == [.leader, .inSync])
        #expect(snapshot.groups.isEmpty && snapshot.metadataOffset == nil && snapshot.recordsPerSecond == nil)
    }

    @Test func `a partition's figures are its leader's`() {
        // A follower knows the high watermark late.
        var survey = survey()
        survey.take(.offsets(.highWatermark, offsets([(0, 90)])), from: 1, at: now)
        survey.take(.offsets(.logEnd, offsets([(0, 100)])), from: 1, at: now)
        survey.take(.offsets(.logEnd, offsets([(0, 95), (1, 7)])), from: 2, at: now)
        let partitions = survey.snapshot(at: now).topics[0].partitions
        #expect(partitions[0].highWatermark == 90)
        #expect(partitions[0].logEndOffset == 100)
        #expect(partitions[0].replicas.map(\.logEndOffset) == [100, 95])
        #expect(partitions[1].highWatermark == nil)
        #expect(partitions[1].logEndOffset == 7)
    }

    @Test func `an error is no offset`() {
        // Its offset field says -1, or anything.
        var survey = survey()
        survey.take(.offsets(.highWatermark, offsets([(0, 90)])), from: 1, at: now)
        survey.take(.offsets(.highWatermark, offsets([(0, 12)], error: .notLeaderOrFollower)), from: 1, at: now)
        #expect(survey.snapshot(at: now).topics[0].partitions[0].highWatermark == nil)
    }

    @Test func `what a broker said before it fell silent is not known any more`() {
        // Old figures beside fresh ones would show a lag that is not there.
        var survey = survey()
        survey.take(.offsets(.highWatermark, offsets([(0, 90)])), from: 1, at: now)
        survey.silence(of: 1, "connection refused")
        let snapshot = survey.snapshot(at: now)
        #expect(snapshot.brokers[0].state == .unreachable)
        #expect(snapshot.topics[0].partitions[0].highWatermark == nil)
        #expect(snapshot.topics[0].partitions[0].replicas[0].state == .offline)
        survey.take(.offsets(.highWatermark, offsets([(0, 91)])), from: 1, at: now)
        #expect(survey.snapshot(at: now).brokers[0].state == .running)
    }

    @Test func `a broker that owes an answer for more than a second is late until it gives it or is silent`() {
        // A frozen leader's old end would stand beside its followers' new ones as if it were as new.
        var survey = survey()
        survey.beginRound(with: 1, at: now)
        #expect(survey.snapshot(at: now + .milliseconds(900)).brokers[0].lateSince == nil)
        #expect(survey.snapshot(at: now + .milliseconds(1400)).brokers[0].lateSince == now)
        #expect(survey.snapshot(at: now + .milliseconds(1400)).brokers[1].lateSince == nil)
        var answered = survey
        answered.finishedRound(with: 1)
        #expect(answered.snapshot(at: now + .milliseconds(1400)).brokers[0].lateSince == nil)
        survey.silence(of: 1, "frozen")
        let broker = survey.snapshot(at: now + .seconds(4)).brokers[0]
        #expect(broker.state == .unreachable && broker.lateSince == nil)
    }

    @Test func `a broker that is no longer listed is down, and stays in the picture`() {
        // Its replicas still belong to it.
        var survey = survey()
        survey.take(metadata(brokers: [1, 3]), at: now)
        let snapshot = survey.snapshot(at: now)
        #expect(snapshot.brokers.map(\.state) == [.running, .down, .running])
        #expect(snapshot.brokers[1].host == "kafka-2")
        #expect(snapshot.topics[0].partitions[0].replicas[1].state == .offline)
    }

    @Test func `one request of a kind to each broker`() throws {
        // A request or a consumer for each partition is what makes other tools slow.
        let survey = survey()
        let questions = survey.questions(for: 2)
        func partitions(_ mark: ClusterSurvey.Mark) throws -> [Int32] {
            let found = questions.compactMap { question -> ListOffsetsRequest? in
                if case .offsets(mark, let request) = question { request } else { nil }
            }
            try #require(found.count == 1)
            return found[0].topics.flatMap { $0.partitions.map(\.partitionIndex) }
        }
        #expect(try partitions(.highWatermark) == [1])
        #expect(try partitions(.logEnd) == [0, 1])
        #expect(try partitions(.logStart) == [1])
        // Two of these ask for offsets of the same partition, which Kafka refuses within one request.
        #expect(questions.count == 5)
    }

    @Test func `any replica is asked for its own log end, and only the leader for the high watermark`() {
        // -2 is Kafka's replica id for who looks for faults; a consumer (-1) is told the high watermark.
        for case .offsets(let mark, let request) in survey().questions(for: 2) {
            #expect(request.replicaId == (mark == .logEnd ? -2 : -1))
        }
    }

    @Test func `sizes are asked for in every fifth round`() {
        // A broker walks over all its segments for them.
        var survey = survey()
        survey.take(.offsets(.highWatermark, offsets([(1, 90)])), from: 2, at: now)
        var rounds: [Bool] = []
        for _ in 0..<6 {
            let asks = survey.questions(for: 2).contains { if case .logDirs = $0 { true } else { false } }
            rounds.append(asks)
            survey.finishedRound(with: 2)
        }
        #expect(rounds == [true, false, false, false, false, true])
    }

    @Test(arguments: [ClusterSurvey.Mark.logStart, .highWatermark], [false, true])
    func `what a new leader must tell is asked for at once`(mark: ClusterSurvey.Mark, areMany: Bool) {
        // Else it would be unknown for some seconds after each election, of many partitions for ten and more.
        var survey = survey()
        if areMany { survey.roomInRound = (partitions: 0, groups: 0) }
        survey.take(.offsets(.logStart, offsets([(1, 0)])), from: 2, at: now)
        survey.take(.offsets(.highWatermark, offsets([(1, 9)])), from: 2, at: now)
        survey.finishedRound(with: 2)
        func asked() -> [Int32] {
            for case .offsets(mark, let request) in survey.questions(for: 2) {
                return request.topics.flatMap { $0.partitions.map(\.partitionIndex) }
            }
            return []
        }
        // Of few, how far they may be read is asked for in each round.
        let before: [Int32] = areMany || mark == .logStart ? [] : [1]
        #expect(asked() == before)
        var moved = metadata()
        moved.topics[0].partitions[0].leaderId = 2
        survey.take(moved, at: now)
        #expect(asked() == [0] + before)
    }

    @Test func `of very many partitions those that are looked at come first`() {
        // Visible rows stay fresh; the others are a few seconds old.
        var survey = ClusterSurvey()
        var response = metadata()
        var large = response.topics[0]
        large.name = "large"
        large.partitions = (0..<Int32(ClusterSurvey().roomInRound.partitions)).map {
            partition($0, leader: 1, replicas: [1])
        }
        response.topics.append(large)
        survey.take(response, at: now)
        func asked() -> Set<String> {
            for case .offsets(.logEnd, let request) in survey.questions(for: 1) {
                return Set(request.topics.map(\.name))
            }
            return []
        }
        #expect(asked() == ["large", "orders"])
        survey.take(.offsets(.highWatermark, offsets([(0, 90)])), from: 1, at: now)
        survey.finishedRound(with: 1)
        survey.interest.topics = ["orders"]
        #expect(asked() == ["orders"])
        // What was not asked for keeps what it had.
        #expect(survey.snapshot(at: now).topics[1].partitions[0].highWatermark == 90)
    }

    @Test func `of very many partitions all are asked for more often while something moves`() throws {
        // A cluster at rest is looked at for less than a hundredth of a core.
        var survey = ClusterSurvey()
        var response = metadata()
        response.topics[0].partitions = (0...Int32(ClusterSurvey().roomInRound.partitions)).map {
            partition($0, leader: 1, replicas: [1])
        }
        survey.take(response, at: now)
        func round(end: Int64) -> Bool {
            var isWhole = false
            for case .offsets(let mark, _) in survey.questions(for: 1) {
                if mark == .logEnd { isWhole = true }
                survey.take(.offsets(mark, offsets([(0, end)])), from: 1, at: now)
            }
            survey.finishedRound(with: 1)
            return isWhole
        }
        survey.take(.listGroups(ListGroupsResponse()), from: 1, at: now)
        let rounds = (0..<31).map { round(end: $0 < 6 ? Int64($0) : 5) }
        #expect(rounds.indices.filter { rounds[$0] } == [0, 5, 10, 20, 30])
    }

    // MARK: Groups

    private func listed(_ id: String, _ state: String, type: String = "classic") -> ListGroupsResponse {
        var group = ListGroupsResponse.ListedGroup()
        group.groupId = id
        group.groupState = state
        group.groupType = type
        group.protocolType = "consumer"
        var response = ListGroupsResponse()
        response.groups = [group]
        return response
    }

    private func described(_ id: String, _ state: String) throws -> DescribeGroupsResponse {
        var topic = ConsumerProtocolAssignment.TopicPartition()
        topic.topic = "orders"
        topic.partitions = [0]
        var assignment = ConsumerProtocolAssignment()
        assignment.assignedPartitions = [topic]
        var member = DescribeGroupsResponse.DescribedGroupMember()
        member.memberId = "m-1"
        member.clientId = "app"
        member.clientHost = "/10.0.0.7"
        member.memberAssignment = try assignment.encodeVersioned()
        var group = DescribeGroupsResponse.DescribedGroup()
        group.groupId = id
        group.groupState = state
        group.protocolType = "consumer"
        group.protocolData = "range"
        group.members = [member]
        var response = DescribeGroupsResponse()
        response.groups = [group]
        return response
    }

    private func committed(_ id: String, _ offset: Int64) -> OffsetFetchResponse.OffsetFetchResponseGroup {
        var partition = OffsetFetchResponse.OffsetFetchResponsePartitions()
        partition.partitionIndex = 0
        partition.committedOffset = offset
        var topic = OffsetFetchResponse.OffsetFetchResponseTopics()
        topic.name = "orders"
        topic.partitions = [partition]
        var group = OffsetFetchResponse.OffsetFetchResponseGroup()
        group.groupId = id
        group.topics = [topic]
        return group
    }

    @Test func `a group's lag is measured against the high watermark of the leader`() throws {
        // The committed offset comes from the coordinator, the end from another broker.
        var survey = survey()
        survey.take(.offsets(.highWatermark, offsets([(0, 90)])), from: 1, at: now)
        survey.take(.listGroups(listed("billing", "Stable")), from: 3, at: now)
        survey.take(.describeGroups(try described("billing", "Stable")), from: 3, at: now)
        survey.take(.committed([committed("billing", 80)]), from: 3, at: now)
        let group = try #require(survey.snapshot(at: now).groups.first)
        #expect(group.coordinator == 3)
        #expect(group.state == "Stable")
        #expect(group.protocolName == "range")
        #expect(group.generation == nil)
        #expect(group.members?.map(\.clientHost) == ["10.0.0.7"])
        #expect(group.partitions.map(\.member) == ["m-1"])
        #expect(group.lag == 10)
    }

    @Test(arguments: [false, true])
    func `of two brokers that list a group the elected one is believed`(areMany: Bool) throws {
        // One that is cut off goes on listing it. Its successor may list it before the metadata tell of the election.
        func decided(coordinator: BrokerID) -> MetadataResponse {
            var response = metadata()
            var offsets = response.topics[0]
            offsets.name = GroupCoordinator.topic
            offsets.topicId = Uuid(high: 7, low: 7)
            offsets.partitions = [partition(0, leader: coordinator, replicas: [1, 2, 3])]
            response.topics.append(offsets)
            return response
        }
        var survey = ClusterSurvey()
        if areMany { survey.roomInRound = (partitions: 0, groups: 0) }
        survey.take(decided(coordinator: 1), at: now)
        survey.take(.listGroups(listed("billing", "Empty")), from: 1, at: now)
        survey.take(.listGroups(listed("billing", "Stable")), from: 2, at: now)
        #expect(try #require(survey.snapshot(at: now).groups.first).coordinator == 1)
        let question = survey.metadataQuestion
        #expect(question.isWhole != areMany)
        var answer = decided(coordinator: 2)
        if !question.isWhole {
            // However many topics there are, this one is asked for each time.
            #expect(question.request.topics?.map(\.name) == [GroupCoordinator.topic])
            answer.topics.removeAll { $0.name != GroupCoordinator.topic }
        }
        survey.take(answer, isWhole: question.isWhole, at: now)
        let group = try #require(survey.snapshot(at: now).groups.first)
        #expect(group.coordinator == 2 && group.state == "Stable")
    }

    @Test func `a group is described again when its state is another`() throws {
        // Members change with it.
        var survey = survey()
        survey.take(.listGroups(listed("billing", "Stable")), from: 3, at: now)
        survey.take(.describeGroups(try described("billing", "Stable")), from: 3, at: now)
        survey.finishedRound(with: 3)
        func asks() -> Bool {
            survey.groupQuestions(for: 3).contains { if case .describeGroups = $0 { true } else { false } }
        }
        #expect(!asks())
        survey.take(.listGroups(listed("billing", "PreparingRebalance")), from: 3, at: now)
        #expect(asks())
    }

    @Test func `a broker that still loads its groups forgets none`() {
        // Its list is short for a moment only.
        var survey = survey()
        survey.take(.listGroups(listed("billing", "Stable")), from: 3, at: now)
        var loading = ListGroupsResponse()
        loading.errorCode = .coordinatorLoadInProgress
        survey.take(.listGroups(loading), from: 3, at: now)
        #expect(survey.snapshot(at: now).groups.map(\.id) == ["billing"])
    }

    @Test func `older brokers are asked for each group by itself`() throws {
        // Version 8 brought several groups in one request.
        #expect(CommittedOffsets.requests(for: ["a", "b"], version: 9).count == 1)
        let old = CommittedOffsets.requests(for: ["a", "b"], version: 7)
        #expect(old.map(\.group) == ["a", "b"])
        var partition = OffsetFetchResponse.OffsetFetchResponsePartition()
        partition.committedOffset = 5
        var topic = OffsetFetchResponse.OffsetFetchResponseTopic()
        topic.name = "orders"
        topic.partitions = [partition]
        var response = OffsetFetchResponse()
        response.topics = [topic]
        let group = try #require(CommittedOffsets.groups(response, of: "a").first)
        #expect(group.groupId == "a")
        #expect(group.topics[0].partitions[0].committedOffset == 5)
    }

    // MARK: Controllers

    private func quorum(leader: BrokerID, fetched: [BrokerID: Int64], ends: [BrokerID: Int64] = [:])
        -> DescribeQuorumResponse
    {
        var partition = DescribeQuorumResponse.PartitionData()
        partition.leaderId = leader
        partition.highWatermark = 500
        partition.currentVoters = fetched.keys.sorted().map { id in
            var voter = DescribeQuorumResponse.ReplicaState()
            voter.replicaId = id
            voter.lastFetchTimestamp = fetched[id] ?? -1
            return voter
        }
        partition.observers = ends.keys.sorted().map { id in
            var observer = DescribeQuorumResponse.ReplicaState()
            observer.replicaId = id
            observer.logEndOffset = ends[id] ?? -1
            observer.lastFetchTimestamp = 100_000
            return observer
        }
        var topic = DescribeQuorumResponse.TopicData()
        topic.partitions = [partition]
        var response = DescribeQuorumResponse()
        response.topics = [topic]
        return response
    }

    @Test func `a voter that does not fetch is down`() {
        // The quorum's leader says when each asked it last.
        var survey = survey()
        survey.take(quorum(leader: 101, fetched: [101: -1, 102: 99_800, 103: 90_000], ends: [1: 500]))
        let snapshot = survey.snapshot(at: now)
        #expect(snapshot.controller == 101)
        #expect(snapshot.metadataOffset == 499)
        #expect(snapshot.controllers.map(\.isUp) == [true, true, false])
        #expect(snapshot.controllers.map(\.isActive) == [true, false, false])
    }

    @Test func `without an answer about the quorum nobody is known to decide`() {
        // With KRaft the controller in the metadata is any broker.
        var survey = survey()
        #expect(survey.snapshot(at: now).controller == nil)
        survey.take(quorum(leader: 101, fetched: [101: -1]))
        survey.quorumIsSilent(isUnsupported: false)
        #expect(survey.snapshot(at: now).controller == nil)
        #expect(survey.snapshot(at: now).controllers.isEmpty)
    }

    @Test func `a broker that cannot tell who decides changes nothing`() {
        // Another may know: only when nobody does is the controller lost.
        var survey = survey()
        survey.take(quorum(leader: 101, fetched: [101: -1]))
        var refusal = DescribeQuorumResponse()
        refusal.errorCode = .requestTimedOut
        let isTold = survey.take(refusal)
        #expect(!isTold)
        #expect(survey.snapshot(at: now).controller == 101)
        #expect(survey.quorumBrokers(first: 2) == [2, 3, 1])
        survey.silence(of: 3, "frozen")
        #expect(survey.quorumBrokers(first: 2) == [2, 1])
    }

    @Test func `a cluster without a quorum names its controller in the metadata`() {
        // ZooKeeper's clusters do not know DescribeQuorum.
        var survey = survey()
        survey.quorumIsSilent(isUnsupported: true)
        #expect(survey.snapshot(at: now).controller == 3)
        #expect(survey.snapshot(at: now).controllers.isEmpty)
    }

    @Test func `a broker that lags in the metadata log is not asked for the metadata`() {
        // One that is cut off from the controllers answers all the same, with what was.
        var survey = survey()
        #expect(survey.metadataBroker(after: nil) == 1)
        survey.take(quorum(leader: 101, fetched: [101: -1], ends: [1: 400, 2: 500, 3: 498]))
        #expect(survey.metadataBroker(after: 1) == 2)
        #expect(survey.metadataBroker(after: 3) == 3)
        survey.silence(of: 3, "frozen")
        #expect(survey.metadataBroker(after: 3) == 1)
    }

    @Test func `a cluster that answers slowly is asked less often`() {
        // A client must not become the cluster's load.
        #expect(ClusterSurvey.pause(afterRoundOf: .milliseconds(20)) == .milliseconds(980))
        #expect(ClusterSurvey.pause(afterRoundOf: .seconds(2)) == .seconds(6))
    }
}
