import KafkaBroker
import KafkaProtocol
import Testing

/// Brokers that come and go while partitions are in use.
@Suite struct ScalingTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    private func values(_ range: Range<Int>) -> [String] { range.map { "value \($0)" } }

    @Test func `a partition moves to a new broker while it is written`() throws {
        // What users of Kafka do on the day on which three brokers are too few.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        for batch in 0..<20 {
            #expect(try client.produce(orders, values(batch * 10..<batch * 10 + 10)).errorCode == .none)
        }
        cluster.add(4)
        #expect(try client.reassign(orders, to: [4, 2, 3]) == .none)
        // Served through any broker, since it is passed on to the controller.
        #expect(try TestClient(cluster, 3).reassignments().map(\.adding) == [[4]])
        let orders = orders
        for batch in 20..<30 {
            // As producers do: whoever leads now is asked, and asked again.
            let records = values(batch * 10..<batch * 10 + 10)
            let isWritten = try (0..<100).contains { _ in
                let leader = TestClient(cluster, cluster.leader(of: orders))
                if try leader.produce(orders, records).errorCode == .none { return true }
                cluster.run(for: .milliseconds(10))
                return false
            }
            #expect(isWritten)
        }
        #expect(cluster.run(limit: .seconds(10)) { cluster.partition(orders)?.replicas == [4, 2, 3] })
        #expect(try client.reassignments().isEmpty)
        #expect(cluster.partition(orders)?.isr.sorted() == [2, 3, 4])
        // Broker 1 has stopped its replica and deleted the log.
        #expect(cluster.run(limit: .seconds(5)) { cluster.replica(orders, on: 1) == nil })
        let leader = cluster.leader(of: orders)
        #expect(leader != 1)
        cluster.run(for: .seconds(1))
        #expect(try TestClient(cluster, leader).values(orders) == values(0..<300))
        #expect(try client.produce(orders, ["late"]).errorCode == .notLeaderOrFollower)
        // A restart of the former holder brings nothing back.
        cluster.kill(1)
        cluster.start(1)
        #expect(cluster.run(limit: .seconds(10)) { cluster.snapshot(1)?.lifecycle == .running })
        #expect(cluster.replica(orders, on: 1) == nil)
    }

    @Test func `a throttle holds the copying back and leaves those in sync alone`() throws {
        // Moving a terabyte must not starve the producers of the cluster.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        let big = String(repeating: "x", count: 100_000)
        for _ in 0..<30 { #expect(try client.produce(orders, [big]).errorCode == .none) }
        try client.set("leader.replication.throttled.replicas", "*", type: 2, of: "orders")
        try client.set("leader.replication.throttled.rate", "500000", type: 4, of: "")
        cluster.run(for: .milliseconds(100))
        cluster.add(4)
        #expect(try client.reassign(orders, to: [1, 2, 4]) == .none)
        let begun = cluster.now
        // acks=all goes on at once: who is in sync is not held back.
        cluster.run(for: .seconds(1))
        let before = cluster.now
        #expect(try client.produce(orders, ["small"]).errorCode == .none)
        #expect(cluster.now - before < .milliseconds(100))
        let orders = orders
        #expect(cluster.run(limit: .seconds(30)) { cluster.partition(orders)?.replicas == [1, 2, 4] })
        let seconds = Double((cluster.now - begun).wholeMilliseconds) / 1000
        // Three megabytes at half a megabyte a second, less the last batch, which may be over the limit.
        #expect(seconds > 3.5 && seconds < 8, "took \(seconds) s")
    }

    @Test func `a follower's throttle works as the leader's does`() throws {
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        let big = String(repeating: "x", count: 100_000)
        for _ in 0..<30 { #expect(try client.produce(orders, [big]).errorCode == .none) }
        cluster.add(4)
        try client.set("follower.replication.throttled.replicas", "0:4", type: 2, of: "orders")
        try client.set("follower.replication.throttled.rate", "500000", type: 4, of: "4")
        cluster.run(for: .milliseconds(100))
        #expect(try client.reassign(orders, to: [1, 2, 4]) == .none)
        let begun = cluster.now
        let orders = orders
        #expect(cluster.run(limit: .seconds(30)) { cluster.partition(orders)?.replicas == [1, 2, 4] })
        let seconds = Double((cluster.now - begun).wholeMilliseconds) / 1000
        #expect(seconds > 3.5 && seconds < 8, "took \(seconds) s")
        // Taking the throttle away lets the next move run at full speed.
        try client.set("follower.replication.throttled.rate", nil, type: 4, of: "4")
        #expect(try client.reassign(orders, to: [1, 2, 3]) == .none)
        #expect(cluster.run(limit: .seconds(2)) { cluster.partition(orders)?.replicas == [1, 2, 3] })
    }

    @Test func `a cancelled move leaves the log of the added replica nowhere`() throws {
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        let big = String(repeating: "x", count: 100_000)
        for _ in 0..<30 { #expect(try client.produce(orders, [big]).errorCode == .none) }
        try client.set("leader.replication.throttled.replicas", "*", type: 2, of: "orders")
        try client.set("leader.replication.throttled.rate", "1000", type: 4, of: "")
        cluster.add(4)
        #expect(try client.reassign(orders, to: [4, 2, 3]) == .none)
        cluster.run(for: .seconds(3))
        #expect(cluster.replica(orders, on: 4) != nil)
        #expect(try client.reassign(orders, to: nil) == .none)
        let orders = orders
        #expect(cluster.run(limit: .seconds(5)) { cluster.replica(orders, on: 4) == nil })
        // As in Kafka, what was to be removed stands last now.
        #expect(cluster.partition(orders)?.replicas == [2, 3, 1])
        #expect(cluster.leader(of: orders) == 1)
        #expect(try client.produce(orders, ["after"]).errorCode == .none)
    }

    @Test func `a broker whose partitions have moved off is stopped and forgotten`() throws {
        let cluster = TestCluster(brokers: 4)
        let client = TestClient(cluster, 2)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .notLeaderOrFollower)
        #expect(try TestClient(cluster, 1).produce(orders, ["a"]).errorCode == .none)
        #expect(try client.reassign(orders, to: [2, 3, 4]) == .none)
        let orders = orders
        #expect(cluster.run(limit: .seconds(10)) { cluster.partition(orders)?.replicas == [2, 3, 4] })
        cluster.stop(1)
        #expect(cluster.run(limit: .seconds(10)) { !cluster.isUp(1) })
        #expect(try client.unregister(1) == .none)
        #expect(try client.unregister(1) == .brokerIdNotRegistered)
        #expect(cluster.image.brokers.map(\.id) == [2, 3, 4])
        #expect(try client.values(orders) == ["a"])
    }
}
