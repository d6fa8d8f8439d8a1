import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Testing

/// Groups whose coordinator assigns (KIP-848), as an attached klamm sees them.
@Suite struct AssigningCoordinatorTests {
    private func assignment(_ partitions: [Int32]) -> ConsumerGroupDescribeResponse.Assignment {
        var topic = ConsumerGroupDescribeResponse.TopicPartitions()
        (topic.topicName, topic.partitions) = ("orders", partitions)
        var assignment = ConsumerGroupDescribeResponse.Assignment()
        assignment.topicPartitions = [topic]
        return assignment
    }

    /// One member gives partition 2 to the other, and has not come round to it yet.
    private var reconciling: ConsumerGroupDescribeResponse.DescribedGroup {
        var old = ConsumerGroupDescribeResponse.Member()
        (old.memberId, old.clientId, old.clientHost, old.memberEpoch) = ("one", "java-1", "/10.0.0.7", 4)
        (old.assignment, old.targetAssignment) = (assignment([0, 1, 2]), assignment([0, 1]))
        var new = ConsumerGroupDescribeResponse.Member()
        (new.memberId, new.clientId, new.instanceId, new.memberEpoch) = ("two", "java-2", "static-2", 5)
        (new.assignment, new.targetAssignment) = (assignment([]), assignment([2]))
        var group = ConsumerGroupDescribeResponse.DescribedGroup()
        (group.groupId, group.groupState, group.assignorName) = ("billing", "Reconciling", "uniform")
        (group.groupEpoch, group.assignmentEpoch, group.members) = (5, 5, [old, new])
        return group
    }

    @Test(arguments: [0, 1] as [Int16])
    func `members are told with what they have and what they are to have`(newest: Int16) async throws {
        // Over real sockets, in both versions that brokers know: each leg of the way, from the list of groups to the picture.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 3, replicationFactor: 1)
            let group = reconciling
            let front = try await SecuredFront.open(before: live.cluster, tls: nil) {
                AssigningCoordinator(group, newest: newest)
            }
            let attached = AttachedCluster(
                bootstrapServers: [try ClusterSurvey.Address(parsing: front.bootstrapServers)], now: SystemClock.now)
            do {
                try await attached.start()
                let seen = try #require(try await attached.snapshot().groups.first)
                #expect(seen.id == "billing" && seen.state == "Reconciling" && seen.generation == 5)
                #expect(seen.protocolName == "uniform" && seen.coordinator == 1)
                let members = try #require(seen.members)
                #expect(members.map(\.id) == ["one", "two"] && members.map(\.epoch) == [4, 5])
                #expect(
                    members.map(\.clientHost) == ["10.0.0.7", ""] && members.map(\.instanceID) == [nil, "static-2"])
                #expect(members.map { $0.assignment.map(\.partition) } == [[0, 1, 2], []])
                #expect(members.map { $0.target?.map(\.partition) } == [[0, 1], [2]])
                #expect(seen.partitions.map(\.member) == ["one", "one", "one"])
            } catch {
                await attached.shutDown()
                await front.close()
                throw error
            }
            await attached.shutDown()
            await front.close()
        }
    }
}
