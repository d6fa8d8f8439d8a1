import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

/// What a cluster would do to its users without each rule of replication, and does not do with it.
@Suite(.enabled(if: Rule.canBeBroken)) struct ReplicationRuleTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    @Test(arguments: [nil, Rule.truncatesByEpoch])
    func `only truncation by high watermark loses a committed record`(_ broken: Rule?) throws {
        // KIP-101: the follower's high watermark comes late, so it would drop what all had confirmed, and lead next.
        try Rule.breaking(broken) {
            let cluster = TestCluster()
            let client = TestClient(cluster, 1)
            try client.createTopic("orders", on: [1, 2, 3])
            #expect(try client.produce(orders, ["a"]).errorCode == .none)
            cluster.cut(2, 3)
            cluster.kill(1)
            let second = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
            cluster.kill(second)
            let third = try #require(cluster.awaitLeader(of: orders, otherThan: second))
            let survivor = TestClient(cluster, third)
            #expect(try survivor.produce(orders, ["b"]).errorCode == .none)
            #expect(try survivor.values(orders) == (broken == nil ? ["a", "b"] : ["b"]))
        }
    }

    @Test(arguments: [nil, Rule.divergingFetchTellsNothing])
    func `only a broken rule counts a diverging log as a copy`(_ broken: Rule?) throws {
        // Offsets say nothing where logs have parted: the follower has as many records, but others.
        try Rule.breaking(broken) {
            let cluster = TestCluster()
            let client = TestClient(cluster, 1)
            try client.createTopic("orders", on: [1, 2, 3])
            #expect(try client.produce(orders, ["a"]).errorCode == .none)
            cluster.run(for: .seconds(1))
            cluster.cut(1, 2)
            cluster.cut(2, 3)
            #expect(try client.produce(orders, ["x"], acks: 1).errorCode == .none)
            #expect(cluster.run(limit: .seconds(1)) { cluster.replica(self.orders, on: 3)?.logEndOffset == 2 })
            cluster.kill(1)
            #expect(cluster.awaitLeader(of: orders, otherThan: 1) == 2)
            let survivor = TestClient(cluster, 2)
            let id = try survivor.send(survivor.produceRequest(orders, ["b"]), version: 11)
            cluster.run(for: .milliseconds(10))
            cluster.heal(2, 3)
            #expect(cluster.run(limit: .seconds(2)) { survivor.answeredIds.contains(id) })
            let wasTruncated = cluster.events.contains {
                $0.node == 3 && $0.kind == .logTruncated(orders, from: 2, to: 1)
            }
            let hasCopied = wasTruncated && cluster.replica(orders, on: 3)?.logEndOffset == 2
            #expect(hasCopied == (broken == nil))
        }
    }

    @Test(arguments: [nil, Rule.ackWaitsForISR])
    func `only a broken rule confirms before the followers have it`(_ broken: Rule?) throws {
        try Rule.breaking(broken) {
            let cluster = TestCluster()
            let client = TestClient(cluster, 1)
            try client.createTopic("orders", on: [1, 2, 3])
            cluster.cut(1, 3)
            let id = try client.send(client.produceRequest(orders, ["a"]), version: 11)
            cluster.run(for: .seconds(1))
            #expect(client.answeredIds.contains(id) == (broken != nil))
        }
    }

    @Test(arguments: [nil, Rule.checksMinISRAtCompletion])
    func `only a broken rule confirms with too few copies`(_ broken: Rule?) throws {
        // The ISR was large enough for the append; then the followers fell out of it.
        try Rule.breaking(broken) {
            let cluster = TestCluster { $0.replicaLagTimeMax = .seconds(2) }
            let client = TestClient(cluster, 1)
            try client.createTopic("orders", on: [1, 2, 3], configs: [("min.insync.replicas", "2")])
            cluster.cut(1, 2)
            cluster.cut(1, 3)
            let id = try client.send(client.produceRequest(orders, ["a"], timeoutMs: 8000), version: 11)
            #expect(cluster.run(limit: .seconds(10)) { client.answeredIds.contains(id) })
            #expect(cluster.partition(orders)?.isr == [1])
            let answer = try #require(try client.answer(id, ProduceResponse.self, version: 11))
            #expect(try TestClient.only(answer).errorCode == (broken == nil ? .requestTimedOut : ErrorCode.none))
        }
    }

    @Test(arguments: [nil, Rule.fencesOldLeaderEpoch])
    func `only a broken rule serves who knows an older leader`(_ broken: Rule?) throws {
        // Its position may lie in a part of the log that is no more.
        try Rule.breaking(broken) {
            let cluster = TestCluster()
            let client = TestClient(cluster, 1)
            try client.createTopic("orders", on: [1, 2, 3])
            #expect(try client.produce(orders, ["a"]).errorCode == .none)
            cluster.kill(1)
            let second = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
            cluster.run(for: .seconds(1))
            let survivor = TestClient(cluster, second)
            var request = survivor.fetchRequest(orders, from: 0)
            request.topics[0].partitions[0].currentLeaderEpoch = 0
            let data = try survivor.call(request, version: 12).responses.first?.partitions.first
            #expect(data?.errorCode == (broken == nil ? .fencedLeaderEpoch : ErrorCode.none))
        }
    }

    @Test(arguments: [nil, Rule.duplicateWaitsForOriginal])
    func `only a broken rule confirms a duplicate before its original`(_ broken: Rule?) throws {
        // The producer would take it for the confirmation of a record that only the leader has.
        try Rule.breaking(broken) {
            let cluster = TestCluster()
            let client = TestClient(cluster, 1)
            let again = TestClient(cluster, 1)
            try client.createTopic("orders", on: [1, 2, 3])
            cluster.cut(1, 3)
            let request = try client.produceRequest(
                orders, ["a"], producerId: 1000, producerEpoch: 0, baseSequence: 0)
            try client.send(request, version: 11)
            let id = try again.send(request, version: 11)
            cluster.run(for: .seconds(1))
            #expect(again.answeredIds.contains(id) == (broken != nil))
            cluster.heal(1, 3)
            #expect(cluster.run(limit: .seconds(2)) { again.answeredIds.contains(id) })
            let answer = try #require(try again.answer(id, ProduceResponse.self, version: 11))
            #expect(try TestClient.only(answer).errorCode == .none)
            #expect(try TestClient.only(answer).baseOffset == 0)
        }
    }
}
