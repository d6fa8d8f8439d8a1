import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

@testable import Simulator

/// A member of a group against answers by hand.
@Suite struct SimulatedMemberTests {
    private func cluster() -> ScriptedCluster<SimulatedMember> {
        var settings = GroupMemberSettings(group: "readers", topics: ["orders"])
        settings.commitsLate = true
        settings.heartbeatInterval = .milliseconds(200)
        settings.commitInterval = .milliseconds(100)
        let network = NetworkSettings(name: "member", number: 6, seed: 6, bootstrap: [1])
        var cluster = ScriptedCluster(SimulatedMember(settings, network: network))
        cluster.leaders = [(1, 0)]
        return cluster
    }

    private typealias Cluster = ScriptedCluster<SimulatedMember>

    private func answerCoordinator(_ cluster: inout Cluster) throws {
        let (request, _) = try cluster.next(FindCoordinatorRequest.self)
        var coordinator = FindCoordinatorResponse.Coordinator()
        coordinator.key = "readers"
        coordinator.nodeId = 2
        var answer = FindCoordinatorResponse()
        answer.coordinators = [coordinator]
        try cluster.answer(request, answer)
    }

    private func join(_ generation: Int32, _ cluster: inout Cluster) throws {
        let (request, joining) = try cluster.next(JoinGroupRequest.self)
        #expect(joining.memberId == (generation == 1 ? "" : "m"))
        var answer = JoinGroupResponse()
        answer.generationId = generation
        answer.protocolName = joining.protocols.first?.name
        answer.leader = "another"
        answer.memberId = "m"
        try cluster.answer(request, answer)
    }

    private func sync(_ cluster: inout Cluster) throws {
        let (request, _) = try cluster.next(SyncGroupRequest.self)
        var answer = SyncGroupResponse()
        answer.assignment = SimulatedMember.encode([TopicPartition(topic: "orders", partition: 0)])
        try cluster.answer(request, answer)
    }

    private func answerOffset(_ offset: Int64, _ cluster: inout Cluster) throws {
        let (request, _) = try cluster.next(OffsetFetchRequest.self)
        var partition = OffsetFetchResponse.OffsetFetchResponsePartitions()
        partition.committedOffset = offset
        var topic = OffsetFetchResponse.OffsetFetchResponseTopics()
        topic.name = "orders"
        topic.partitions = [partition]
        var group = OffsetFetchResponse.OffsetFetchResponseGroup()
        group.groupId = "readers"
        group.topics = [topic]
        var answer = OffsetFetchResponse()
        answer.groups = [group]
        try cluster.answer(request, answer)
    }

    private func answerFetch(_ offset: Int64, _ cluster: inout Cluster) throws {
        let (request, asked) = try cluster.next(FetchRequest.self)
        #expect(asked.topics.first?.partitions.first?.fetchOffset == offset)
        var builder = RecordBatchBuilder(baseOffset: offset, partitionLeaderEpoch: 0)
        try builder.append(key: nil, value: ByteBuffer(string: "record"), timestamp: 1)
        var partition = FetchResponse.PartitionData()
        partition.highWatermark = offset + 1
        partition.records = .bytes(try builder.build().bytes)
        var topic = FetchResponse.FetchableTopicResponse()
        topic.topicId = cluster.topicId
        topic.partitions = [partition]
        var answer = FetchResponse()
        answer.responses = [topic]
        try cluster.answer(request, answer)
    }

    @Test func `a member reads on from what its group has committed, and commits what it was handed`() throws {
        // Neither more, nor from elsewhere.
        var cluster = cluster()
        try cluster.step(.deadlineReached)
        try answerCoordinator(&cluster)
        try join(1, &cluster)
        try sync(&cluster)
        try answerOffset(7, &cluster)
        try answerFetch(7, &cluster)
        let (_, commit) = try cluster.next(OffsetCommitRequest.self)
        #expect(commit.generationIdOrMemberEpoch == 1)
        #expect(commit.topics.first?.partitions.first?.committedOffset == 8)
        let orders = TopicPartition(topic: "orders", partition: 0)
        let expected: [ClientNote] = [
            .fetchedCommit(consumer: "member", group: "readers", orders, offset: 7),
            .positioned(consumer: "member", group: "readers", orders, offset: 7),
            .delivered(consumer: "member", group: "readers", orders, offset: 7, record: "record"),
            .commitSent(consumer: "member", group: "readers", generation: 1, orders, offset: 8),
        ]
        #expect(cluster.notes == expected)
    }

    @Test func `a late thread speaks in the name of the generation that is over`() throws {
        // Its commit and its heartbeat are what a coordinator must refuse.
        var cluster = cluster()
        try cluster.step(.deadlineReached)
        try answerCoordinator(&cluster)
        try join(1, &cluster)
        try sync(&cluster)
        try answerOffset(7, &cluster)
        try answerFetch(7, &cluster)
        let (committing, _) = try cluster.next(OffsetCommitRequest.self)
        var partition = OffsetCommitResponse.OffsetCommitResponsePartition()
        partition.errorCode = .none
        var topic = OffsetCommitResponse.OffsetCommitResponseTopic()
        topic.name = "orders"
        topic.partitions = [partition]
        var taken = OffsetCommitResponse()
        taken.topics = [topic]
        try cluster.answer(committing, taken)
        let (beating, _) = try cluster.next(HeartbeatRequest.self)
        var moved = HeartbeatResponse()
        moved.errorCode = .rebalanceInProgress
        try cluster.answer(beating, moved)
        try join(2, &cluster)
        let (_, late) = try cluster.next(HeartbeatRequest.self)
        #expect(late.generationId == 1)
        let (_, commit) = try cluster.next(OffsetCommitRequest.self)
        #expect(commit.generationIdOrMemberEpoch == 1)
        #expect(commit.topics.first?.partitions.first?.committedOffset == 8)
    }
}
