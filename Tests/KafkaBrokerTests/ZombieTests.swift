import KafkaBroker
import KafkaProtocol
import Testing

/// A leader that stands still while another is elected, and wakes without knowing.
@Suite struct ZombieTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    @Test func `a leader that wakes after its session confirms nothing that is lost`() throws {
        // It still believes that it leads: what it takes in must go, and who asked for all copies must not be confirmed.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.freeze(1)
        let one = try client.send(client.produceRequest(orders, ["z1"], acks: 1), version: 11)
        let all = try client.send(client.produceRequest(orders, ["z2"]), version: 11)
        let second = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        let survivor = TestClient(cluster, second)
        #expect(try survivor.produce(orders, ["b"]).errorCode == .none)
        cluster.run(for: .seconds(20))
        cluster.thaw(1)
        #expect(cluster.run(limit: .seconds(1)) { client.answeredIds.contains(all) })
        let kept = try #require(try client.answer(one, ProduceResponse.self, version: 11))
        #expect(try TestClient.only(kept).errorCode == .none)
        let refused = try #require(try client.answer(all, ProduceResponse.self, version: 11))
        #expect(try TestClient.only(refused).errorCode == .notLeaderOrFollower)
        let late = try client.produce(orders, ["z3"])
        #expect(late.errorCode == .notLeaderOrFollower)
        #expect(late.currentLeader.leaderId == second)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        #expect(cluster.events.contains { $0.node == 1 && $0.kind == .logTruncated(orders, from: 3, to: 1) })
        #expect(try survivor.produce(orders, ["c"]).errorCode == .none)
        #expect(try survivor.values(orders) == ["a", "b", "c"])
        #expect((1...3).allSatisfy { cluster.replica(orders, on: BrokerID($0))?.logEndOffset == 3 })
    }

    @Test func `a zombie's change of the ISR is refused`() throws {
        // It wakes to followers that seem to have been silent for long, and would drop them all.
        let cluster = TestCluster { $0.replicaLagTimeMax = .seconds(2) }
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        // It hears of the new leader only after it has asked for another ISR.
        cluster.freeze(1)
        try client.send(client.produceRequest(orders, ["z"], acks: 1), version: 11)
        let second = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        var asked = 0
        cluster.filter = { from, to, frame in
            switch frame {
            case .request(let bytes):
                if from == 1, bytes.getInteger(at: bytes.readerIndex, as: Int16.self) == 56 { asked += 1 }
                if from != 1, to == 1 { return nil }
            case .response:
                // The controller's answers to fetches of the metadata log are the larger ones.
                if to == 1, asked == 0, from == TestCluster.controllerID { return nil }
            }
            return frame
        }
        cluster.thaw(1)
        cluster.run(for: .seconds(5))
        #expect(asked > 0)
        #expect(cluster.leader(of: orders) == second)
        let isrs = cluster.events.compactMap { event -> [BrokerID]? in
            if case .isrChanged(orders, _, let to, _) = event.kind { to.sorted() } else { nil }
        }
        #expect(!isrs.contains([1]))
        cluster.filter = nil
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        #expect(try TestClient(cluster, second).values(orders) == ["a"])
    }

    @Test func `a follower that stood still goes on copying`() throws {
        // Its registration is the same as before; nothing but its place in the ISR has been lost.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.freeze(3)
        #expect(cluster.awaitISR(of: orders, [1, 2]))
        #expect(try client.produce(orders, ["b"]).errorCode == .none)
        cluster.thaw(3)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3], limit: .seconds(5)))
        #expect(cluster.replica(orders, on: 3)?.logEndOffset == 2)
    }
}
