import EmbeddedClusters
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Testing

/// Real brokers on real files and sockets: what a Kafka user sees when nodes die and come back.
@Suite(.serialized) struct LiveClusterTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)

    /// The first picture in which the partition is as wanted; nil after 20 seconds.
    private func picture(
        of cluster: EmbeddedCluster,
        where holds: @escaping @Sendable (ClusterSnapshot, ClusterSnapshot.Partition) -> Bool
    ) async -> (snapshot: ClusterSnapshot, partition: ClusterSnapshot.Partition)? {
        await withTaskGroup(of: (ClusterSnapshot, ClusterSnapshot.Partition)?.self) { group in
            group.addTask {
                for await snapshot in cluster.snapshots() {
                    guard let partition = snapshot.topics.first(where: { $0.name == "orders" })?.partitions.first
                    else { continue }
                    if holds(snapshot, partition) { return (snapshot, partition) }
                }
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(20))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    @Test func `a cluster that has started is known whole by each of its brokers`() async throws {
        // A script connects the moment the line of JSON is there, and to whichever broker it likes.
        try await withEmbeddedCluster(brokers: 3) { cluster in
            for port in cluster.ports {
                let metadata = try KafkaTestClient(port: port.port).metadata([])
                #expect(metadata.brokers.map(\.nodeId).sorted() == [1, 2, 3])
                #expect(metadata.brokers.map { Int($0.port) }.sorted() == cluster.ports.map(\.port).sorted())
                #expect([1, 2, 3].contains(metadata.controllerId.rawValue))
            }
        }
    }

    @Test func `a killed leader is replaced from the ISR, and returns to it`() async throws {
        // Point 3 of the console's promise: another leader from the old ISR within the session and half a second, a larger
        // epoch, a smaller ISR; after the restart the ISR is whole and nothing acknowledged is gone.
        // Leadership that goes back by itself would do so between a look and a request.
        try await withEmbeddedCluster(brokers: 3, [("auto.leader.rebalance.enable", "false")]) { cluster in
            let client = try KafkaTestClient(port: cluster.ports[0].port)
            try client.createTopic("orders", partitions: 1, replicas: 3)
            let before = try #require(await picture(of: cluster) { $1.isr.count == 3 && $1.leader != nil }).partition
            let leader = try #require(before.leader)
            let port = cluster.ports[Int(leader.rawValue) - 1].port
            #expect(try KafkaTestClient(port: port).produce(orders, ["a", "b", "c"]) == .none)

            try await cluster.inject(.kill(leader))
            let after = try #require(
                await picture(of: cluster) { _, partition in
                    partition.leader != leader && partition.leader != nil && partition.highWatermark != nil
                }
            ).partition
            #expect(before.isr.contains(try #require(after.leader)))
            #expect(after.leaderEpoch > before.leaderEpoch)
            #expect(after.isr.count == 2 && !after.isr.contains(leader))
            #expect(after.replicas.first { $0.broker == leader }?.state == .offline)
            let next = try KafkaTestClient(port: cluster.ports[Int(after.leader!.rawValue) - 1].port)
            #expect(try next.produce(orders, ["d"]) == .none)

            try await cluster.inject(.restart(leader))
            let healed = try #require(
                await picture(of: cluster) { snapshot, partition in
                    partition.isr.count == 3 && snapshot.brokers.allSatisfy { $0.state == .running }
                        && Set(partition.replicas.map(\.logEndOffset)) == [4] && partition.leader != nil
                }
            ).partition
            // On a busy machine another may have been elected meanwhile.
            let last = try KafkaTestClient(port: cluster.ports[Int(try #require(healed.leader).rawValue) - 1].port)
            #expect(try last.fetch(orders) == ["a", "b", "c", "d"])
        }
    }

    @Test func `a broker back before its session has ended is shown waiting`() async throws {
        // Its former life is still believed in; the console says for how long.
        try await withEmbeddedCluster(brokers: 3) { cluster in
            try KafkaTestClient(port: cluster.ports[0].port).createTopic("orders", partitions: 1, replicas: 3)
            try await cluster.inject(.kill(2))
            try await cluster.inject(.restart(2))
            let waiting = await picture(of: cluster) { snapshot, _ in
                if case .waitingForSession(let milliseconds) = snapshot.brokers[1].state {
                    milliseconds > 0
                } else {
                    false
                }
            }
            #expect(waiting != nil)
            let back = await picture(of: cluster) { snapshot, _ in snapshot.brokers[1].state == .running }
            #expect(back != nil)
        }
    }

    @Test func `an orderly stop moves leaders away at once`() async throws {
        // Controlled shutdown: nobody waits for a session to end.
        try await withEmbeddedCluster(brokers: 3) { cluster in
            try KafkaTestClient(port: cluster.ports[0].port).createTopic("orders", partitions: 1, replicas: 3)
            let before = try #require(await picture(of: cluster) { $1.isr.count == 3 && $1.leader != nil }).partition
            let old = try #require(before.leader)
            let start = ContinuousClock.now
            try await cluster.inject(.stop(old))
            // Well before the patience of 10 s ends.
            #expect(ContinuousClock.now - start < .seconds(9))
            let after = try #require(
                await picture(of: cluster) { _, partition in
                    partition.leader != old && partition.leader != nil
                })
            #expect(after.partition.leaderEpoch > before.leaderEpoch)
        }
    }

    @Test func `a whole cluster stops quickly and starts with everything in place`() async throws {
        // Nobody stays to take the leaders over, so nobody waits for that.
        let values = (0..<1000).map { "value \($0)" }
        try await withDataDirectory { directory in
            try await withEmbeddedCluster(brokers: 3, in: directory) { cluster in
                try KafkaTestClient(port: cluster.ports[0].port).createTopic("orders", partitions: 1, replicas: 3)
                let leader = try #require(await picture(of: cluster) { $1.leader != nil && $1.highWatermark != nil })
                    .partition.leader!
                let client = try KafkaTestClient(port: cluster.ports[Int(leader.rawValue) - 1].port)
                #expect(try client.produce(orders, values) == .none)
                let start = ContinuousClock.now
                await cluster.shutDown(patience: .seconds(60))
                #expect(ContinuousClock.now - start < .seconds(50))
            }
            try await withEmbeddedCluster(brokers: 3, in: directory) { cluster in
                let found = try #require(await picture(of: cluster) { $1.highWatermark == 1000 }).partition
                let client = try KafkaTestClient(port: cluster.ports[Int(found.leader!.rawValue) - 1].port)
                #expect(try client.fetch(orders) == values)
            }
        }
    }

    @Test func `a producer with acks=0 goes on for as long as it likes`() async throws {
        // It waits for nothing, and no number of requests in flight may hold up what comes after them.
        try await withEmbeddedCluster(brokers: 3) { cluster in
            try KafkaTestClient(port: cluster.ports[0].port).createTopic("orders", partitions: 1, replicas: 3)
            let leader = try #require(await picture(of: cluster) { $1.leader != nil && $1.highWatermark != nil })
                .partition.leader!
            let client = try KafkaTestClient(port: cluster.ports[Int(leader.rawValue) - 1].port)
            let values = (0..<500).map { "record \($0)" }
            for value in values { try client.produceWithoutAnswer(orders, [value]) }
            #expect(try client.produce(orders, ["the last"]) == .none)
            #expect(try client.fetch(orders) == values + ["the last"])
        }
    }

    @Test func `a fetch of megabytes comes out of the file as it went in`() async throws {
        // Past a few kilobytes the kernel copies from the page cache to the socket: offsets and lengths must fit.
        try await withEmbeddedCluster(brokers: 3) { cluster in
            try KafkaTestClient(port: cluster.ports[0].port).createTopic("orders", partitions: 1, replicas: 3)
            let leader = try #require(await picture(of: cluster) { $1.leader != nil && $1.highWatermark != nil })
                .partition.leader!
            let client = try KafkaTestClient(port: cluster.ports[Int(leader.rawValue) - 1].port)
            let batches = (0..<8).map { batch in
                (0..<400).map { "\(batch)-\($0)-" + String(repeating: "x", count: 1000) }
            }
            for batch in batches { #expect(try client.produce(orders, batch) == .none) }
            var read: [String] = []
            while read.count < 3200 {
                let more = try client.fetch(orders, from: Int64(read.count))
                try #require(!more.isEmpty)
                read += more
            }
            #expect(read == batches.flatMap { $0 })
        }
    }
}
