import KafkaClient
import KafkaProtocol
import Logging
import Synchronization

/// A mock cluster with one topic, and clients on it.
struct MockClusterFixture {
    let cluster: MockCluster
    let topic = "orders"
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(partitions: Int = 1) throws {
        cluster = try MockCluster(brokers: 3, logger: Logger(label: "mock") { _ in SwiftLogNoOpLogHandler() })
        try cluster.createTopic(topic, partitions: partitions, replicationFactor: 3)
    }

    var configuration: ClientConfiguration { ClientConfiguration(bootstrapServers: cluster.bootstrapServers) }

    /// Writes values one by one, each acknowledged before this returns.
    func write(_ values: [String], partition: Int32 = 0) async throws {
        let sender = try RecordSender(configuration.with(["linger.ms": "0"]), logger: logger)
        for value in values {
            let record = ProducerRecord(topic: topic, partition: partition, value: Array(value.utf8))
            _ = try await sender.send(record)
        }
    }

    /// A member of a group that commits when asked, alone and from the beginning.
    func consumer(group: String, _ settings: KeyValuePairs<String, String> = [:]) throws -> Consumer {
        let consumer = try Consumer(
            configuration.with([
                "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": "false",
                "enable.auto.offset.store": "false",
            ]).with(settings), logger: logger)
        return consumer
    }
}

/// Delivery reports as they come in.
final class ReportLog: Sendable {
    private let log = Mutex<[DeliveryReport]>([])
    func add(_ report: DeliveryReport) { log.withLock { $0.append(report) } }
    var reports: [DeliveryReport] { log.withLock { $0 } }
}

extension Consumer {
    /// Polls until so many records have come. Does not return before.
    func read(_ count: Int) -> [ConsumedRecord] {
        var records: [ConsumedRecord] = []
        while records.count < count { records += poll(maximum: count - records.count, milliseconds: 1000) }
        return records
    }
}

func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
