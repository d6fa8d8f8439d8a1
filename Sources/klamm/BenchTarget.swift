import KafkaClient
import Logging

/// A cluster to measure: where it is, and how topics come and go in it.
protocol BenchTarget: Sendable {
    var bootstrapServers: String { get }
    /// Whether its brokers run in this process and nowhere else, so that their processor time can be told.
    var isOurs: Bool { get }
    func createTopic(_ name: String, _ load: BenchLoad) async throws
    func deleteTopic(_ name: String) async throws
}

/// A cluster that speaks Kafka's protocol somewhere.
struct BenchCluster: BenchTarget {
    let bootstrapServers: String
    let isOurs: Bool
    private let admin: AdminClient

    init(bootstrapServers: String, isOurs: Bool, logger: Logger) throws {
        self.bootstrapServers = bootstrapServers
        self.isOurs = isOurs
        admin = try AdminClient(ClientConfiguration(bootstrapServers: bootstrapServers), logger: logger)
    }

    /// Throws when nobody answers there.
    func check() async throws { _ = try await admin.describe(milliseconds: 5000) }

    func createTopic(_ name: String, _ load: BenchLoad) async throws {
        try await admin.createTopic(
            name, partitions: Int32(clamping: load.partitions),
            replicationFactor: Int16(clamping: load.replicationFactor), milliseconds: 30_000)
    }

    func deleteTopic(_ name: String) async throws { try await admin.deleteTopic(name, milliseconds: 30_000) }
}

/// librdkafka's mock: the measure of what the client could do if a broker cost next to nothing.
struct BenchMock: BenchTarget {
    private let cluster: MockCluster
    var isOurs: Bool { false }
    var bootstrapServers: String { cluster.bootstrapServers }

    init(logger: Logger) throws { cluster = try MockCluster(brokers: 3, logger: logger) }

    func createTopic(_ name: String, _ load: BenchLoad) async throws {
        try cluster.createTopic(name, partitions: load.partitions, replicationFactor: min(3, load.replicationFactor))
    }

    /// Its topics go with it.
    func deleteTopic(_ name: String) async throws {}
}
