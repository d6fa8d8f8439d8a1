import EmbeddedClusters
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Testing

/// Broker settings by Kafka's names reach the nodes that obey them.
@Suite(.serialized) struct BrokerSettingsTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)

    private func client(of cluster: EmbeddedCluster, broker: Int) throws -> KafkaTestClient {
        try KafkaTestClient(port: cluster.ports[broker - 1].port)
    }

    /// What a broker says of its own setting: the value, and where it comes from.
    private func described(_ name: String, by broker: Int, in cluster: EmbeddedCluster) throws -> (String?, Int8) {
        var resource = DescribeConfigsRequest.DescribeConfigsResource()
        resource.resourceType = 4
        resource.resourceName = "\(broker)"
        resource.configurationKeys = [name]
        var request = DescribeConfigsRequest()
        request.resources = [resource]
        let result = try client(of: cluster, broker: broker).call(request, version: 4).results
        let found = try #require(result.first?.configs.first)
        return (found.value, found.configSource)
    }

    private func isr(_ cluster: EmbeddedCluster, asking broker: Int) throws -> [BrokerID] {
        let topic = try client(of: cluster, broker: broker).metadata(["orders"]).topics.first
        return try #require(topic?.partitions.first).isrNodes.sorted()
    }

    /// As often as it takes, for ten seconds.
    private func becomesTrue(_ holds: () throws -> Bool) async throws -> Bool {
        for _ in 0..<200 {
            if (try? holds()) == true { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    @Test func `a group may ask for as short a session as the broker allows`() async throws {
        // Scenarios that wait for a dead member cannot wait for six seconds.
        func join(_ cluster: EmbeddedCluster) async throws -> ErrorCode {
            var found = KafkaProtocol.ErrorCode.unknownServerError
            #expect(
                try await becomesTrue {
                    var request = JoinGroupRequest()
                    request.groupId = "billing"
                    request.sessionTimeoutMs = 200
                    request.protocolType = "consumer"
                    var range = JoinGroupRequest.JoinGroupRequestProtocol()
                    range.name = "range"
                    request.protocols = [range]
                    found = try client(of: cluster, broker: 1).call(request, version: 5).errorCode
                    return found == .invalidSessionTimeout || found == .memberIdRequired
                })
            return found
        }
        for (settings, expected) in [
            ([("group.min.session.timeout.ms", "100")], KafkaProtocol.ErrorCode.memberIdRequired),
            ([], .invalidSessionTimeout),
        ] {
            try await withEmbeddedCluster(brokers: 1, settings) { cluster in
                var coordinator = FindCoordinatorRequest()
                coordinator.key = "billing"
                _ = try await becomesTrue {
                    try client(of: cluster, broker: 1).call(coordinator, version: 3).errorCode == .none
                }
                #expect(try await join(cluster) == expected)
            }
        }
    }

    @Test(arguments: [true, false])
    func `an fsync after each record outlives a loss of power`(isFlushed: Bool) async throws {
        // The logs take their settings from the broker's where the topic has none.
        try await withEmbeddedCluster(brokers: 1, isFlushed ? [("log.flush.interval.messages", "1")] : []) { cluster in
            let client = try client(of: cluster, broker: 1)
            try client.createTopic("orders", partitions: 1, replicas: 1)
            #expect(try client.produce(orders, ["a", "b"]) == .none)
            try await cluster.inject(.powerLoss(1))
            try await cluster.inject(.restart(1))
            var values: [String]?
            #expect(
                try await becomesTrue {
                    let client = try self.client(of: cluster, broker: 1)
                    let partition = try client.metadata(["orders"]).topics.first?.partitions.first
                    guard partition?.leaderId == 1, partition?.errorCode == KafkaProtocol.ErrorCode.none else {
                        return false
                    }
                    values = try client.fetch(orders)
                    return true
                })
            #expect(values == (isFlushed ? ["a", "b"] : []))
        }
    }

    @Test func `the leader drops a follower that lags for longer than it is told`() async throws {
        // By default it would take thirty seconds. A broker that comes later is told the same.
        try await withEmbeddedCluster(
            brokers: 2, [("replica.lag.time.max.ms", "500"), ("auto.leader.rebalance.enable", "false")]
        ) { cluster in
            try client(of: cluster, broker: 1).createTopic("orders", partitions: 1, replicas: 2)
            #expect(try await becomesTrue { try isr(cluster, asking: 1) == [1, 2] })
            try await cluster.inject(.link(.init(.node(1), .node(2), .stall)))
            // Only who lacks a record lags. The leader is one of the two.
            for broker in 1...2 {
                try client(of: cluster, broker: broker).produceWithoutAnswer(orders, ["a"])
            }
            #expect(try await becomesTrue { try isr(cluster, asking: 1).count == 1 })
            try await cluster.inject(.healAll)
            #expect(try await becomesTrue { try isr(cluster, asking: 1) == [1, 2] })

            #expect(try await cluster.addBroker() == 3)
            for broker in 1...3 {
                let (value, source) = try described("replica.lag.time.max.ms", by: broker, in: cluster)
                #expect(value == "500" && source == ConfigEntry.Source.staticBrokerConfig.rawValue)
            }
        }
    }

    @Test func `the controller obeys its settings, too`() async throws {
        // They take the same names, and there is one file for both.
        try await withEmbeddedCluster(
            brokers: 2,
            [
                ("delete.topic.enable", "false"), ("broker.session.timeout.ms", "20000"),
                ("unclean.leader.election.enable", "true"),
            ]
        ) { cluster in
            let client = try client(of: cluster, broker: 1)
            try client.createTopic("orders", partitions: 1, replicas: 2)
            var request = DeleteTopicsRequest()
            request.topicNames = ["orders"]
            request.timeoutMs = 10_000
            #expect(try client.call(request, version: 5).responses.map(\.errorCode) == [.topicDeletionDisabled])

            // A killed broker is believed in for as long as its session lasts: 1.5 seconds by default.
            try await cluster.inject(.kill(2))
            try await Task.sleep(for: .milliseconds(4000))
            #expect(try client.metadata().brokers.map(\.nodeId).sorted() == [1, 2])
        }
    }

    @Test func `what each node is given by itself cannot be set for all`() {
        // Every broker would answer to one number.
        var options = EmbeddedCluster.Options(brokers: 3)
        #expect(throws: ConfigError.self) { try options.set("node.id", to: "4") }
        #expect(throws: ConfigError.self) { try options.set("advertised.listeners", to: "PLAINTEXT://x:1") }
        #expect(throws: ConfigError.self) { try options.set("replica.lag.time.max.ms", to: "soon") }
        #expect(options == EmbeddedCluster.Options(brokers: 3))
    }

    @Test func `a task that is due at once still leaves time for others`() {
        // Kafka takes zero for these; a node that never stops ringing would never hear anything.
        var configuration = StaticConfiguration()
        for name in [
            "log.flush.offset.checkpoint.interval.ms", "replica.high.watermark.checkpoint.interval.ms",
            "log.cleaner.backoff.ms",
        ] {
            do { try configuration.set(name, "0") } catch { Issue.record("\(error)") }
        }
        let settings = BrokerSettings(
            nodeId: 1, clusterID: "x", host: "127.0.0.1", port: 1, configuration: configuration)
        #expect(settings.logFlushOffsetCheckpointInterval > .zero)
        #expect(settings.replicaHighWatermarkCheckpointInterval > .zero)
        #expect(settings.logCleanerBackoff > .zero)
    }
}
