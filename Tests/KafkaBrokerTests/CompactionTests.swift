import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

/// Compacted topics over a whole cluster: every replica cleans its own log by a timer.
@Suite struct CompactionTests {
    let latest = TopicPartition(topic: "latest", partition: 0)

    private func produce(
        _ client: TestClient, _ records: [(key: String, value: String?)]
    ) throws -> ProduceResponse.PartitionProduceResponse {
        var builder = RecordBatchBuilder()
        for (key, value) in records {
            try builder.append(
                key: ByteBuffer(string: key), value: value.map { ByteBuffer(string: $0) },
                timestamp: client.cluster.now.wallClockMilliseconds)
        }
        var request = try client.produceRequest(latest, [""])
        request.topicData[0].partitionData[0].records = .bytes(try builder.build().bytes)
        return try TestClient.only(try client.call(request, version: 11))
    }

    /// What a consumer reads from the start: offset, key, value.
    private func read(_ client: TestClient) throws -> [(offset: Int64, key: String, value: String?)] {
        var found: [(offset: Int64, key: String, value: String?)] = []
        var offset: Int64 = 0
        while true {
            let data = try client.fetch(latest, from: offset)
            guard case .bytes(let bytes)? = data.records, let last = try RecordBatches.all(in: bytes).last else {
                return found
            }
            for record in try TestClient.records(data) {
                found.append(
                    (
                        record.offset, record.key.map { String(buffer: $0) } ?? "",
                        record.value.map { String(buffer: $0) }
                    ))
            }
            offset = last.nextOffset
        }
    }

    private func filled(_ policy: String) throws -> (TestCluster, TestClient) {
        let cluster = TestCluster { $0.logCleanerBackoff = .seconds(1) }
        let client = TestClient(cluster, 1)
        try client.createTopic(
            "latest", on: [1, 2, 3],
            configs: [
                ("cleanup.policy", policy), ("segment.bytes", "1000"), ("min.cleanable.dirty.ratio", "0.1"),
                ("delete.retention.ms", "5000"), ("min.insync.replicas", "2"),
            ])
        for number in 0..<100 {
            let value = number >= 90 && number % 10 == 9 ? nil : "v\(number)"
            #expect(try produce(client, [("k\(number % 10)", value)]).errorCode == .none)
        }
        return (cluster, client)
    }

    private func sizes(_ cluster: TestCluster) -> [Int64] {
        (1...3).map { cluster.replica(latest, on: BrokerID($0))?.sizeInBytes ?? 0 }
    }

    @Test func `every replica compacts its log, and readers find the latest values`() throws {
        // Tombstones included: until delete.retention.ms has passed, a reader sees that a key was deleted.
        let (cluster, client) = try filled("compact")
        let before = sizes(cluster)
        cluster.run(for: .seconds(4))
        for (after, before) in zip(sizes(cluster), before) { #expect(after < before / 2) }
        let found = try read(client)
        #expect(found.count < 40)
        #expect(Dictionary(found.map { ($0.key, $0.offset) }, uniquingKeysWith: max).values.sorted() == Array(90..<100))
        #expect(found.allSatisfy { $0.value == ($0.offset == 99 ? nil : "v\($0.offset)") })
        // Whoever leads next has the same.
        for number in 100..<120 { #expect(try produce(client, [("other", "v\(number)")]).errorCode == .none) }
        cluster.run(for: .seconds(8))
        for number in 120..<140 { #expect(try produce(client, [("other", "v\(number)")]).errorCode == .none) }
        cluster.run(for: .seconds(8))
        cluster.kill(1)
        let leader = try #require(cluster.awaitLeader(of: latest, otherThan: 1))
        let survivor = TestClient(cluster, leader)
        let later = try read(survivor)
        #expect(!later.contains { $0.key == "k9" })
        #expect(later.filter { $0.key != "other" }.map(\.offset) == Array(90..<99))
        cluster.start(1)
        #expect(cluster.awaitISR(of: latest, [1, 2, 3]))
    }

    @Test func `a compacted topic needs keys`() throws {
        // A record without a key could never be replaced, nor stand for anything.
        let (_, client) = try filled("compact")
        #expect(try client.produce(latest, ["no key"]).errorCode == .invalidRecord)
        try client.alter(.topic("latest"), "cleanup.policy", "delete")
        client.cluster.run(for: .milliseconds(50))
        #expect(try client.produce(latest, ["no key"]).errorCode == .none)
    }

    @Test func `a topic becomes compacted while the cluster runs, and starts again as it was`() throws {
        // The cleaner knows of earlier lives where it has come to.
        let (cluster, client) = try filled("delete")
        let before = sizes(cluster)
        cluster.run(for: .seconds(4))
        #expect(sizes(cluster) == before)
        try client.alter(.topic("latest"), "cleanup.policy", "compact")
        cluster.run(for: .seconds(4))
        let after = sizes(cluster)
        for (after, before) in zip(after, before) { #expect(after < before / 2) }
        let found = try read(client).map(\.offset)
        for id in Int32(1)...3 { cluster.kill(BrokerID(id)) }
        for id in Int32(1)...3 { cluster.start(BrokerID(id)) }
        #expect(
            cluster.run(limit: .seconds(30)) { (1...3).allSatisfy { cluster.replica(latest, on: BrokerID($0)) != nil } }
        )
        #expect(cluster.awaitISR(of: latest, [1, 2, 3]))
        let leader = cluster.leader(of: latest)
        #expect(cluster.run(limit: .seconds(30)) { cluster.replica(latest, on: leader)?.highWatermark == 100 })
        let again = try read(TestClient(cluster, leader)).map(\.offset)
        #expect(again == found)
        #expect(sizes(cluster) == after)
    }
}
