import KafkaClient
import KafkaCluster

/// What one run of the benchmark sends and how: the same against every cluster that it is compared with.
struct BenchLoad: Sendable {
    var records = 1_000_000
    var valueBytes = 100
    var partitions = 1
    var replicationFactor = 3
    var acks = Acks.all
    var lingerMilliseconds = 5
    var compression = CompressionName.none
    var enableIdempotence = false
    /// Records per second, evenly; nil sends as fast as the client can.
    var recordsPerSecond: Double?
    var consumes = false

    func producerConfiguration(bootstrapServers: String) -> ClientConfiguration {
        ClientConfiguration(bootstrapServers: bootstrapServers).with([
            "client.id": "klamm-bench", "acks": acks.name, "linger.ms": "\(lingerMilliseconds)",
            "compression.codec": compression.rawValue, "enable.idempotence": enableIdempotence ? "true" : "false",
            // Small requests must not wait for each other's TCP acknowledgement.
            "socket.nagle.disable": "true",
        ])
    }

    func consumerConfiguration(bootstrapServers: String) -> ClientConfiguration {
        ClientConfiguration(bootstrapServers: bootstrapServers).with([
            "client.id": "klamm-bench", "socket.nagle.disable": "true",
        ])
    }

    var summary: String {
        let pace = recordsPerSecond.map { "steady \(BenchText.number($0)) records/s, " } ?? ""
        let copies = replicationFactor == 1 ? "1 replica" : "\(replicationFactor) replicas"
        let parts = partitions == 1 ? "1 partition" : "\(partitions) partitions"
        return pace
            + "\(valueBytes)-byte records, \(parts), \(copies), acks=\(acks.name), linger \(lingerMilliseconds) ms, "
            + (compression == .none ? "no compression" : compression.rawValue)
            + (enableIdempotence ? ", idempotent" : "")
    }
}
