import EmbeddedClusters
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaServer
import KafkaStorage
import Testing

/// A look into the logs of brokers that run.
@Suite(.serialized) struct LogLookTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)

    @Test func `a replica's files are told, and its batches counted, until its broker dies`() async throws {
        // What one would otherwise do with ls and kafka-dump-log.
        try await withEmbeddedCluster(brokers: 1) { cluster in
            let client = try KafkaTestClient(port: cluster.ports[0].port)
            try client.createTopic("orders", partitions: 1, replicas: 1)
            while try client.metadata(["orders"]).topics.first?.partitions.first?.leaderId != 1 {
                try await Task.sleep(for: .milliseconds(20))
            }
            for value in ["a", "b", "c"] { #expect(try client.produce(orders, [value, value]) == .none) }
            let log = try #require(try await cluster.describeLog(of: orders, on: 1))
            #expect(log.directory.hasSuffix("/orders-0") && log.directory.hasPrefix("/"))
            #expect(log.segments.map(\.file) == ["00000000000000000000.log"] && log.segments[0].isActive)
            let count = try #require(
                try await cluster.countBatches(of: orders, on: 1, inSegmentAt: 0, after: BatchCount()))
            #expect(count.isComplete && count.batches == 3 && count.records == 6 && count.lastOffset == 5)
            #expect(try await cluster.describeLog(of: TopicPartition(topic: "none", partition: 0), on: 1) == nil)
            #expect(try await cluster.producers(of: "orders").isEmpty, "the client sends without an id")
            try await cluster.kill(1)
            #expect(try await cluster.describeLog(of: orders, on: 1) == nil)
        }
    }
}
