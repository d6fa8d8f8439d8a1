import KafkaClient
import KafkaCluster
import KafkaServer
import Logging
import Testing

/// Attached to brokers that others wrote: librdkafka's mock cluster, which knows a few of Kafka's requests.
@Suite struct ForeignClusterTests {
    @Test func `what a broker does not know stays unknown, and the rest is shown`() async throws {
        // It refuses our first question in a form of its own, as brokers before Kafka 2.4 do in theirs.
        let logger = Logger(label: "mock") { _ in SwiftLogNoOpLogHandler() }
        let mock = try MockCluster(brokers: 3, logger: logger)
        // Of two partitions in one question, librdkafka 2.0 tells the end of the first alone.
        try mock.createTopic("orders", partitions: 1, replicationFactor: 3)
        let sender = try RecordSender(ClientConfiguration(bootstrapServers: mock.bootstrapServers), logger: logger)
        for value in ["a", "b", "c"] {
            _ = try await sender.send(ProducerRecord(topic: "orders", partition: 0, value: Array(value.utf8)))
        }
        let addresses = try mock.bootstrapServers.split(separator: ",").map {
            try ClusterSurvey.Address(parsing: String($0))
        }
        let attached = AttachedCluster(
            bootstrapServers: addresses, patience: .seconds(60), now: SystemClock.now)
        try await attached.start()
        let snapshot = try await attached.snapshot()
        #expect(snapshot.brokers.map(\.state) == [.running, .running, .running])
        let topic = try #require(snapshot.topics.first { $0.name == "orders" })
        #expect(topic.partitions.map(\.highWatermark) == [3])
        #expect(topic.partitions.map(\.replicas.count) == [3])
        #expect(topic.partitions.allSatisfy { $0.sizeInBytes == nil })
        #expect(snapshot.brokers.allSatisfy { $0.logBytes == nil })
        #expect(snapshot.controllers.isEmpty)
        #expect(!snapshot.groupsAreTold && snapshot.groups.isEmpty)
        await attached.shutDown()
    }
}
