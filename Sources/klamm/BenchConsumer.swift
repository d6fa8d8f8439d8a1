import KafkaClient
import Logging

/// Reads a topic from its beginning and measures from the first request to the last record.
struct BenchConsumer: Sendable {
    var load: BenchLoad
    var bootstrapServers: String
    var topic: String
    var measuresBrokers: Bool
    var logger: Logger
    var progress: @Sendable (Int) -> Void

    func run() async throws -> BenchMeasurement {
        try await DedicatedThread.run(name: "klamm-bench") { try measure() }
    }

    private func measure() throws -> BenchMeasurement {
        let consumer = try GrouplessConsumer(
            load.consumerConfiguration(bootstrapServers: bootstrapServers), logger: logger)
        var offsets: [(partition: Int32, offset: Int64)] = []
        var expected = 0
        for partition in 0..<Int32(load.partitions) {
            let log = try consumer.watermarks(topic: topic, partition: partition)
            offsets.append((partition, log.lowerBound))
            expected += log.count
        }
        let clocks = BenchThreadClocks.now()
        let start = monotonicNanoseconds()
        let reader = try PartitionReader(consumer, topic: topic, from: offsets, batch: 10_000)
        var (records, bytes) = (0, 0)
        var lastProgress = start
        while records < expected {
            let read = try reader.count(milliseconds: 1000)
            records += read.records
            bytes += read.bytes
            let now = monotonicNanoseconds()
            if read.records > 0 { lastProgress = now }
            guard now - lastProgress < 30_000_000_000 else {
                throw ClientError(
                    code: .timedOut,
                    reason: "The consumer had \(records) of \(expected) records and then none for 30 s.")
            }
            progress(records)
        }
        let end = monotonicNanoseconds()
        let spent = BenchThreadClocks.now().brokerNanoseconds(since: clocks)
        var result = BenchMeasurement(records: records, bytes: bytes, seconds: Double(end - start) / 1e9)
        if measuresBrokers { result.brokerSeconds = Double(spent) / 1e9 }
        return result
    }
}
