import KafkaBroker
import KafkaProtocol
import Testing

/// Stories of a whole cluster: what is acknowledged survives what a cluster must survive.
@Suite struct ClusterTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    @Test func `a record that was produced can be fetched`() throws {
        // The least that a cluster does, on one broker.
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", replicas: 1)
        #expect(try client.produce(orders, ["a", "b"], acks: 1).baseOffset == 0)
        #expect(try client.produce(orders, ["c"]).baseOffset == 2)
        #expect(try client.values(orders) == ["a", "b", "c"])
    }

    @Test func `a topic comes into being when metadata asks for it`() throws {
        // auto.create.topics.enable is on by default, and clients rely on it.
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        var topic = MetadataRequest.MetadataRequestTopic()
        topic.name = "orders"
        var request = MetadataRequest()
        request.topics = [topic]
        #expect(try client.call(request, version: 12).topics.map(\.errorCode) == [.leaderNotAvailable])
        cluster.run(for: .milliseconds(50))
        let second = try client.call(request, version: 12)
        #expect(second.topics.map(\.errorCode) == [.none])
        #expect(second.topics.first?.partitions.first?.leaderId == 1)
        #expect(second.controllerId == 1)
    }

    @Test func `acks=all waits for the slowest in-sync replica`() throws {
        // An acknowledged record must be on every in-sync replica, so a follower that hears nothing holds the answer up.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.cut(1, 3)
        let id = try client.send(client.produceRequest(orders, ["b"]), version: 11)
        cluster.run(for: .seconds(2))
        #expect(!client.answeredIds.contains(id))
        #expect(cluster.replica(orders, on: 2)?.logEndOffset == 2)
        #expect(cluster.replica(orders, on: 1)?.highWatermark == 1)
        cluster.heal(1, 3)
        #expect(cluster.run(limit: .seconds(2)) { client.answeredIds.contains(id) })
        #expect(cluster.replica(orders, on: 3)?.logEndOffset == 2)
    }

    @Test func `acks=all takes four hops`() throws {
        // Client to leader, leader to follower, follower to leader, leader to client: a fetch is parked at all times.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.run(for: .milliseconds(20))
        let start = cluster.now
        #expect(try client.produce(orders, ["b"]).errorCode == .none)
        #expect(cluster.now - start == cluster.linkDelay * 4)
    }

    @Test func `nothing acknowledged is lost when the leader is killed`() throws {
        // The promise of acks=all: the next leader comes from the ISR and has it all.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        for number in 0..<20 { #expect(try client.produce(orders, ["\(number)"]).errorCode == .none) }
        cluster.kill(1)
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        let image = try #require(cluster.partition(orders))
        #expect(image.isr.sorted() == [2, 3])
        let survivor = TestClient(cluster, leader)
        #expect(try survivor.produce(orders, ["after"]).errorCode == .none)
        #expect(try survivor.values(orders) == (0..<20).map(String.init) + ["after"])
    }

    @Test func `a returned leader truncates by epoch and joins the ISR again`() throws {
        // What only the old leader had was never acknowledged by all: it must go, whatever its high watermark says.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.cut(1, 2)
        cluster.cut(1, 3)
        #expect(try client.produce(orders, ["lost", "lost too"], acks: 1).errorCode == .none)
        cluster.kill(1)
        cluster.heal(1, 2)
        cluster.heal(1, 3)
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        let survivor = TestClient(cluster, leader)
        #expect(try survivor.produce(orders, ["b"]).errorCode == .none)
        cluster.start(1)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        #expect(cluster.replica(orders, on: 1)?.logEndOffset == 2)
        #expect(cluster.events.contains { $0.node == 1 && $0.kind == .logTruncated(orders, from: 3, to: 1) })
        #expect(try survivor.values(orders) == ["a", "b"])
    }

    @Test func `the ISR shrinks by lag and grows back when caught up`() throws {
        // replica.lag.time.max.ms bounds how long one slow follower can hold all producers up.
        let cluster = TestCluster { $0.replicaLagTimeMax = .seconds(2) }
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.cut(1, 3)
        let id = try client.send(client.produceRequest(orders, ["b"]), version: 11)
        #expect(cluster.awaitISR(of: orders, [1, 2], limit: .seconds(5)))
        #expect(cluster.run(limit: .seconds(1)) { client.answeredIds.contains(id) })
        cluster.heal(1, 3)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3], limit: .seconds(2)))
        #expect(cluster.replica(orders, on: 3)?.logEndOffset == 2)
    }

    @Test func `too small an ISR refuses acks=all and freezes the high watermark`() throws {
        // min.insync.replicas is a promise about how many copies an acknowledged record has.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3], configs: [("min.insync.replicas", "2")])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.kill(2)
        cluster.kill(3)
        #expect(cluster.awaitISR(of: orders, [1], limit: .seconds(5)))
        cluster.run(for: .milliseconds(50))
        #expect(try client.produce(orders, ["b"]).errorCode == .notEnoughReplicas)
        #expect(try client.produce(orders, ["c"], acks: 1).errorCode == .none)
        #expect(cluster.replica(orders, on: 1)?.highWatermark == 1)
        #expect(cluster.replica(orders, on: 1)?.logEndOffset == 2)
        #expect(try client.values(orders) == ["a"])
        cluster.start(2)
        #expect(cluster.awaitISR(of: orders, [1, 2]))
        #expect(cluster.run(limit: .seconds(1)) { cluster.replica(self.orders, on: 1)?.highWatermark == 2 })
        #expect(try client.values(orders) == ["a", "c"])
    }

    @Test func `a waiting produce times out and its record stays`() throws {
        // REQUEST_TIMED_OUT means unknown, not failed.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        cluster.cut(1, 3)
        #expect(try client.produce(orders, ["a"], timeoutMs: 700).errorCode == .requestTimedOut)
        cluster.heal(1, 3)
        cluster.run(for: .seconds(1))
        #expect(try client.values(orders) == ["a"])
    }

    @Test func `a repeated batch of an idempotent producer is stored once, also after a failover`() throws {
        // The producer's state travels with the log, so the next leader knows what the last one has stored.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        var wanted = InitProducerIdRequest()
        wanted.transactionalId = nil
        let given = try client.call(wanted, version: 5)
        #expect(given.errorCode == .none)
        func batch(_ client: TestClient, _ sequence: Int32) throws -> ProduceResponse.PartitionProduceResponse {
            try TestClient.only(
                client.call(
                    client.produceRequest(
                        orders, ["\(sequence)"], producerId: given.producerId, producerEpoch: 0, baseSequence: sequence),
                    version: 11))
        }
        #expect(try batch(client, 0).baseOffset == 0)
        #expect(try batch(client, 1).baseOffset == 1)
        #expect(try batch(client, 1).baseOffset == 1)
        #expect(try batch(client, 5).errorCode == .outOfOrderSequenceNumber)
        cluster.kill(1)
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        let survivor = TestClient(cluster, leader)
        let repeated = try batch(survivor, 1)
        #expect(repeated.errorCode == .none)
        #expect(repeated.baseOffset == 1)
        #expect(try batch(survivor, 2).baseOffset == 2)
        #expect(try survivor.values(orders) == ["0", "1", "2"])
    }

    @Test func `an orderly stop moves leaders away first and needs no recovery`() throws {
        // Controlled shutdown leaves no moment in which a partition is led by a broker that is gone.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.stop(1)
        #expect(cluster.run(limit: .seconds(3)) { !cluster.isUp(1) })
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        let survivor = TestClient(cluster, leader)
        #expect(try survivor.produce(orders, ["b"]).errorCode == .none)
        cluster.start(1)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        #expect(!cluster.events.contains { if case .logRecovered = $0.kind { true } else { false } })
    }

    @Test func `a deleted topic is gone from every disk`() throws {
        // A topic of the same name begins anew, with another id and no records.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        var state = DeleteTopicsRequest.DeleteTopicState()
        state.name = "orders"
        var request = DeleteTopicsRequest()
        request.topics = [state]
        request.timeoutMs = 1000
        #expect(try client.call(request, version: 6).responses.map(\.errorCode) == [.none])
        #expect(
            cluster.run(limit: .seconds(1)) {
                (1...3).allSatisfy { cluster.replica(self.orders, on: BrokerID($0)) == nil }
            })
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.values(orders) == [])
    }

    @Test func `all brokers killed at once come back with what was acknowledged`() throws {
        // kill -9 of the whole program keeps the page cache, so nothing written is lost.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        for number in 0..<10 { #expect(try client.produce(orders, ["\(number)"]).errorCode == .none) }
        for id in [1, 2, 3, 101] as [BrokerID] { cluster.kill(id) }
        cluster.run(for: .seconds(1))
        for id in [101, 1, 2, 3] as [BrokerID] { cluster.start(id) }
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: .none))
        #expect(try TestClient(cluster, leader).values(orders) == (0..<10).map(String.init))
    }
}
