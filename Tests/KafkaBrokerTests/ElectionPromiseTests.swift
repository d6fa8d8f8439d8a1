import KafkaBroker
import KafkaProtocol
import Testing

/// What Kafka promises about elections, played by whole clusters: who leads, who waits, and that nothing acknowledged is
/// lost on the way.
@Suite struct ElectionPromiseTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    /// Waits until the partition is led by this broker (or by none) and that broker knows it.
    private func awaitLeader(_ leader: BrokerID, in cluster: TestCluster, limit: Duration = .seconds(10)) -> Bool {
        cluster.run(limit: limit) {
            cluster.leader(of: orders) == leader
                && (leader == .none || cluster.replica(orders, on: leader)?.isLeader == true)
        }
    }

    @Test func `the next in assignment order leads, whoever has the smaller id`() throws {
        // An operator who writes [1, 3, 2] says who is second.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 3, 2])
        cluster.kill(1)
        #expect(awaitLeader(3, in: cluster))
        cluster.kill(3)
        #expect(awaitLeader(2, in: cluster))
    }

    @Test func `a partition waits for the last member of its ISR though others return earlier`() throws {
        // Only the last one has every acknowledged record; any other would lose some without a word.
        let cluster = TestCluster()
        try TestClient(cluster, 1).createTopic("orders", on: [1, 2, 3])
        #expect(try TestClient(cluster, 1).produce(orders, ["all three"]).errorCode == .none)
        cluster.kill(1)
        #expect(awaitLeader(2, in: cluster))
        #expect(try TestClient(cluster, 2).produce(orders, ["two"]).errorCode == .none)
        cluster.kill(2)
        #expect(awaitLeader(3, in: cluster))
        #expect(try TestClient(cluster, 3).produce(orders, ["only one"]).errorCode == .none)
        cluster.kill(3)
        #expect(awaitLeader(.none, in: cluster))
        cluster.start(1)
        cluster.start(2)
        cluster.run(for: .seconds(10))
        #expect(cluster.snapshot(1)?.lifecycle == .running && cluster.snapshot(2)?.lifecycle == .running)
        #expect(cluster.leader(of: orders) == .none)
        #expect(cluster.partition(orders)?.isr == [3])
        #expect(try TestClient(cluster, 1).produce(orders, ["x"]).errorCode == .notLeaderOrFollower)
        cluster.start(3)
        #expect(awaitLeader(3, in: cluster))
        #expect(try TestClient(cluster, 3).values(orders) == ["all three", "two", "only one"])
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
    }

    @Test func `an administrator may have any live replica lead`() throws {
        // The last resort, when the last member's machine is gone for good: what only it had is lost, and said to be.
        let cluster = TestCluster()
        try TestClient(cluster, 1).createTopic("orders", on: [1, 2])
        #expect(try TestClient(cluster, 1).produce(orders, ["both"]).errorCode == .none)
        cluster.kill(2)
        #expect(cluster.awaitISR(of: orders, [1]))
        #expect(try TestClient(cluster, 1).produce(orders, ["one"]).errorCode == .none)
        cluster.kill(1)
        cluster.start(2)
        #expect(awaitLeader(.none, in: cluster))
        cluster.run(for: .seconds(5))
        #expect(cluster.leader(of: orders) == .none)
        #expect(try TestClient(cluster, 3).elect(orders, type: 1) == .none)
        #expect(awaitLeader(2, in: cluster))
        #expect(cluster.partition(orders)?.isr == [2])
        #expect(try TestClient(cluster, 2).values(orders) == ["both"])
        let orders = orders
        let isNamed = cluster.events.contains {
            if case .leaderElected(orders, leader: 2, _, _, isr: [2], unclean: true) = $0.kind { true } else { false }
        }
        #expect(isNamed)
    }

    @Test func `the setting lets any live replica lead at once, and it may be turned on late`() throws {
        let cluster = TestCluster()
        try TestClient(cluster, 1).createTopic("orders", on: [1, 2])
        cluster.kill(2)
        #expect(cluster.awaitISR(of: orders, [1]))
        cluster.kill(1)
        cluster.start(2)
        #expect(awaitLeader(.none, in: cluster))
        cluster.run(for: .seconds(5))
        #expect(cluster.leader(of: orders) == .none)
        try TestClient(cluster, 3).set("unclean.leader.election.enable", "true", type: 2, of: "orders")
        #expect(awaitLeader(2, in: cluster, limit: .seconds(1)))
        #expect(cluster.partition(orders)?.isr == [2])
    }

    @Test func `the preferred replica leads again by request, once it is in sync`() throws {
        let cluster = TestCluster()
        try TestClient(cluster, 2).createTopic("orders", on: [1, 2, 3])
        cluster.kill(1)
        #expect(awaitLeader(2, in: cluster))
        let client = TestClient(cluster, 2)
        #expect(try client.elect(orders, type: 0) == .preferredLeaderNotAvailable)
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.start(1)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        // Before the cluster does it by itself.
        if cluster.leader(of: orders) == 2 { #expect(try client.elect(orders, type: 0) == .none) }
        #expect(awaitLeader(1, in: cluster))
        #expect(try client.elect(orders, type: 0) == .electionNotNeeded)
        #expect(try TestClient(cluster, 1).values(orders) == ["a"])
    }

    @Test func `the preferred replica leads again by itself`() throws {
        // Nobody is there at night; without it, leadership piles up on whoever never failed.
        let cluster = TestCluster()
        try TestClient(cluster, 1).createTopic("orders", on: [1, 2, 3])
        cluster.kill(1)
        #expect(awaitLeader(2, in: cluster))
        cluster.start(1)
        #expect(awaitLeader(1, in: cluster, limit: .seconds(20)))
        #expect(cluster.partition(orders)?.isr.sorted() == [1, 2, 3])
    }

    @Test func `a fenced follower leaves the ISR long before it would be too far behind`() throws {
        // acks=all would hang for replica.lag.time.max.ms, thirty seconds, for a broker that everybody knows is dead.
        let cluster = TestCluster()
        try TestClient(cluster, 1).createTopic("orders", on: [1, 2, 3])
        cluster.kill(3)
        let begun = cluster.now
        #expect(try TestClient(cluster, 1).produce(orders, ["a"]).errorCode == .none)
        #expect(cluster.now - begun < .seconds(3))
        #expect(cluster.partition(orders)?.isr == [1, 2])
    }

    @Test func `a controlled shutdown moves leaders first, and no client sees an error for it`() throws {
        // The difference between a restart that users plan and a crash.
        let cluster = TestCluster()
        try TestClient(cluster, 2).createTopic("orders", on: [1, 2, 3])
        #expect(try TestClient(cluster, 1).produce(orders, ["a"]).errorCode == .none)
        cluster.stop(1)
        #expect(cluster.run(limit: .seconds(5)) { cluster.leader(of: orders) != 1 })
        #expect(cluster.isUp(1), "it is still there when another leads")
        #expect(cluster.partition(orders)?.isr == [2, 3])
        #expect(awaitLeader(2, in: cluster, limit: .seconds(1)))
        #expect(try TestClient(cluster, 2).produce(orders, ["b"]).errorCode == .none)
        #expect(cluster.run(limit: .seconds(5)) { !cluster.isUp(1) })
        // It comes back at once: its session ended with the stop, not with a time-out.
        let begun = cluster.now
        cluster.start(1)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3], limit: .seconds(5)))
        #expect(cluster.now - begun < .seconds(1))
        #expect(try TestClient(cluster, 2).values(orders) == ["a", "b"])
    }

    @Test(arguments: [2, 3, 4] as [Int32]) func `as many failures as there are replicas but one lose nothing`(
        brokers: Int32
    ) throws {
        // N+1 replicas survive N failures: Kafka's oldest promise, with acks=all, clean elections and min ISR 1.
        let orders = orders
        let cluster = TestCluster(brokers: brokers)
        let ids = (1...brokers).map { BrokerID($0) }
        try TestClient(cluster, 1).createTopic("orders", on: ids, configs: [("min.insync.replicas", "1")])
        var acknowledged: [String] = []
        var alive = ids
        func produce(_ count: Int) throws {
            for _ in 0..<count {
                let value = "record \(acknowledged.count)"
                let leader = TestClient(cluster, cluster.leader(of: orders))
                #expect(try leader.produce(orders, [value]).errorCode == .none)
                acknowledged.append(value)
            }
        }
        while true {
            try produce(5)
            if alive.count == 1 { break }
            let leader = cluster.leader(of: orders)
            cluster.kill(leader)
            alive.removeAll { $0 == leader }
            let next = try #require(cluster.awaitLeader(of: orders, otherThan: leader))
            #expect(alive.contains(next))
        }
        #expect(try TestClient(cluster, alive[0]).values(orders) == acknowledged)
        // And the others follow when they come back.
        for id in ids where id != alive[0] { cluster.start(id) }
        #expect(cluster.awaitISR(of: orders, ids))
        let end = Int64(acknowledged.count)
        #expect(
            cluster.run(limit: .seconds(5)) { ids.allSatisfy { cluster.replica(orders, on: $0)?.logEndOffset == end } })
    }
}
