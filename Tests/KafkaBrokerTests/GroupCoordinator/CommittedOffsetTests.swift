import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaBroker

/// Offsets: when they count, who may commit them, and what survives.
@Suite struct CommittedOffsetTests {
    // A commit that could vanish with its coordinator must not be answered, nor be seen.
    @Test func `a commit is answered and seen only when it is replicated`() throws {
        var group = try GroupHarness()
        group.commitsAtOnce = false
        let id = try group.send(GroupHarness.commit(42))
        #expect(try group.answer(OffsetCommitResponse.self, to: id) == nil)
        #expect(try group.committedOffset() == nil)
        group.commitAll()
        let answer = try #require(try group.answer(OffsetCommitResponse.self, to: id))
        #expect(answer.topics.first?.partitions.first?.errorCode == ErrorCode.none)
        #expect(try group.committedOffset() == 42)
    }

    @Test func `a commit that is not replicated is refused and not seen`() throws {
        // The consumer must try again; Kafka's own code for it is COORDINATOR_NOT_AVAILABLE.
        var group = try GroupHarness()
        group.commitsAtOnce = false
        let id = try group.send(GroupHarness.commit(42))
        group.failAll(.notEnoughReplicas)
        let answer = try #require(try group.answer(OffsetCommitResponse.self, to: id))
        #expect(answer.topics.first?.partitions.first?.errorCode == .coordinatorNotAvailable)
        #expect(try group.committedOffset() == nil)
    }

    // The reason to keep offsets in a replicated topic at all.
    @Test func `offsets, generation and members survive the coordinator`() throws {
        var group = try GroupHarness()
        let member = try group.stableMember()
        _ = try group.send(GroupHarness.commit(7, member: member, generation: 1))
        _ = try group.send(GroupHarness.commit(9, member: member, generation: 1))
        group.failOver()
        #expect(try group.committedOffset() == 9)
        #expect(group.state == "Stable")
        #expect(try group.ask(GroupHarness.heartbeat(member, generation: 1))?.errorCode == ErrorCode.none)
        // It has one session from the election on to show itself.
        group.advance(.seconds(11))
        #expect(group.state == "Empty")
        #expect(try group.committedOffset() == 9)
    }

