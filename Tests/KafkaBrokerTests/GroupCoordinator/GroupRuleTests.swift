import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaBroker

/// What consumers would meet without each rule of the group coordinator.
@Suite(.enabled(if: Rule.canBeBroken)) struct GroupRuleTests {
    @Test(arguments: [nil, Rule.coordinatorLoadsBeforeServing])
    func `only a broken rule forgets commits while it loads`(_ broken: Rule?) throws {
        // A consumer that hears "no offset" starts over, or skips to the end.
        try Rule.breaking(broken) {
            var group = try GroupHarness()
            #expect(try group.ask(GroupHarness.commit(42)) != nil)
            group.coordinator = GroupCoordinator(brokerId: 1, settings: GroupSettings(), seed: 8)
            var unread: [CoordinatorAction] = []
            group.coordinator.step(
                .elected(partition: 0, leaderEpoch: 1), metadata: group.metadata, now: group.now, into: &unread)
            var request = OffsetFetchRequest()
            var wanted = OffsetFetchRequest.OffsetFetchRequestGroup()
            wanted.groupId = "billing"
            request.groups = [wanted]
            let answer = try #require(try group.ask(request)?.groups.first)
            #expect(answer.errorCode == (broken == nil ? .coordinatorLoadInProgress : ErrorCode.none))
        }
    }

    @Test(arguments: [nil, Rule.fencesOldGenerations])
    func `only a broken rule takes a commit of an old generation`(_ broken: Rule?) throws {
        // The member may have lost the partition to another, whose commit it would overwrite.
        try Rule.breaking(broken) {
            var group = try GroupHarness()
            let member = try group.stableMember()
            _ = try group.send(GroupHarness.join(member, protocols: [("range", "other topics")]))
            _ = try group.send(GroupHarness.sync(member, generation: 2, [member: "all"]))
            let answer = try group.ask(GroupHarness.commit(7, member: member, generation: 1))
            let error = answer?.topics.first?.partitions.first?.errorCode
            #expect(error == (broken == nil ? .illegalGeneration : ErrorCode.none))
        }
    }

    @Test(arguments: [nil, Rule.offsetCommitWaitsForReplication])
    func `only a broken rule confirms a commit that the coordinator alone has`(_ broken: Rule?) throws {
        try Rule.breaking(broken) {
            let cluster = TestCluster()
            let client = TestClient(cluster, 1)
            try client.createTopic("orders", on: [1, 2, 3])
            var find = FindCoordinatorRequest()
            find.coordinatorKeys = ["billing"]
            _ = try client.call(find, version: 6)
            cluster.run(for: .seconds(1))
            let found = try #require(try client.call(find, version: 6).coordinators.first)
            try #require(found.errorCode == .none)
            let coordinator = TestClient(cluster, found.nodeId)
            for id in [1, 2, 3] as [BrokerID] where id != found.nodeId { cluster.cut(id, found.nodeId) }
            let id = try coordinator.send(GroupHarness.commit(42), version: 8)
            cluster.run(for: .seconds(1))
            #expect(coordinator.answeredIds.contains(id) == (broken != nil))
        }
    }
}
