import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

/// What brokers tell of acknowledged and dropped records: the ledger knows nothing else.
@Suite struct RecordNewsTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    @Test func `an acknowledgement tells what the leader knew as it gave it`() throws {
        // From this alone it is explained later why a record was lost.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a", "b"]).errorCode == .none)
        cluster.cut(1, 2)
        cluster.cut(1, 3)
        #expect(try client.produce(orders, ["c"], acks: 1).errorCode == .none)
        let epoch = try #require(cluster.partition(orders)).leaderEpoch
        let topicID = try #require(cluster.acknowledged.first).topicID
        #expect(
            cluster.acknowledged == [
                Acknowledgement(
                    partition: orders, topicID: topicID, firstOffset: 0, lastOffset: 1, leaderEpoch: epoch, acks: -1,
                    isr: [1, 2, 3], followers: [.init(2, logEndOffset: 2), .init(3, logEndOffset: 2)],
                    highWatermark: 2, clientId: cluster.acknowledged.first?.clientId ?? ""),
                Acknowledgement(
                    partition: orders, topicID: topicID, firstOffset: 2, lastOffset: 2, leaderEpoch: epoch, acks: 1,
                    isr: [1, 2, 3], followers: [.init(2, logEndOffset: 2), .init(3, logEndOffset: 2)],
                    highWatermark: 2, clientId: cluster.acknowledged.first?.clientId ?? ""),
            ])
    }

    @Test func `what failed or asked for no answer is not acknowledged`() throws {
        // A timeout leaves the records in the log, and its producer in doubt.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        cluster.cut(1, 2)
        cluster.cut(1, 3)
        try client.send(client.produceRequest(orders, ["a"], acks: 0), version: 11)
        var request = try client.produceRequest(orders, ["b"])
        request.timeoutMs = 100
        let id = try client.send(request, version: 11)
        #expect(cluster.run(limit: .seconds(1)) { client.answeredIds.contains(id) })
        let answer = try #require(try client.answer(id, ProduceResponse.self, version: 11))
        #expect(try TestClient.only(answer).errorCode == .requestTimedOut)
        #expect(cluster.acknowledged.isEmpty)
    }

    @Test func `a new leader tells its log, and a follower what it drops`() throws {
        // Both together name the lost records, with their values.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.cut(1, 2)
        cluster.cut(1, 3)
        #expect(try client.produce(orders, ["lost"], acks: 1).errorCode == .none)
        #expect(try client.produce(orders, ["lost too"], acks: 1).errorCode == .none)
        cluster.kill(1)
        cluster.heal(1, 2)
        cluster.heal(1, 3)
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        let epoch = try #require(cluster.partition(orders)).leaderEpoch
        #expect(
            cluster.run(limit: .seconds(5)) {
                cluster.told.contains { told in
                    if case .led(orders, let log) = told.news, told.node == leader, log.leaderEpoch == epoch {
                        return log.logEndOffset == 1 && log.epochs.map(\.epoch) == [0, epoch]
                            && log.epochs.map(\.startOffset) == [0, 1]
                    }
                    return false
                }
            })
        #expect(try TestClient(cluster, leader).produce(orders, ["b"]).errorCode == .none)
        cluster.start(1)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        let dropped = cluster.told.compactMap { told -> DroppedRecords? in
            if case .dropped(orders, let records) = told.news, told.node == 1 { return records }
            return nil
        }
        #expect(dropped.map(\.firstOffset) == [1])
        #expect(dropped.map(\.endOffset) == [3])
        #expect(try values(of: dropped[0].batches) == ["lost", "lost too"])
    }

    private func values(of batches: ByteBuffer) throws -> [String] {
        var values: [String] = []
        var batches = RecordBatches(batches)
        while let batch = try batches.next() {
            for record in try batch.records() { values.append(record.value.map { String(buffer: $0) } ?? "") }
        }
        #expect(batches.remainingByteCount == 0)
        return values
    }
}

/// What brokers mark for the journeys of records.
@Suite struct LogMarkTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    @Test func `an acks=1 record that nobody copied is marked from its append to its truncation`() throws {
        // Each step of a lost record's journey has a mark at the broker where it happened.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        func marks(_ broker: BrokerID) -> [LogMark] {
            cluster.marks.filter { $0.node == broker && $0.partition == orders }.map(\.mark)
        }
        #expect(cluster.run(limit: .seconds(5)) { marks(1).contains(.passed(0..<1, leaderEpoch: 0)) })
        #expect(marks(1).first == .led(leaderEpoch: 0, logEndOffset: 0))
        #expect(marks(1).contains(.appended(0...0, leaderEpoch: 0, acks: -1)))
        #expect(marks(2) == [.copied(0...0, leaderEpoch: 0)] && marks(3) == [.copied(0...0, leaderEpoch: 0)])
        cluster.cut(1, 2)
        cluster.cut(1, 3)
        #expect(try client.produce(orders, ["lost"], acks: 1).errorCode == .none)
        #expect(marks(1).last == .appended(1...1, leaderEpoch: 0, acks: 1))
        cluster.kill(1)
        cluster.heal(1, 2)
        cluster.heal(1, 3)
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        let epoch = try #require(cluster.partition(orders)).leaderEpoch
        #expect(cluster.run(limit: .seconds(5)) { marks(leader).contains(.led(leaderEpoch: epoch, logEndOffset: 1)) })
        #expect(try TestClient(cluster, leader).produce(orders, ["b"]).errorCode == .none)
        cluster.start(1)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        #expect(marks(1).contains(.truncated(1..<2)))
        #expect(marks(1).last == .copied(1...1, leaderEpoch: epoch))
    }
}
