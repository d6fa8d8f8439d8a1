import KafkaBroker
import KafkaProtocol
import Testing

/// Fetches that wait, and what ends the wait.
@Suite struct DelayedFetchTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    @Test func `a waiting fetch is answered as soon as records are committed`() throws {
        // Long polls are what makes a consumer see a record within milliseconds.
        let cluster = TestCluster(brokers: 1)
        let producer = TestClient(cluster, 1)
        let consumer = TestClient(cluster, 1)
        try producer.createTopic("orders", replicas: 1)
        let fetch = try consumer.send(consumer.fetchRequest(orders, from: 0, maxWaitMs: 10_000), version: 12)
        cluster.run(for: .seconds(1))
        #expect(!consumer.answeredIds.contains(fetch))
        #expect(try producer.produce(orders, ["a"], acks: 1).errorCode == .none)
        cluster.run(for: .milliseconds(1))
        let answer = try #require(try consumer.answer(fetch, FetchResponse.self, version: 12))
        let data = try #require(answer.responses.first?.partitions.first)
        #expect(try TestClient.records(data).count == 1)
    }

    @Test func `a waiting fetch wants as many bytes as it asked for`() throws {
        // fetch.min.bytes trades latency for fewer requests.
        let cluster = TestCluster(brokers: 1)
        let producer = TestClient(cluster, 1)
        let consumer = TestClient(cluster, 1)
        try producer.createTopic("orders", replicas: 1)
        let fetch = try consumer.send(
            consumer.fetchRequest(orders, from: 0, maxWaitMs: 2000, minBytes: 200), version: 12)
        #expect(try producer.produce(orders, ["a"], acks: 1).errorCode == .none)
        cluster.run(for: .milliseconds(100))
        #expect(!consumer.answeredIds.contains(fetch))
        for _ in 0..<3 { #expect(try producer.produce(orders, ["b"], acks: 1).errorCode == .none) }
        cluster.run(for: .milliseconds(1))
        #expect(consumer.answeredIds.contains(fetch))
    }

    @Test func `a waiting fetch ends empty when its time is over`() throws {
        let cluster = TestCluster(brokers: 1)
        let consumer = TestClient(cluster, 1)
        try consumer.createTopic("orders", replicas: 1)
        let start = cluster.now
        let data = try consumer.fetch(orders, from: 0, maxWaitMs: 500)
        #expect(data.errorCode == .none)
        #expect(cluster.now - start == .milliseconds(500) + cluster.linkDelay * 2)
    }

    @Test func `a consumer reads up to the high watermark, not to the log's end`() throws {
        // What one failure may take away is not shown.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.cut(1, 2)
        #expect(try client.produce(orders, ["b"], acks: 1).errorCode == .none)
        #expect(try client.values(orders) == ["a"])
        #expect(try client.fetch(orders, from: 2).errorCode == .none)
        #expect(try client.fetch(orders, from: 3).errorCode == .offsetOutOfRange)
    }

    @Test func `fetches are fenced by the leader epoch`() throws {
        // A client with old or newer metadata than the broker must not read from the wrong leader (KIP-320).
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", replicas: 1)
        let epoch = try #require(cluster.partition(orders)?.leaderEpoch)
        func error(_ epoch: Int32) throws -> ErrorCode? {
            var request = client.fetchRequest(orders, from: 0)
            request.topics[0].partitions[0].currentLeaderEpoch = epoch
            return try client.call(request, version: 12).responses.first?.partitions.first?.errorCode
        }
        #expect(try error(epoch) == ErrorCode.none)
        #expect(try error(epoch + 1) == .unknownLeaderEpoch)
        if epoch > 0 { #expect(try error(epoch - 1) == .fencedLeaderEpoch) }
    }

    @Test func `a follower names the leader to a client that asks the wrong broker`() throws {
        // KIP-951 saves the client a round trip of metadata.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        let wrong = TestClient(cluster, 2)
        let request = try wrong.produceRequest(orders, ["a"], acks: 1)
        let response = try wrong.call(request, version: 11)
        let data = try TestClient.only(response)
        #expect(data.errorCode == .notLeaderOrFollower)
        #expect(data.currentLeader.leaderId == 1)
        #expect(response.nodeEndpoints.map(\.port) == [9092])
    }

    @Test func `offsets are listed by position and by time`() throws {
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", replicas: 1)
        for value in ["a", "b", "c"] {
            #expect(try client.produce(orders, [value], acks: 1).errorCode == .none)
            cluster.run(for: .seconds(1))
        }
        func list(_ timestamp: Int64) throws -> ListOffsetsResponse.ListOffsetsPartitionResponse {
            var wanted = ListOffsetsRequest.ListOffsetsPartition()
            wanted.timestamp = timestamp
            var topic = ListOffsetsRequest.ListOffsetsTopic()
            topic.name = "orders"
            topic.partitions = [wanted]
            var request = ListOffsetsRequest()
            request.replicaId = .none
            request.topics = [topic]
            return try #require(try client.call(request, version: 9).topics.first?.partitions.first)
        }
        #expect(try list(-1).offset == 3)
        #expect(try list(-2).offset == 0)
        #expect(try list(-3).offset == 2)
        let second = try list(1_700_000_000_500)
        #expect(second.offset == 1 || second.offset == 0)
        #expect(try list(second.timestamp).offset == second.offset)
        #expect(try list(9_999_999_999_999).offset == -1)
    }
}
