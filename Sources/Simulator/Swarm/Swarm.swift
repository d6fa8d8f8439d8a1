import KafkaBroker
import KafkaProtocol

/// What one seed has drawn: the cluster, its settings, its topics and its faults. Extremes are drawn as often as what is
/// usual, since bugs live in the corners.
package struct Swarm: Sendable {
    /// Runs that look at one part of the cluster more closely.
    package enum Profile: String, CaseIterable, Hashable, Sendable {
        case everything
        /// Controllers and topics without records.
        case metadata
        /// Answers of one batch, so that followers lag and logs part.
        case oneBatchAFetch
        /// A segment holds a few batches.
        case tinySegments
    }

    package let seed: UInt64
    package let profile: Profile
    package private(set) var setup: WorldSetup
    package private(set) var topics: [TopicPlan]
    package let faults: FaultPlan
    /// How long faults go on.
    package let safetySpan: Duration

    package init(seed: UInt64) {
        self.seed = seed
        var generator = SeededGenerator(seed: seed)
        profile =
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: .metadata
            case 1: .oneBatchAFetch
            case 2: .tinySegments
            default: .everything
            }
        setup = WorldSetup(seed: seed)
        // Three brokers are what most people have, and the smallest cluster in which everything can happen.
        setup.brokers = [1, 2, 3, 3, 3, 3, 4, 5].randomElement(using: &generator) ?? 3
        setup.controllers = Int.random(in: 0..<3, using: &generator) == 0 ? 1 : 3
        setup.latency = .microseconds(Int.random(in: 20...2000, using: &generator))
        setup.flushTime = .microseconds(Int.random(in: 50...10_000, using: &generator))
        setup.cutTimeout = .milliseconds(Int.random(in: 300...4000, using: &generator))
        setup.configuration = Self.configuration(profile, brokers: setup.brokers, using: &generator)
        topics = Self.topics(profile, brokers: setup.brokers, using: &generator)
        faults = FaultPlan(drawnFor: setup.brokers, using: &generator)
        safetySpan = .milliseconds(Int.random(in: 3000...15_000, using: &generator))
        let factor = Int16(setup.brokers)
        setup.adjustBroker = { settings in
            settings.defaultReplicationFactor = min(3, factor)
            settings.offsetsTopicReplicationFactor = min(3, factor)
        }
    }

    private static func configuration(
        _ profile: Profile, brokers: Int32, using generator: inout SeededGenerator
    ) -> StaticConfiguration {
        var configuration = StaticConfiguration()
        func set(_ name: String, _ value: some CustomStringConvertible) {
            do {
                try configuration.set(name, value.description)
            } catch {
                preconditionFailure("the swarm draws a setting that does not exist: \(error)")
            }
        }
        set("replica.lag.time.max.ms", Int.random(in: 300...3000, using: &generator))
        set("broker.session.timeout.ms", Int.random(in: 600...2500, using: &generator))
        set("broker.heartbeat.interval.ms", Int.random(in: 100...300, using: &generator))
        set("replica.fetch.wait.max.ms", Int.random(in: 50...500, using: &generator))
        set("replica.high.watermark.checkpoint.interval.ms", Int.random(in: 100...3000, using: &generator))
        set("log.flush.offset.checkpoint.interval.ms", Int.random(in: 200...5000, using: &generator))
        set("log.retention.check.interval.ms", Int.random(in: 500...5000, using: &generator))
        set("log.segment.delete.delay.ms", Int.random(in: 0...2000, using: &generator))
        set("log.cleaner.backoff.ms", Int.random(in: 200...3000, using: &generator))
        set("offsets.topic.num.partitions", Int.random(in: 1...3, using: &generator))
        set("group.min.session.timeout.ms", 500)
        set("request.timeout.ms", Int.random(in: 1000...5000, using: &generator))
        set("leader.imbalance.check.interval.seconds", Int.random(in: 1...5, using: &generator))
        set("auto.leader.rebalance.enable", Int.random(in: 0..<3, using: &generator) > 0)
        set("metadata.log.max.record.bytes.between.snapshots", Int.random(in: 500...20_000, using: &generator))
        if profile == .oneBatchAFetch {
            set("replica.fetch.max.bytes", 1)
            set("replica.fetch.response.max.bytes", 1)
        }
        return configuration
    }

    private static func topics(
        _ profile: Profile, brokers: Int32, using generator: inout SeededGenerator
    ) -> [TopicPlan] {
        (0..<Int.random(in: 1...3, using: &generator)).map { number in
            let factor = Int16.random(in: 1...Int16(min(3, brokers)), using: &generator)
            var plan = TopicPlan(
                name: "topic-\(number)", partitions: Int32.random(in: 1...3, using: &generator),
                replicationFactor: max(factor, Int16(min(brokers, 2))))
            if Bool.random(using: &generator) {
                plan.configs["min.insync.replicas"] =
                    Int16.random(in: 1...max(1, plan.replicationFactor), using: &generator).description
            }
            if Int.random(in: 0..<6, using: &generator) == 0 { plan.configs["unclean.leader.election.enable"] = "true" }
            if profile == .tinySegments || Int.random(in: 0..<3, using: &generator) == 0 {
                plan.configs["segment.bytes"] = Int.random(in: 200...5000, using: &generator).description
                plan.configs["index.interval.bytes"] = Int.random(in: 0...500, using: &generator).description
            }
            if Int.random(in: 0..<8, using: &generator) == 0 {
                plan.configs["flush.messages"] = Int.random(in: 1...10, using: &generator).description
            }
            return plan
        }
    }
}
