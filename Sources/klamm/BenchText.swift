import KafkaClient

/// A series as a person reads it. What was not measured is unknown, and says so.
enum BenchText {
    static func lines(of series: BenchSeries) -> [String] {
        var lines = ["\(series.kind.rawValue)  \(series.load.summary)"]
        func add(_ name: String, _ value: String) {
            lines.append("  " + name + String(repeating: " ", count: max(1, 14 - name.count)) + value)
        }
        let rates = series.rounds.map(\.recordsPerSecond)
        var rate = series.recordsPerSecond.map { number($0) } ?? "unknown"
        if rates.count > 1, let least = rates.min(), let most = rates.max() {
            rate += "  (median of \(rates.count) rounds, \(number(least)) to \(number(most)))"
        }
        add("records/s", rate)
        add("MB/s", series.megabytesPerSecond.map { number($0, decimals: 1) } ?? "unknown")
        if series.kind == .produce { add("latency", latency(series)) }
        if series.failed > 0 { add("failed", number(Double(series.failed))) }
        add(
            "broker CPU",
            series.brokerSecondsPerMillionRecords.map { number($0, decimals: 2) + " s per million records" }
                ?? "unknown (the brokers run elsewhere)")
        if let baseline = series.baselineRecordsPerSecond, let ratio = series.ratio {
            add("mock", number(baseline) + " records/s against librdkafka's own mock cluster")
            add("ratio", number(ratio, decimals: 2))
        }
        return lines
    }

    private static func latency(_ series: BenchSeries) -> String {
        let latencies = series.latencies
        func milliseconds(_ microseconds: Int64?) -> String {
            microseconds.map { number(Double($0) / 1000, decimals: 2) + " ms" } ?? "unknown"
        }
        return "p50 \(milliseconds(latencies.percentile(0.5)))  p95 \(milliseconds(latencies.percentile(0.95)))  "
            + "p99 \(milliseconds(latencies.percentile(0.99)))  max \(milliseconds(latencies.maximum))"
    }

    /// With a comma at each thousand.
    static func number(_ value: Double, decimals: Int = 0) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value * scale).rounded()
        guard scaled.magnitude < 1e15 else { return "\(value)" }
        let digits = String(Int64(scaled.magnitude))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        var whole = String(padded.dropLast(decimals))
        var index = whole.count - 3
        while index > 0 {
            whole.insert(",", at: whole.index(whole.startIndex, offsetBy: index))
            index -= 3
        }
        return (scaled < 0 ? "-" : "") + whole + (decimals > 0 ? "." + padded.suffix(decimals) : "")
    }
}
