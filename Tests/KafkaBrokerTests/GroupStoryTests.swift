import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

/// Groups on a whole cluster: found, joined, committed, and still there when their coordinator is not.
@Suite struct GroupStoryTests {
    private func coordinator(_ cluster: TestCluster, of group: String, asking client: TestClient) throws -> BrokerID? {
        var request = FindCoordinatorRequest()
        request.coordinatorKeys = [group]
        for _ in 0..<50 {
            let found = try #require(try client.call(request, version: 6).coordinators.first)
            if found.errorCode == .none, cluster.isUp(found.nodeId) { return found.nodeId }
            cluster.run(for: .milliseconds(100))
        }
        return nil
    }

    private func commit(_ client: TestClient, _ offset: Int64) throws -> ErrorCode? {
        var partition = OffsetCommitRequest.OffsetCommitRequestPartition()
        partition.committedOffset = offset
        partition.committedMetadata = ""
        var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
        topic.name = "orders"
        topic.partitions = [partition]
        var request = OffsetCommitRequest()
        request.groupId = "billing"
        request.topics = [topic]
        return try client.call(request, version: 8).topics.first?.partitions.first?.errorCode
    }

    private func committed(_ cluster: TestCluster, _ client: TestClient) throws -> Int64? {
        var topic = OffsetFetchRequest.OffsetFetchRequestTopic()
        topic.name = "orders"
        topic.partitionIndexes = [0]
        var request = OffsetFetchRequest()
        request.groupId = "billing"
        request.topics = [topic]
        for _ in 0..<50 {
            let response = try client.call(request, version: 7)
            if response.errorCode == .none { return response.topics.first?.partitions.first?.committedOffset }
            cluster.run(for: .milliseconds(100))
        }
        return nil
    }

    @Test func `a committed offset survives its coordinator`() throws {
        // Offsets are records of a replicated topic; the next leader of the partition reads them from its own log.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        let first = try #require(try coordinator(cluster, of: "billing", asking: client))
        let atFirst = TestClient(cluster, first)
        #expect(try commit(atFirst, 42) == ErrorCode.none)
        #expect(try committed(cluster, atFirst) == 42)
        cluster.kill(first)
        let asked = TestClient(cluster, first == 1 ? 2 : 1)
        cluster.run(for: .seconds(2))
        let second = try #require(try coordinator(cluster, of: "billing", asking: asked))
        #expect(second != first)
        let atSecond = TestClient(cluster, second)
        #expect(try committed(cluster, atSecond) == 42)
        #expect(try commit(atSecond, 43) == ErrorCode.none)
        #expect(try committed(cluster, atSecond) == 43)
    }

    @Test func `a committed offset moves with its partition to a new broker`() throws {
        // The coordinator goes where the leader of its partition goes, and must load what was committed.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        let first = try #require(try coordinator(cluster, of: "billing", asking: client))
        #expect(try commit(TestClient(cluster, first), 42) == ErrorCode.none)
        let offsets = TopicPartition(
            topic: "__consumer_offsets", partition: GroupPartition.partition(forGroup: "billing", count: 50))
        cluster.add(4)
        #expect(try client.reassign(offsets, to: [4]) == .none)
        #expect(cluster.run(limit: .seconds(10)) { cluster.partition(offsets)?.replicas == [4] })
        #expect(cluster.leader(of: offsets) == 4)
        cluster.run(for: .seconds(1))
        #expect(try coordinator(cluster, of: "billing", asking: client) == 4)
        let atFourth = TestClient(cluster, 4)
        #expect(try committed(cluster, atFourth) == 42)
        #expect(try commit(atFourth, 43) == ErrorCode.none)
        #expect(try commit(TestClient(cluster, first), 44) == .notCoordinator)
    }

    @Test func `the coordinator's topic has fifty compacted partitions on three brokers`() throws {
        // Kafka's own numbers: other programs compute a group's partition, too.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        _ = try coordinator(cluster, of: "billing", asking: client)
        let topic = try #require(cluster.image.topic(named: "__consumer_offsets"))
        #expect(topic.partitions.count == 50)
        let internalTopic = TopicPartition(topic: "__consumer_offsets", partition: 0)
        let leader = TestClient(cluster, cluster.leader(of: internalTopic))
        #expect(try leader.produce(internalTopic, ["mine"]).errorCode == .invalidTopicException)
        #expect(topic.partitions.allSatisfy { $0.replicas.count == 3 })
        #expect(cluster.image.config(.topic("__consumer_offsets"), "cleanup.policy") == "compact")
    }
}
