import KafkaBroker
import KafkaProtocol
import Testing

@testable import KafkaCluster

/// Groups whose coordinator assigns (KIP-848), as their brokers tell of them.
@Suite struct ConsumerGroupSurveyTests {
    private let now = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_700_000_000_000)

    private func survey() -> ClusterSurvey {
        var survey = ClusterSurvey()
        var response = MetadataResponse()
        var broker = MetadataResponse.MetadataResponseBroker()
        broker.nodeId = 3
        response.brokers = [broker]
        survey.take(response, at: now)
        return survey
    }

    private func listed(
        _ state: String, type: String = "Consumer", protocolType: String = "consumer"
    ) -> ClusterSurvey.Answer {
        var group = ListGroupsResponse.ListedGroup()
        group.groupId = "billing"
        group.groupState = state
        group.groupType = type
        group.protocolType = protocolType
        var response = ListGroupsResponse()
        response.groups = [group]
        return .listGroups(response)
    }

    private func assignment(_ partitions: [Int32]) -> ConsumerGroupDescribeResponse.Assignment {
        var topic = ConsumerGroupDescribeResponse.TopicPartitions()
        topic.topicName = "orders"
        topic.partitions = partitions
        var assignment = ConsumerGroupDescribeResponse.Assignment()
        assignment.topicPartitions = [topic]
        return assignment
    }

    /// The first of two members still has what it is to give to the second.
    private func described(_ state: String, error: ErrorCode = .none) -> ClusterSurvey.Answer {
        var first = ConsumerGroupDescribeResponse.Member()
        first.memberId = "m-1"
        first.clientId = "app"
        first.clientHost = "/10.0.0.7"
        first.memberEpoch = 4
        first.assignment = assignment([0, 1])
        first.targetAssignment = assignment([0])
        var second = first
        second.memberId = "m-2"
        second.instanceId = "i-2"
        second.memberEpoch = 5
        second.assignment = assignment([])
        second.targetAssignment = assignment([1])
        var group = ConsumerGroupDescribeResponse.DescribedGroup()
        group.groupId = "billing"
        group.errorCode = error
        group.groupState = state
        group.groupEpoch = 5
        group.assignmentEpoch = 5
        group.assignorName = "uniform"
        group.members = [first, second]
        var response = ConsumerGroupDescribeResponse()
        response.groups = [group]
        return .describeConsumerGroups(response)
    }

    private func asks(_ survey: ClusterSurvey) -> [[String]] {
        survey.groupQuestions(for: 3).compactMap {
            if case .describeConsumerGroups(let request) = $0 { request.groupIds } else { nil }
        }
    }

    @Test func `a group whose coordinator assigns is described by its own request`() {
        // DescribeGroups calls it dead.
        var survey = survey()
        survey.take(listed("Stable"), from: 3, at: now)
        var request = ConsumerGroupDescribeRequest()
        request.groupIds = ["billing"]
        #expect(survey.groupQuestions(for: 3) == [.describeConsumerGroups(request), .committed(["billing"])])
    }

    @Test func `what a member has and what it is to have are told apart`() throws {
        // Between the two nobody reads a partition, or its old owner still does.
        var survey = survey()
        survey.take(listed("Reconciling"), from: 3, at: now)
        survey.take(described("Reconciling"), from: 3, at: now)
        let group = try #require(survey.snapshot(at: now).groups.first)
        #expect(group.state == "Reconciling" && group.generation == 5 && group.protocolName == "uniform")
        let members = try #require(group.members)
        #expect(members.map(\.id) == ["m-1", "m-2"] && members.map(\.epoch) == [4, 5])
        #expect(members.map(\.clientHost) == ["10.0.0.7", "10.0.0.7"] && members.map(\.instanceID) == [nil, "i-2"])
        #expect(members.map { $0.assignment.map(\.partition) } == [[0, 1], []])
        #expect(members.map { $0.target?.map(\.partition) } == [[0], [1]])
        #expect(group.partitions.map(\.member) == ["m-1", "m-1"])
    }

    @Test func `a broker that does not tell of members leaves them unknown`() throws {
        // Nobody and unknown are different things to who looks for a stuck consumer.
        var survey = survey()
        survey.take(listed("Stable"), from: 3, at: now)
        survey.take(described("", error: .coordinatorLoadInProgress), from: 3, at: now)
        let group = try #require(survey.snapshot(at: now).groups.first)
        #expect(group.state == "Stable" && group.members == nil && group.generation == nil)
        #expect(asks(survey) == [["billing"]])
    }

    @Test func `a group that goes over to the other protocol is described anew`() throws {
        // Its members stay, and come back one by one with another protocol.
        var survey = survey()
        survey.take(listed("Stable"), from: 3, at: now)
        survey.take(described("Stable"), from: 3, at: now)
        survey.finishedRound(with: 3)
        #expect(asks(survey) == [])
        survey.take(listed("Stable", type: "Classic"), from: 3, at: now)
        #expect(try #require(survey.snapshot(at: now).groups.first).members == nil)
        #expect(survey.groupQuestions(for: 3).contains { if case .describeGroups = $0 { true } else { false } })
    }

    @Test func `a group is asked for in each round while it reconciles`() {
        // Partitions go from one member to another, and the state is the same.
        var survey = survey()
        survey.take(listed("Reconciling"), from: 3, at: now)
        survey.take(described("Reconciling"), from: 3, at: now)
        survey.finishedRound(with: 3)
        #expect(asks(survey) == [["billing"]])
        survey.take(listed("Stable"), from: 3, at: now)
        survey.take(described("Stable"), from: 3, at: now)
        #expect(asks(survey) == [])
    }

    @Test func `a group whose members are gone is told from one that nobody ever joined`() throws {
        // In both nobody is there; in the second somebody may commit all the same.
        var survey = survey()
        survey.take(listed("Empty"), from: 3, at: now)
        #expect(try #require(survey.snapshot(at: now).groups.first).isDeserted)
        survey.take(listed("Stable"), from: 3, at: now)
        #expect(try #require(survey.snapshot(at: now).groups.first).isDeserted == false)
        survey.take(listed("Empty", type: "Classic", protocolType: ""), from: 3, at: now)
        #expect(try #require(survey.snapshot(at: now).groups.first).isDeserted == false)
    }

    @Test func `that members become known is no change of the group`() {
        // The first look at a group would be told as news.
        var old = ClusterSnapshot(takenAt: now, clusterID: "")
        old.groups = [ClusterSnapshot.Group(id: "billing", state: "Stable", members: nil)]
        var new = old
        new.groups[0].members = []
        #expect(SurveyChanges.events(from: old, to: new, at: now).isEmpty)
    }
}
