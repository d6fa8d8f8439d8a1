import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Testing
import Workload

/// An embedded cluster seen from inside, and by Kafka's protocol alone.
@Suite struct AttachedClusterTests {
    private func attached(
        to live: LiveCluster, patience: Duration = .seconds(3)
    ) async throws -> AttachedCluster {
        let addresses = try live.cluster.bootstrapServers.split(separator: ",").map {
            try ClusterSurvey.Address(parsing: String($0))
        }
        let cluster = AttachedCluster(bootstrapServers: addresses, patience: patience, now: SystemClock.now)
        do { try await cluster.start() } catch {
            await cluster.shutDown()
            throw error
        }
        return cluster
    }

    @Test func `from inside and by the protocol the same is seen`() async throws {
        // Whoever learns Kafka on klamm's own cluster must not meet other figures on a real one.
        try await withLiveCluster { live in
            try await live.admin.createTopic("orders", partitions: 3, replicationFactor: 3)
            try await live.admin.createTopic("audit", partitions: 2, replicationFactor: 2)
            try await live.write(200, to: "orders")
            var settings = ConsumerSettings(group: "billing", topics: ["orders"])
            settings.members = 2
            live.workload.execute(.startGroup(settings))
            try await live.until {
                let group = try await live.cluster.snapshot().groups.first { $0.id == "billing" }
                return group?.state == "Stable" && group?.lag == 0
            }
            let attached = try await attached(to: live)
            // The two looks are taken one after the other: a follower may still be on its way between them.
            var (inside, outside) = (try await live.cluster.snapshot(), try await attached.snapshot())
            for _ in 0..<50 where inside.carriedByTheProtocol != outside {
                try await Task.sleep(for: .milliseconds(100))
                (inside, outside) = (try await live.cluster.snapshot(), try await attached.snapshot())
                outside.takenAt = inside.takenAt
                outside.heardAt = nil
                for index in outside.topics.indices { outside.topics[index].heardAt = nil }
            }
            let expected = inside.carriedByTheProtocol
            #expect(outside.clusterID == expected.clusterID)
            #expect(outside.controller == expected.controller)
            #expect(outside.controllers == expected.controllers)
            #expect(outside.metadataOffset == expected.metadataOffset)
            #expect(outside.brokers == expected.brokers)
            #expect(outside.topics == expected.topics)
            #expect(outside.groups == expected.groups)
            #expect(outside == expected)
            // It compares something.
            #expect(outside.topics.map(\.name) == ["__consumer_offsets", "audit", "orders"])
            #expect(outside.topics[2].partitions.compactMap(\.highWatermark).reduce(0, +) == 200)
            #expect(outside.groups.first?.partitions.compactMap(\.committed).reduce(0, +) == 200)
            await attached.shutDown()
        }
    }

    @Test func `a look that is asked for waits for every figure, from the first on`() async throws {
        // The round that begins with the cluster asked the brokers already, and the look did not wait for their
        // answers: a snapshot as data had no offsets, and so no rate.
        try await withLiveCluster { live in
            try await live.admin.createTopic("orders", partitions: 3, replicationFactor: 3)
            try await live.write(30, to: "orders")
            for _ in 0..<5 {
                let attached = try await attached(to: live)
                let topic = try await attached.snapshot().topics.first { $0.name == "orders" }
                #expect(topic?.partitions.compactMap(\.highWatermark).reduce(0, +) == 30)
                await attached.shutDown()
            }
        }
    }

    @Test func `a kill is seen from outside`() async throws {
        // The broker's silence, the leaders that follow, and its return.
        try await withLiveCluster { live in
            try await live.admin.createTopic("orders", partitions: 3, replicationFactor: 3)
            let attached = try await attached(to: live)
            let events = attached.events()
            let snapshots = attached.snapshots()
            var iterator = snapshots.makeAsyncIterator()
            func until(_ condition: (ClusterSnapshot) -> Bool) async throws {
                while let snapshot = await iterator.next() { if condition(snapshot) { return } }
            }
            try await until { $0.topics.first { $0.name == "orders" }?.partitions[0].highWatermark == 0 }
            try await live.cluster.kill(1)
            try await until { $0.brokers[0].state != .running }
            try await until { snapshot in
                let topic = snapshot.topics.first { $0.name == "orders" }
                return topic?.partitions.allSatisfy { $0.leader != nil && $0.leader != 1 && $0.isr.count == 2 } ?? false
            }
            try await live.cluster.restart(1)
            try await until { snapshot in
                let topic = snapshot.topics.first { $0.name == "orders" }
                return topic?.partitions.allSatisfy { $0.isr.count == 3 } ?? false
            }
            await attached.shutDown()
            var told: [String] = []
            for await event in events { told.append(EventSummary(event).text) }
            #expect(told.contains { $0.contains("orders-0 is led by") || $0.contains("orders-0 ISR lost 1") })
            #expect(told.contains { $0.hasPrefix("Broker 1 ") })
            #expect(told.contains { $0.contains("ISR took back 1") })
        }
    }

