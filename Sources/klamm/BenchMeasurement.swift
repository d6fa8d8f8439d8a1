import Workload

/// What one round measured.
struct BenchMeasurement: Sendable {
    var records: Int
    var bytes: Int
    var seconds: Double
    /// From the send of a record to the news that it is acknowledged; empty for a consumer.
    var latencies = LatencyHistogram()
    /// Records that were not acknowledged.
    var failed = 0
    /// What the brokers of our own cluster used of the processor; nil where they run elsewhere.
    var brokerSeconds: Double?

    var recordsPerSecond: Double { Double(records) / max(seconds, 1e-9) }
    var megabytesPerSecond: Double { Double(bytes) / 1e6 / max(seconds, 1e-9) }
}

/// The rounds of one load against one cluster, and against librdkafka's mock where that was asked for.
struct BenchSeries: Sendable {
    enum Kind: String, Sendable { case produce, consume }

    var kind: Kind
    var load: BenchLoad
    var rounds: [BenchMeasurement] = []
    var baseline: [BenchMeasurement] = []

    var recordsPerSecond: Double? { Self.median(rounds.map(\.recordsPerSecond)) }
    var megabytesPerSecond: Double? { Self.median(rounds.map(\.megabytesPerSecond)) }
    var baselineRecordsPerSecond: Double? { Self.median(baseline.map(\.recordsPerSecond)) }
    var failed: Int { rounds.reduce(0) { $0 + $1.failed } }

    /// How much of the mock's throughput is reached: medians of rounds that took turns.
    var ratio: Double? {
        guard let ours = recordsPerSecond, let theirs = baselineRecordsPerSecond, theirs > 0 else { return nil }
        return ours / theirs
    }

    var latencies: LatencyHistogram {
        rounds.reduce(into: LatencyHistogram()) { sum, round in sum.add(round.latencies) }
    }

    var brokerSecondsPerMillionRecords: Double? {
        Self.median(
            rounds.compactMap { round in
                round.brokerSeconds.map { $0 * 1e6 / Double(max(1, round.records)) }
            })
    }

    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
