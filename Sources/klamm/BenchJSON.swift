/// A series as a program reads it: one object, null for what is unknown.
enum BenchJSON {
    static func text(of series: [BenchSeries]) -> String {
        "[" + series.map(object).joined(separator: ",\n ") + "]"
    }

    private static func object(_ series: BenchSeries) -> String {
        let load = series.load
        let latencies = series.latencies
        let isProducer = series.kind == .produce
        func microseconds(_ value: Int64?) -> String { value.map { "\(Double($0) / 1000)" } ?? "null" }
        func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "null" }
        let fields: [(String, String)] = [
            ("kind", "\"\(series.kind.rawValue)\""),
            ("recordBytes", "\(load.valueBytes)"),
            ("partitions", "\(load.partitions)"),
            ("replicationFactor", "\(load.replicationFactor)"),
            ("acks", "\"\(load.acks.name)\""),
            ("lingerMs", "\(load.lingerMilliseconds)"),
            ("compression", "\"\(load.compression.rawValue)\""),
            ("idempotence", "\(load.enableIdempotence)"),
            ("targetRecordsPerSecond", number(load.recordsPerSecond)),
            ("rounds", "\(series.rounds.count)"),
            ("records", "\(series.rounds.reduce(0) { $0 + $1.records })"),
            ("failed", "\(series.failed)"),
            ("recordsPerSecond", number(series.recordsPerSecond)),
            ("megabytesPerSecond", number(series.megabytesPerSecond)),
            ("latencyMsP50", isProducer ? microseconds(latencies.percentile(0.5)) : "null"),
            ("latencyMsP95", isProducer ? microseconds(latencies.percentile(0.95)) : "null"),
            ("latencyMsP99", isProducer ? microseconds(latencies.percentile(0.99)) : "null"),
            ("latencyMsMax", isProducer ? microseconds(latencies.maximum) : "null"),
            ("brokerCpuSecondsPerMillionRecords", number(series.brokerSecondsPerMillionRecords)),
            ("mockRecordsPerSecond", number(series.baselineRecordsPerSecond)),
            ("ratioToMock", number(series.ratio)),
        ]
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }
}
