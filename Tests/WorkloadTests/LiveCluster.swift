import EmbeddedClusters
import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Logging
import Workload

/// Klamm's own brokers with a workload that a ledger watches.
struct LiveCluster {
    let cluster: EmbeddedCluster
    let configuration: ClientConfiguration
    let storeFolder: String
    let ledger = AcknowledgedLedger()
    let workload: RunningWorkload
    let admin: AdminClient
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(_ cluster: EmbeddedCluster, storeFolder: String) throws {
        self.cluster = cluster
        self.storeFolder = storeFolder
        configuration = ClientConfiguration(bootstrapServers: cluster.bootstrapServers)
        workload = RunningWorkload(configuration, logger: logger, storeFolder: storeFolder, observer: ledger)
        admin = try AdminClient(configuration, logger: logger)
    }

    /// Looks again and again until it is so.
    func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(20)) }
    }

    func leader(of partition: Int, in topic: String) async throws -> BrokerID? {
        try await admin.describe(topic: topic).topics.first?.partitions[partition].leader
    }

    /// Writes records with ids of their own, in order, and not before a time of the wall clock.
    func write(_ count: Int, to topic: String, from first: UInt = 0, notBefore: Int64 = 0) async throws {
        try await until { SystemClock.now().wallClockMilliseconds >= notBefore }
        let producer = try Producer(configuration.with(["linger.ms": "5"]), logger: logger)
        for sequence in first..<(first + UInt(count)) {
            let id = RecordID(producer: "test", sequence: sequence)
            try producer.send(ProducerRecord(topic: topic, value: id.value(bytes: 50)))
        }
        try await DedicatedThread.run(name: "klamm-test") { try producer.flush(milliseconds: 30_000) }
    }

    func committed(group: String, _ topic: String) async throws -> Int64? {
        let witness = try Consumer(configuration.with(["group.id": group]), logger: logger)
        return try await committed([TopicPartition(topic: topic, partition: 0)], by: witness)[0]
    }

    /// As the coordinator tells it, nil for nothing. One that has moved, or loads its groups, is asked again, as every
    /// application has to.
    func committed(_ partitions: [TopicPartition], by witness: Consumer) async throws -> [Int64?] {
        let passing = ["COORDINATOR_LOAD_IN_PROGRESS", "COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR", "_WAIT_COORD"]
        while true {
            do {
                return try await DedicatedThread.run(name: "klamm-test") {
                    try witness.committed(partitions).map(\.offset)
                }
            } catch let error as ClientError where passing.contains(error.name) {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    func read(_ topic: String) async throws -> [ConsumedRecord] {
        let reader = try TopicReader(configuration, logger: logger)
        return try await reader.page(topic: topic, at: .beginning, limit: 1_000_000, milliseconds: 30_000).records
    }
}

func withLiveCluster(
    brokers: Int = 3, _ settings: [(String, String)] = [], _ body: (LiveCluster) async throws -> Void
) async throws {
    try await withDataDirectory { directory in
        try await withEmbeddedCluster(brokers: brokers, settings, in: directory) { cluster in
            let live = try LiveCluster(cluster, storeFolder: directory.path + "/workload")
            do { try await body(live) } catch {
                await live.workload.shutDown()
                throw error
            }
            await live.workload.shutDown()
        }
    }
}
