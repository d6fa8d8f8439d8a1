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
        /// Power fails often, on followers that lag and logs that are seldom flushed.
        case powerLoss
        /// Many members, whose coordinators move while they commit.
        case groups
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
            switch Int.random(in: 0..<12, using: &generator) {
            case 0: .metadata
            case 1: .oneBatchAFetch
            case 2: .tinySegments
            case 3: .powerLoss
            case 4: .groups
            default: .everything
            }
        setup = WorldSetup(seed: seed)
        // In some runs only: it costs time, and a broker that reads what it drops asks its disk once more.
        setup.tellsLedger = seed % 8 == 5
        // Three brokers are what most people have, and the smallest cluster in which everything can happen.
        setup.brokers = [1, 2, 3, 3, 3, 3, 4, 5].randomElement(using: &generator) ?? 3
        setup.controllers = Int.random(in: 0..<3, using: &generator) == 0 ? 1 : 3
        setup.latency = .microseconds(Int.random(in: 20...2000, using: &generator))
        setup.flushTime = .microseconds(Int.random(in: 50...10_000, using: &generator))
        setup.cutTimeout = .milliseconds(Int.random(in: 300...4000, using: &generator))
        setup.configuration = Self.configuration(profile, brokers: setup.brokers, using: &generator)
        topics = Self.topics(profile, brokers: setup.brokers, using: &generator)
        faults = FaultPlan(drawnFor: setup.brokers, profile, using: &generator)
        safetySpan = .milliseconds(Int.random(in: 3000...12_000, using: &generator))
        let factor = Int16(setup.brokers)
        setup.requestsComeLate = Bool.random(using: &generator)
        // On a slow machine requests find a coordinator that still loads, or a broker that still recovers.
        if Int.random(in: 0..<4, using: &generator) == 0 {
            setup.sliceTime = .microseconds(Int.random(in: 20...5000, using: &generator))
        }
        if Int.random(in: 0..<3, using: &generator) == 0 { topics.append(Self.offsetsTopic(setup, using: &generator)) }
        let loadBuffer = Bool.random(using: &generator) ? 1 << 20 : Int.random(in: 1...500, using: &generator)
        // As Kafka demands, no shorter than a fetch may wait.
        let socketTimeout = Duration.milliseconds(Int.random(in: 1000...8000, using: &generator))
        setup.adjustBroker = { settings in
            settings.defaultReplicationFactor = min(3, factor)
            settings.offsetsTopicReplicationFactor = min(3, factor)
            settings.replicaSocketTimeout = socketTimeout
            settings.group.offsetsLoadBufferSize = loadBuffer
        }
    }

    /// As brokers make it, but with segments so small that they are cleaned.
    private static func offsetsTopic(_ setup: WorldSetup, using generator: inout SeededGenerator) -> TopicPlan {
        TopicPlan(
            name: "__consumer_offsets",
            partitions: Int32(clamping: setup.configuration.integer("offsets.topic.num.partitions")),
            replicationFactor: Int16(min(3, setup.brokers)),
            configs: [
                "cleanup.policy": "compact", "compression.type": "producer",
                "segment.bytes": Int.random(in: 1000...10_000, using: &generator).description,
                "min.cleanable.dirty.ratio": "0.01", "flush.ms": "300",
            ])
    }

    /// The topics that clients write and read.
    var clientTopics: [TopicPlan] { topics.filter { $0.name != "__consumer_offsets" } }

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
        set("broker.session.timeout.ms", Int.random(in: 700...3000, using: &generator))
        set("broker.heartbeat.interval.ms", Int.random(in: 150...500, using: &generator))
        set("replica.fetch.wait.max.ms", Int.random(in: 100...1000, using: &generator))
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

    /// Some topics keep only the last record of each key, some only what is new or little.
    private static func limit(_ plan: inout TopicPlan, using generator: inout SeededGenerator) {
        let compacts = Int.random(in: 0..<4, using: &generator) == 0
        let retires = Int.random(in: 0..<4, using: &generator) == 0
        if compacts || retires {
            plan.configs["segment.bytes"] = Int.random(in: 500...5000, using: &generator).description
            if Bool.random(using: &generator) {
                plan.configs["segment.ms"] = Int.random(in: 200...3000, using: &generator).description
            }
        }
        if compacts {
            plan.configs["cleanup.policy"] = retires ? "compact,delete" : "compact"
            plan.configs["min.cleanable.dirty.ratio"] =
                ["0.01", "0.1", "0.5"].randomElement(using: &generator) ?? "0.5"
            plan.configs["delete.retention.ms"] = Int.random(in: 0...3000, using: &generator).description
            if Int.random(in: 0..<3, using: &generator) == 0 {
                plan.configs["min.compaction.lag.ms"] = Int.random(in: 100...2000, using: &generator).description
            }
            // Only what is durable is cleaned.
            plan.configs["flush.ms"] = Int.random(in: 100...1000, using: &generator).description
        }
        if retires {
            if Bool.random(using: &generator) {
                plan.configs["retention.ms"] = Int.random(in: 300...5000, using: &generator).description
            } else {
                plan.configs["retention.bytes"] = Int.random(in: 500...10_000, using: &generator).description
            }
        }
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
            if profile == .tinySegments || profile == .powerLoss || Int.random(in: 0..<3, using: &generator) == 0 {
                plan.configs["segment.bytes"] = Int.random(in: 200...5000, using: &generator).description
                plan.configs["index.interval.bytes"] = Int.random(in: 0...500, using: &generator).description
            }
            limit(&plan, using: &generator)
            if Int.random(in: 0..<8, using: &generator) == 0 {
                plan.configs["flush.messages"] = Int.random(in: 1...10, using: &generator).description
            }
            return plan
        }
    }
}
