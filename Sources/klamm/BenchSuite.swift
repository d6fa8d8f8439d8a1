/// The three figures by which klamm judges its own speed, with what it asks of each.
enum BenchSuite {
    struct Figure: Sendable {
        var name: String
        var load: BenchLoad
        var usesBaseline: Bool
        /// One round is enough where the figure is a percentile over many seconds.
        var rounds: Int?
        var goal: Goal
    }

    enum Goal: Sendable {
        case ratio(Double)
        case latencyP99Milliseconds(Double)
    }

    static var figures: [Figure] {
        var single = BenchLoad()
        single.replicationFactor = 1
        single.acks = .leader
        var replicated = BenchLoad()
        replicated.replicationFactor = 3
        replicated.acks = .all
        var steady = BenchLoad()
        steady.records = 40_000
        steady.recordsPerSecond = 2000
        steady.lingerMilliseconds = 0
        return [
            Figure(name: "one replica, acks=1", load: single, usesBaseline: true, goal: .ratio(0.8)),
            Figure(name: "three replicas, acks=all", load: replicated, usesBaseline: true, goal: .ratio(0.5)),
            Figure(
                name: "steady, three replicas, acks=all", load: steady, usesBaseline: false, rounds: 1,
                goal: .latencyP99Milliseconds(5)),
        ]
    }

    /// One sentence: the figure, what is asked of it, and whether it holds. Nil when nothing was measured.
    static func verdict(_ figure: Figure, _ series: BenchSeries) -> (text: String, holds: Bool)? {
        switch figure.goal {
        case .ratio(let least):
            guard let ratio = series.ratio else { return nil }
            let text = "\(BenchText.number(ratio, decimals: 2)) of the mock, at least \(least) asked"
            return (text, ratio >= least)
        case .latencyP99Milliseconds(let most):
            guard let microseconds = series.latencies.percentile(0.99) else { return nil }
            let milliseconds = Double(microseconds) / 1000
            let text = "p99 \(BenchText.number(milliseconds, decimals: 2)) ms, at most \(most) asked"
            return (text, milliseconds <= most)
        }
    }
}