    // Serving before loading would show consumers no offset, and they would start over.
    @Test func `nothing is served before the partition is loaded, nor after it is resigned`() throws {
        var group = try GroupHarness(isLoaded: false)
        #expect(
            try group.ask(GroupHarness.commit(1))?.topics.first?.partitions.first?.errorCode == .notCoordinator)
        group.coordinator.partitions[0] = CoordinatorPartition(topicID: GroupHarness.offsetsID, leaderEpoch: 0)
        #expect(try group.ask(GroupHarness.join())?.errorCode == .coordinatorLoadInProgress)
        group.step(.elected(partition: 0, leaderEpoch: 1))
        let (_, join) = try group.newcomer()
        #expect(try group.answer(JoinGroupResponse.self, to: join)?.errorCode == ErrorCode.none)
        group.step(.resigned(partition: 0))
        #expect(try group.ask(GroupHarness.join())?.errorCode == .notCoordinator)
    }

    // A waiting commit must not hang when its coordinator moves.
    @Test func `resigning answers what waits`() throws {
        var group = try GroupHarness()
        let member = try group.stableMember()
        group.commitsAtOnce = false
        let commit = try group.send(GroupHarness.commit(3, member: member, generation: 1))
        let (_, join) = try group.newcomer()
        group.step(.resigned(partition: 0))
        let answer = try group.answer(OffsetCommitResponse.self, to: commit)
        #expect(answer?.topics.first?.partitions.first?.errorCode == .notCoordinator)
        #expect(try group.answer(JoinGroupResponse.self, to: join)?.errorCode == .notCoordinator)
    }

    // While members work, nobody else may move the group's offsets.
    @Test func `only members of the generation commit while the group has members`() throws {
        var group = try GroupHarness()
        let member = try group.stableMember()
        func code(_ request: OffsetCommitRequest) throws -> ErrorCode? {
            try group.ask(request)?.topics.first?.partitions.first?.errorCode
        }
        #expect(try code(GroupHarness.commit(1)) == .unknownMemberId)
        #expect(try code(GroupHarness.commit(1, member: "stranger", generation: 1)) == .unknownMemberId)
        #expect(try code(GroupHarness.commit(1, member: member, generation: 1)) == ErrorCode.none)
        #expect(
            try code(GroupHarness.commit(1, member: member, generation: 1, topic: "nope")) == .unknownTopicOrPartition)
    }

    // Kafka: allowed while members are being collected, so that they can commit before they give up partitions.
    @Test func `commits pass while a rebalance collects members, and are refused while it assigns`() throws {
        var group = try GroupHarness()
        let member = try group.stableMember()
        _ = try group.newcomer()
        func code() throws -> ErrorCode? {
            try group.ask(
                GroupHarness.commit(1, member: member, generation: group.coordinator.groups["billing"]!.generation))?
                .topics.first?.partitions.first?.errorCode
        }
        #expect(group.state == "PreparingRebalance")
        #expect(try code() == ErrorCode.none)
        _ = try group.send(GroupHarness.join(member))
        #expect(group.state == "CompletingRebalance")
        #expect(try code() == .rebalanceInProgress)
    }

    @Test func `deleting a group removes its offsets for good, and only when it is empty`() throws {
        // A deleted group must not come back with the next coordinator.
        var group = try GroupHarness()
        let member = try group.stableMember()
        _ = try group.send(GroupHarness.commit(7, member: member, generation: 1))
        var request = DeleteGroupsRequest()
        request.groupsNames = ["billing", "nobody"]
        #expect(try group.ask(request)?.results.map(\.errorCode) == [.nonEmptyGroup, .groupIdNotFound])
        _ = try group.send(GroupHarness.leave(member))
        #expect(try group.ask(request)?.results.map(\.errorCode) == [.none, .groupIdNotFound])
        group.failOver()
        #expect(try group.committedOffset() == nil)
        #expect(group.coordinator.snapshot().isEmpty)
    }

    private func delete(_ topics: String...) -> OffsetDeleteRequest {
        var request = OffsetDeleteRequest()
        request.groupId = "billing"
        request.topics = topics.map { name in
            var topic = OffsetDeleteRequest.OffsetDeleteRequestTopic()
            topic.name = name
            topic.partitions = [OffsetDeleteRequest.OffsetDeleteRequestPartition()]
            return topic
        }
        return request
    }

    private func errors(_ response: OffsetDeleteResponse?) -> [ErrorCode]? {
        response?.topics.flatMap { $0.partitions.map(\.errorCode) }
    }

    @Test func `a committed offset is deleted for good, but not while members read the topic`() throws {
        // Whoever reads it would commit it again, or jump back at the next rebalance.
        var group = try GroupHarness()
        #expect(try group.ask(delete("orders"))?.errorCode == .groupIdNotFound)
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = ["orders"]
        var join = GroupHarness.join()
        join.protocols[0].metadata = try subscription.encodeVersioned()
        let first = try #require(try group.ask(join))
        join.memberId = first.memberId
        _ = try group.send(join)
        group.advance(.seconds(4))
        _ = try group.send(GroupHarness.sync(first.memberId, generation: 1, [first.memberId: "all"]))
        #expect(group.state == "Stable")
        _ = try group.send(GroupHarness.commit(7, member: first.memberId, generation: 1))
        let refused = try group.ask(delete("orders", GroupCoordinator.topic, "nowhere"))
        #expect(errors(refused) == [.groupSubscribedToTopic, .none, .unknownTopicOrPartition])
        #expect(try group.committedOffset() == 7)
        _ = try group.send(GroupHarness.leave(first.memberId))
        group.commitsAtOnce = false
        let asked = try group.send(delete("orders"))
        #expect(try group.answer(OffsetDeleteResponse.self, to: asked) == nil)
        group.commitAll()
        #expect(errors(try group.answer(OffsetDeleteResponse.self, to: asked)) == [.none])
        #expect(try group.committedOffset() == nil)
        group.commitsAtOnce = true
        group.failOver()
        #expect(try group.committedOffset() == nil)
    }

    @Test func `an offset that could not be deleted is there, and who asked is told`() throws {
        // The tombstone may be lost with the leader of __consumer_offsets.
        var group = try GroupHarness()
        _ = try group.send(GroupHarness.commit(7))
        group.commitsAtOnce = false
        let failed = try group.send(delete("orders"))
        group.failAll(.notEnoughReplicas)
        #expect(try group.answer(OffsetDeleteResponse.self, to: failed)?.errorCode == .coordinatorNotAvailable)
        let dropped = try group.send(delete("orders"))
        group.step(.resigned(partition: 0))
        #expect(try group.answer(OffsetDeleteResponse.self, to: dropped)?.errorCode == .notCoordinator)
    }

    @Test func `offsets of an empty group expire after their retention, counted from when it became empty`() throws {
        // Kafka's default is seven days; a group at work keeps its offsets however old they are.
        var group = try GroupHarness()
        let member = try group.stableMember()
        _ = try group.send(GroupHarness.commit(7, member: member, generation: 1))
        _ = try group.send(GroupHarness.leave(member))
        group.advance(.seconds(6 * 86_400))
        #expect(try group.committedOffset() == 7)
        group.advance(.seconds(2 * 86_400))
        #expect(try group.committedOffset() == nil)
        #expect(group.coordinator.snapshot().isEmpty)
    }

    @Test func `offsets of a deleted topic go with it`() throws {
        // A topic of the same name later has other records behind the same numbers.
        var group = try GroupHarness()
        _ = try group.send(GroupHarness.commit(7))
        group.step(.topicsDeleted(["orders"]))
        #expect(try group.committedOffset() == nil)
    }

    @Test func `groups are listed and described as they are`() throws {
        // What kafka-consumer-groups prints.
        var group = try GroupHarness()
        let member = try group.stableMember()
        let listed = try #require(try group.ask(ListGroupsRequest()))
        #expect(listed.groups.map(\.groupId) == ["billing"])
        #expect(listed.groups.map(\.groupState) == ["Stable"])
        var request = DescribeGroupsRequest()
        request.groups = ["billing", "nobody"]
        let described = try #require(try group.ask(request))
        #expect(described.groups.map(\.groupState) == ["Stable", "Dead"])
        #expect(described.groups.first?.protocolData == "range")
        #expect(described.groups.first?.members.map(\.memberId) == [member])
        #expect(described.groups.first?.members.first?.memberAssignment == ByteBuffer(string: "all"))
    }

    @Test func `deleting __consumer_offsets under a group ends the group, not the broker`() throws {
        // Any client may do it; a session that ends afterwards finds no partition to write to.
        var group = try GroupHarness()
        _ = try group.stableMember()
        group.metadata = MetadataImage(clusterID: "test")
        group.advance(.seconds(11))
        #expect(group.state == "Empty")
        group.step(.resigned(partition: 0))
        #expect(group.coordinator.snapshot().isEmpty)
        #expect(group.coordinator.nextDeadline == nil || group.coordinator.groups.isEmpty)
    }

    @Test func `a tombstone that was on its way does not take a group that came to life meanwhile`() throws {
        // Its join would never be answered.
        var group = try GroupHarness()
        _ = try group.send(GroupHarness.commit(7))
        group.commitsAtOnce = false
        group.step(.topicsDeleted(["orders"]))
        let (member, join) = try group.newcomer()
        #expect(try group.answer(JoinGroupResponse.self, to: join)?.generationId == 1)
        group.commitAll()
        group.commitsAtOnce = true
        let synced = try group.ask(GroupHarness.sync(member, generation: 1, [member: "all"]))
        #expect(synced?.assignment == ByteBuffer(string: "all"))
    }
}