    @Test func `the broker that tells of the metadata is frozen, and the picture goes on`() async throws {
        // Klamm waited for it alone, and the whole screen stood still for as long as its patience lasts.
        try await withLiveCluster([("broker.session.timeout.ms", "60000")]) { live in
            let attached = try await attached(to: live, patience: .seconds(60))
            var pictures = attached.snapshots().makeAsyncIterator()
            _ = await pictures.next()
            try await live.cluster.inject(.freeze(1))
            var broker: ClusterSnapshot.Broker?
            while let picture = await pictures.next(), picture.brokers[0].state == .running {
                broker = picture.brokers[0]
                if broker?.lateSince != nil { break }
            }
            #expect(broker?.lateSince != nil)
            try await live.cluster.inject(.thaw(1))
            await attached.shutDown()
        }
    }

    @Test func `that nobody decides is told after one patience, not after one for each broker`() async throws {
        // A broker that reaches no controller answers nothing: three were waited for one after the other.
        try await withLiveCluster { live in
            let attached = try await attached(to: live)
            var pictures = attached.snapshots().makeAsyncIterator()
            while let picture = await pictures.next(), picture.controller == nil {}
            try await live.cluster.inject(.kill(101))
            try await live.cluster.inject(.kill(102))
            // About a second apart.
            var count = 0
            while let picture = await pictures.next(), picture.controller != nil { count += 1 }
            #expect(count < 5)
            await attached.shutDown()
        }
    }

    @Test func `who is not there is named`() async throws {
        // A wrong port must not look like an empty cluster.
        let cluster = AttachedCluster(
            bootstrapServers: [.init(host: "127.0.0.1", port: 1)], now: SystemClock.now)
        await #expect(throws: WireError.nobodyAnswers(["127.0.0.1:1: connection refused"])) {
            try await cluster.start()
        }
        await cluster.shutDown()
    }

    @Test func `an address is a host and a port`() throws {
        // As bootstrap.servers takes it.
        #expect(try ClusterSurvey.Address(parsing: "kafka-1:9093") == .init(host: "kafka-1", port: 9093))
        #expect(try ClusterSurvey.Address(parsing: "kafka-1") == .init(host: "kafka-1", port: 9092))
        #expect(try ClusterSurvey.Address(parsing: "SASL_SSL://k:9093") == .init(host: "k", port: 9093))
        #expect(try ClusterSurvey.Address(parsing: "[::1]:9093") == .init(host: "::1", port: 9093))
        for bad in ["kafka:", "kafka:0", ":9092", "kafka:99999", "::1:9092"] {
            #expect(throws: WireError.badAddress(bad)) { try ClusterSurvey.Address(parsing: bad) }
        }
    }

    @Test func `the newest version that both know is spoken`() throws {
        // Apache Kafka 3.9 offers other ranges than klamm, and 4.0 others again.
        var response = ApiVersionsResponse()
        func offer(_ api: APIKey, _ range: ClosedRange<Int16>) {
            var offered = ApiVersionsResponse.ApiVersion()
            offered.apiKey = api.rawValue
            offered.minVersion = range.lowerBound
            offered.maxVersion = range.upperBound
            response.apiKeys.append(offered)
        }
        offer(.metadata, 0...99)
        offer(.listOffsets, 1...7)
        offer(.listGroups, 90...99)
        let versions = NegotiatedVersions(response)
        #expect(try versions.version(for: MetadataRequest.self) == MetadataRequest.versions.upperBound)
        #expect(try versions.version(for: ListOffsetsRequest.self) == 7)
        #expect(throws: NegotiatedVersions.Unsupported.self) { try versions.version(for: ListGroupsRequest.self) }
        let unknown = #expect(throws: NegotiatedVersions.Unsupported.self) {
            try versions.version(for: DescribeQuorumRequest.self)
        }
        #expect(unknown?.theirs == nil)
    }
}

extension ClusterSnapshot {
    /// What no request of Kafka's asks for is unknown from outside: connections, rates, generations, times of commits,
    /// and what klamm alone knows.
    fileprivate var carriedByTheProtocol: ClusterSnapshot {
        var snapshot = self
        // Who asks from outside has asked when the answers came.
        snapshot.lookedAt = nil
        snapshot.recordsPerSecond = nil
        snapshot.workload = nil
        snapshot.faults = []
        for index in brokers.indices {
            snapshot.brokers[index].connections = nil
            snapshot.brokers[index].bytesInPerSecond = nil
            snapshot.brokers[index].bytesOutPerSecond = nil
        }
        for index in groups.indices {
            snapshot.groups[index].generation = nil
            // OffsetFetch does not tell when something was committed.
            for place in groups[index].partitions.indices { snapshot.groups[index].partitions[place].committedAt = nil }
        }
        // Metadata do not tell by which min.insync.replicas a leader goes.
        for index in topics.indices {
            for place in topics[index].partitions.indices { snapshot.topics[index].partitions[place].minISR = nil }
        }
        return snapshot
    }
}
