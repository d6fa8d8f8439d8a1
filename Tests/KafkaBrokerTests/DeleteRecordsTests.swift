import KafkaBroker
import KafkaProtocol
import Testing

/// DeleteRecords over a whole cluster.
@Suite struct DeleteRecordsTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    private func request(_ partition: TopicPartition, before offset: Int64, timeoutMs: Int32) -> DeleteRecordsRequest {
        var wanted = DeleteRecordsRequest.DeleteRecordsPartition()
        wanted.partitionIndex = partition.partition
        wanted.offset = offset
        var topic = DeleteRecordsRequest.DeleteRecordsTopic()
        topic.name = partition.topic
        topic.partitions = [wanted]
        var request = DeleteRecordsRequest()
        request.topics = [topic]
        request.timeoutMs = timeoutMs
        return request
    }

    private func delete(
        _ client: TestClient, before offset: Int64, of partition: TopicPartition? = nil, timeoutMs: Int32 = 10_000
    ) throws -> DeleteRecordsResponse.DeleteRecordsPartitionResult {
        let request = request(partition ?? orders, before: offset, timeoutMs: timeoutMs)
        return try #require(try client.call(request, version: 2).topics.first?.partitions.first)
    }

    private func filled(
        configs: [(String, String)] = [], settings: @escaping (inout BrokerSettings) -> Void = { _ in }
    ) throws -> (TestCluster, TestClient) {
        let cluster = TestCluster(settings: settings)
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3], configs: configs)
        for number in 0..<20 { #expect(try client.produce(orders, ["\(number)"]).errorCode == .none) }
        return (cluster, client)
    }

    private func starts(_ cluster: TestCluster) -> [Int64?] {
        (1...3).map { cluster.replica(orders, on: BrokerID($0))?.logStartOffset }
    }

    @Test func `the answer comes when every live replica has let the records go`() throws {
        // Whoever asks for deletion wants to know that no replica can bring the records back.
        let (cluster, client) = try filled()
        let result = try delete(client, before: 7)
        #expect(result.errorCode == .none && result.lowWatermark == 7)
        #expect(starts(cluster) == [7, 7, 7])
        #expect(try client.fetch(orders, from: 6).errorCode == .offsetOutOfRange)
        #expect(try TestClient.records(client.fetch(orders, from: 7)).first?.offset == 7)
        // Going back changes nothing; -1 is the high watermark.
        #expect(try delete(client, before: 3).lowWatermark == 7)
        #expect(try delete(client, before: -1).lowWatermark == 20)
        #expect(starts(cluster) == [20, 20, 20])
        #expect(try client.produce(orders, ["next"]).baseOffset == 20)
    }

    @Test func `a replica that is cut off is waited for while it counts as alive`() throws {
        // Up to the request's own time; a broker that is fenced is not waited for.
        let (cluster, client) = try filled()
        cluster.cut(1, 3)
        let late = try delete(client, before: 5, timeoutMs: 500)
        #expect(late.errorCode == .requestTimedOut && late.lowWatermark == 0)
        #expect(starts(cluster)[0] == 5)
        let id = try client.send(request(orders, before: 6, timeoutMs: 20_000), version: 2)
        cluster.run(for: .milliseconds(800))
        #expect(!client.answeredIds.contains(id))
        cluster.kill(3)
        #expect(cluster.run(limit: .seconds(5)) { client.answeredIds.contains(id) })
        let answer = try #require(try client.answer(id, DeleteRecordsResponse.self, version: 2))
        #expect(answer.topics.first?.partitions.first?.errorCode == ErrorCode.none)
        #expect(answer.topics.first?.partitions.first?.lowWatermark == 6)
        // Back again it raises its own start with its first fetches.
        cluster.heal(1, 3)
        cluster.start(3)
        #expect(cluster.run(limit: .seconds(20)) { starts(cluster) == [6, 6, 6] })
    }

    @Test func `a follower whose log is to begin within a batch takes the whole of it`() throws {
        // Records are deleted by offset, logs are made of batches: else it could never join the ISR again (seed 1002).
        let (cluster, client) = try filled()
        cluster.kill(3)
        #expect(try client.produce(orders, ["a", "b", "c"]).baseOffset == 20)
        #expect(try delete(client, before: 22).lowWatermark == 22)
        cluster.start(3)
        #expect(
            cluster.run(limit: .seconds(30)) {
                cluster.replica(orders, on: 3)?.logEndOffset == 23 && starts(cluster) == [22, 22, 22]
            })
        // The same bytes once more, from its own disk.
        cluster.kill(3)
        cluster.start(3)
        #expect(
            cluster.run(limit: .seconds(30)) {
                cluster.replica(orders, on: 3)?.logEndOffset == 23 && starts(cluster) == [22, 22, 22]
            })
    }

    @Test func `a follower with another record in place of the first that went copies on`() throws {
        // The epochs before the new start are forgotten, so nobody tells it that its record is of another (seed 2001344).
        let (cluster, client) = try filled()
        cluster.cut(1, 2)
        cluster.cut(1, 3)
        #expect(try client.produce(orders, ["old"], acks: 1).baseOffset == 20)
        cluster.kill(1)
        cluster.heal(1, 2)
        cluster.heal(1, 3)
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        let next = TestClient(cluster, leader)
        #expect(try next.produce(orders, ["a", "b", "c"]).baseOffset == 20)
        #expect(try delete(next, before: 21).lowWatermark == 21)
        cluster.start(1)
        #expect(
            cluster.run(limit: .seconds(30)) {
                cluster.replica(orders, on: 1)?.logEndOffset == 23 && starts(cluster) == [21, 21, 21]
            })
        #expect(try TestClient.records(next.fetch(orders, from: 21)).map(\.offset).first == 20)
    }

    @Test func `a leader that loses its place says so`() throws {
        // The new leader may never have heard of the deletion.
        let (cluster, client) = try filled()
        cluster.cut(1, 3)
        let id = try client.send(request(orders, before: 5, timeoutMs: 20_000), version: 2)
        cluster.run(for: .milliseconds(100))
        cluster.stop(1)
        _ = cluster.awaitLeader(of: orders, otherThan: 1)
        cluster.run(for: .seconds(1))
        let answer = try client.answer(id, DeleteRecordsResponse.self, version: 2)
        #expect(answer?.topics.first?.partitions.first?.errorCode == .notLeaderOrFollower)
    }

    @Test func `what may not be deleted is refused`() throws {
        // Each with the error by which clients know what to do.
        let (_, client) = try filled()
        #expect(try delete(client, before: 21).errorCode == .offsetOutOfRange)
        #expect(try delete(client, before: -2).errorCode == .offsetOutOfRange)
        let nowhere = TopicPartition(topic: "nowhere", partition: 0)
        #expect(try delete(client, before: 0, of: nowhere).errorCode == .unknownTopicOrPartition)
        let groups = TopicPartition(topic: "__consumer_offsets", partition: 0)
        #expect(try delete(client, before: 0, of: groups).errorCode == .invalidTopicException)
        try client.createTopic("latest", on: [1], configs: [("cleanup.policy", "compact")])
        let latest = TopicPartition(topic: "latest", partition: 0)
        #expect(try delete(client, before: 0, of: latest).errorCode == .policyViolation)
        let follower = TestClient(client.cluster, 2)
        #expect(try delete(follower, before: 1).errorCode == .notLeaderOrFollower)
    }

    @Test func `a start that was raised survives a kill of everyone, and its segments go`() throws {
        // The checkpoint of log starts is all that tells of it before a segment is gone.
        let (cluster, client) = try filled(configs: [("segment.bytes", "200"), ("file.delete.delay.ms", "0")]) {
            $0.logRetentionCheckInterval = .seconds(5)
        }
        let before = try #require(cluster.replica(orders, on: 1)?.sizeInBytes)
        #expect(try delete(client, before: 9).lowWatermark == 9)
        cluster.run(for: .seconds(61))
        #expect(try #require(cluster.replica(orders, on: 2)?.sizeInBytes) < before * 3 / 4)
        for id in Int32(1)...3 { cluster.kill(BrokerID(id)) }
        for id in Int32(1)...3 { cluster.start(BrokerID(id)) }
        #expect(cluster.run(limit: .seconds(30)) { starts(cluster) == [9, 9, 9] })
    }

    @Test func `retention and its interval change while the cluster runs`() throws {
        // A disk that fills up cannot wait for a restart.
        let (cluster, client) = try filled(configs: [("segment.bytes", "200")])
        cluster.run(for: .seconds(10))
        #expect(starts(cluster) == [0, 0, 0])
        try client.alter(.topic("orders"), "retention.ms", "1000")
        try client.alter(.brokerDefault, "log.retention.check.interval.ms", "2000")
        #expect(cluster.run(limit: .seconds(10)) { starts(cluster) == [20, 20, 20] })
        #expect(try client.produce(orders, ["next"]).baseOffset == 20)
    }

    @Test func `flush.ms makes an idle log durable`() throws {
        // The last records before a quiet night must not wait for the next append.
        let (cluster, client) = try filled(configs: [("flush.ms", "1000")])
        #expect(try client.produce(orders, ["last"], acks: 1).errorCode == .none)
        cluster.run(for: .seconds(3))
        cluster.losePower(1)
        cluster.start(1)
        #expect(
            cluster.run(limit: .seconds(30)) {
                cluster.events.contains { $0.node == 1 && $0.kind == .lifecycleChanged(.registering) }
                    && cluster.replica(orders, on: 1)?.logEndOffset == 21
            })
        #expect(!cluster.events.contains { if case .logTruncated = $0.kind { true } else { false } })
    }
}
