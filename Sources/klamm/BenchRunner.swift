import KafkaClient
import Logging

/// Runs loads against a cluster, in turns with the mock where it is the baseline, and collects the rounds.
struct BenchRunner {
    var target: any BenchTarget
    /// Taking turns keeps whatever else the machine does from falling on one of the two.
    var baseline: (any BenchTarget)?
    var rounds: Int
    var logger: Logger
    var progress: BenchProgress

    func run(_ load: BenchLoad) async throws -> [BenchSeries] {
        var produced = BenchSeries(kind: .produce, load: load)
        var consumed = BenchSeries(kind: .consume, load: load)
        for round in 0..<rounds {
            let runsBaselineFirst = round % 2 == 1
            for isBaseline in [runsBaselineFirst, !runsBaselineFirst] {
                guard let cluster = isBaseline ? baseline : target else { continue }
                let title = "round \(round + 1) of \(rounds)" + (isBaseline ? ", mock" : "")
                let topic = "klamm-bench-" + String(UInt64.random(in: .min ... .max), radix: 36)
                try await cluster.createTopic(topic, load)
                let (sent, read) = try await measure(load, topic, on: cluster, title, consumes: !isBaseline)
                try await cluster.deleteTopic(topic)
                if isBaseline {
                    produced.baseline.append(sent)
                } else {
                    produced.rounds.append(sent)
                    if let read { consumed.rounds.append(read) }
                }
            }
        }
        progress.end()
        return consumed.rounds.isEmpty ? [produced] : [produced, consumed]
    }

    private func measure(
        _ load: BenchLoad, _ topic: String, on cluster: any BenchTarget, _ title: String, consumes: Bool
    ) async throws -> (BenchMeasurement, BenchMeasurement?) {
        let sent = try await BenchProducer(
            load: load, bootstrapServers: cluster.bootstrapServers, topic: topic, measuresBrokers: cluster.isOurs,
            logger: logger, progress: progress.watch("produce, " + title, total: load.records)
        ).run()
        // The mock keeps only the last five megabytes: there is nothing to compare a consumer with.
        guard load.consumes && consumes else { return (sent, nil) }
        let read = try await BenchConsumer(
            load: load, bootstrapServers: cluster.bootstrapServers, topic: topic, measuresBrokers: cluster.isOurs,
            logger: logger, progress: progress.watch("consume, " + title, total: load.records)
        ).run()
        return (sent, read)
    }
}
