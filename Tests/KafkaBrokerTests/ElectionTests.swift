import KafkaBroker
import KafkaProtocol
import Testing

/// Elections, and what clients see of them.
@Suite struct ElectionTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    private func listEnd(
        _ client: TestClient, replicaId: BrokerID = .none
    ) throws -> ListOffsetsResponse.ListOffsetsPartitionResponse {
        var wanted = ListOffsetsRequest.ListOffsetsPartition()
        wanted.timestamp = -1
        var topic = ListOffsetsRequest.ListOffsetsTopic()
        topic.name = "orders"
        topic.partitions = [wanted]
        var request = ListOffsetsRequest()
        request.replicaId = replicaId
        request.topics = [topic]
        return try #require(try client.call(request, version: 9).topics.first?.partitions.first)
    }

    @Test func `the end is not available until the high watermark reaches the epoch's start`() throws {
        // A new leader learns the old high watermark late; told too early, a consumer's position would go back.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.cut(2, 3)
        cluster.kill(1)
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        #expect(cluster.replica(orders, on: leader)?.highWatermark == 0)
        let survivor = TestClient(cluster, leader)
        #expect(try listEnd(survivor).errorCode == .offsetNotAvailable)
        cluster.heal(2, 3)
        cluster.run(for: .seconds(1))
        let end = try listEnd(survivor)
        #expect(end.errorCode == .none)
        #expect(end.offset == 1)
    }

    @Test func `any replica tells its own log end to who looks for a fault`() throws {
        // Kafka's replica id -2. A consumer is told by the leader alone, and only the high watermark.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.cut(1, 2)
        cluster.cut(1, 3)
        #expect(try client.produce(orders, ["b"], acks: 1).errorCode == .none)
        #expect(try listEnd(client).offset == 1)
        #expect(try listEnd(client, replicaId: -2).offset == 2)
        let follower = TestClient(cluster, 2)
        #expect(try listEnd(follower).errorCode == .notLeaderOrFollower)
        let own = try listEnd(follower, replicaId: -2)
        #expect(own.errorCode == .none)
        #expect(own.offset == 1)
    }

    @Test func `a leader that lost its leadership before it wrote anything follows`() throws {
        // It has noted an epoch that no record bears; kept, the leader would send it to truncate for ever.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.kill(1)
        let second = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        cluster.start(1)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        cluster.kill(second)
        let third = try #require(cluster.awaitLeader(of: orders, otherThan: second))
        #expect(try TestClient(cluster, third).produce(orders, ["b"]).errorCode == .none)
        cluster.start(second)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        #expect(cluster.run(limit: .seconds(2)) { cluster.replica(self.orders, on: second)?.logEndOffset == 2 })
    }

    @Test func `an unclean election loses records and the others follow`() throws {
        // That is what unclean.leader.election.enable says it does: the last replica's log becomes the truth.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2], configs: [("unclean.leader.election.enable", "true")])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.kill(2)
        #expect(cluster.awaitISR(of: orders, [1], limit: .seconds(5)))
        cluster.run(for: .milliseconds(50))
        #expect(try client.produce(orders, ["b"]).errorCode == .none)
        #expect(try client.produce(orders, ["c"]).errorCode == .none)
        cluster.kill(1)
        cluster.start(2)
        #expect(cluster.awaitLeader(of: orders, otherThan: 1) == 2)
        let survivor = TestClient(cluster, 2)
        #expect(try survivor.produce(orders, ["d"], acks: 1).errorCode == .none)
        cluster.start(1)
        #expect(cluster.awaitISR(of: orders, [1, 2]))
        #expect(try survivor.values(orders) == ["a", "d"])
        #expect(cluster.replica(orders, on: 1)?.logEndOffset == 2)
        #expect(cluster.events.contains { $0.node == 1 && $0.kind == .logTruncated(orders, from: 3, to: 1) })
    }

    @Test func `a broker cut off from the controller is replaced`() throws {
        // Its session ends, another leads, and its own followers leave it.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        cluster.cut(1, TestCluster.controllerID)
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        let survivor = TestClient(cluster, leader)
        cluster.run(for: .milliseconds(100))
        // The old leader does not know yet, but nobody copies from it any more.
        let lost = try client.send(client.produceRequest(orders, ["lost"]), version: 11)
        #expect(try survivor.produce(orders, ["kept"]).errorCode == .none)
        cluster.run(for: .seconds(1))
        #expect(!client.answeredIds.contains(lost))
        cluster.heal(1, TestCluster.controllerID)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        let answer = try #require(try client.answer(lost, ProduceResponse.self, version: 11))
        #expect(try TestClient.only(answer).errorCode == .notLeaderOrFollower)
        #expect(try survivor.values(orders) == ["kept"])
    }

    @Test func `a restart of the controller alone disturbs nobody`() throws {
        // Data goes on flowing without a controller; only changes of leaders need one.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        cluster.kill(TestCluster.controllerID)
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.run(for: .seconds(5))
        #expect(try client.produce(orders, ["b"]).errorCode == .none)
        cluster.start(TestCluster.controllerID)
        cluster.run(for: .seconds(3))
        #expect(cluster.partition(orders)?.isr.sorted() == [1, 2, 3])
        #expect(cluster.leader(of: orders) == 1)
        try client.createTopic("later", on: [3, 2, 1])
    }

    @Test func `a topic's settings take effect without a restart`() throws {
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", replicas: 1)
        let big = String(repeating: "x", count: 2000)
        #expect(try client.produce(orders, [big], acks: 1).errorCode == .none)
        var config = IncrementalAlterConfigsRequest.AlterableConfig()
        config.name = "max.message.bytes"
        config.value = "1000"
        var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
        resource.resourceType = 2
        resource.resourceName = "orders"
        resource.configs = [config]
        var request = IncrementalAlterConfigsRequest()
        request.resources = [resource]
        #expect(try client.call(request, version: 1).responses.map(\.errorCode) == [.none])
        cluster.run(for: .milliseconds(50))
        #expect(try client.produce(orders, [big], acks: 1).errorCode == .messageTooLarge)
    }
}
