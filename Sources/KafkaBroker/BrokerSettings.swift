import KafkaProtocol

/// What one broker is told at its start: who it is, and its settings under Kafka's own names.
///
/// `configuration` holds what the user set; the typed values are read from it, with the defaults of
/// `ConfigurationTable`, and may be changed one by one after that (tests do).
package struct BrokerSettings: Hashable, Sendable {
    /// `node.id`
    package var nodeId: BrokerID
    /// The cluster's identifier, the same for all its nodes, printed like a `Uuid`.
    package var clusterID: String
    /// Host and port of `advertised.listeners`: what Metadata tells clients. The driver binds before it makes the
    /// broker, so the port is never 0 here.
    package var host: String
    package var port: Int
    package var configuration: StaticConfiguration
    /// The folder on the broker's disk below which each partition has its folder. Empty is the disk's root, which is what
    /// `log.dir` names.
    package var logDir = ""
    /// Where that folder really is, as DescribeLogDirs tells users; the disk alone knows paths of its own.
    package var logDirPath: String?
    /// The ids in `controller.quorum.voters`.
    package var controllers: [BrokerID] = [101]
    /// `broker.rack`
    package var brokerRack: String?

    // Lifecycle
    /// `broker.session.timeout.ms`
    package var brokerSessionTimeout: Duration
    /// `broker.heartbeat.interval.ms`
    package var brokerHeartbeatInterval: Duration
    /// How long an orderly stop waits for the controller to move leaders away before it closes the logs all the same.
    package var controlledShutdownTimeout: Duration = .seconds(5)

    // Topics. What a topic may override is in `configuration` alone.
    /// `auto.create.topics.enable`
    package var autoCreateTopicsEnable: Bool
    /// `num.partitions`
    package var numPartitions: Int32
    /// `default.replication.factor`; at most as many as there are brokers.
    package var defaultReplicationFactor: Int16
    /// `offsets.topic.num.partitions`
    package var offsetsTopicNumPartitions: Int32
    /// `offsets.topic.replication.factor`; at most as many as there are brokers, so that a lab of one broker has groups.
    package var offsetsTopicReplicationFactor: Int16

    // Logs
    /// `log.flush.offset.checkpoint.interval.ms`: how often recovery points are written.
    package var logFlushOffsetCheckpointInterval: Duration
    /// `replica.high.watermark.checkpoint.interval.ms`
    package var replicaHighWatermarkCheckpointInterval: Duration
    /// `log.retention.check.interval.ms`
    package var logRetentionCheckInterval: Duration
    /// `log.cleaner.backoff.ms`: how long the cleaner sleeps when there is nothing to clean.
    package var logCleanerBackoff: Duration
    /// `log.cleaner.dedupe.buffer.size`: what the table of keys may take while a log is cleaned.
    package var logCleanerDedupeBufferSize: Int
    /// `producer.id.expiration.ms`
    package var producerIdExpiration: Duration

    // Replication
    /// `replica.lag.time.max.ms`
    package var replicaLagTimeMax: Duration
    /// `replica.fetch.wait.max.ms`
    package var replicaFetchWaitMax: Duration
    /// `replica.fetch.min.bytes`
    package var replicaFetchMinBytes: Int32
    /// `replica.fetch.max.bytes`: per partition.
    package var replicaFetchMaxBytes: Int32
    /// `replica.fetch.response.max.bytes`
    package var replicaFetchResponseMaxBytes: Int32
    /// `replica.fetch.backoff.ms`; Kafka's is 1000, which would hold up acks=all after each election.
    package var replicaFetchBackoff: Duration = .milliseconds(50)
    /// `replica.socket.timeout.ms`: how long a request to another node may stay unanswered.
    package var replicaSocketTimeout: Duration = .seconds(30)

    /// `klamm.ledger`: whether the ledger is told what is acknowledged and what is dropped.
    package var tellsLedger: Bool

    // Clients
    /// `fetch.max.bytes`: the largest answer to a consumer.
    package var fetchMaxBytes: Int32
    /// `max.incremental.fetch.session.cache.slots`
    package var maxIncrementalFetchSessionCacheSlots: Int
    /// A session unused for this long may be evicted by any other (`min.incremental.fetch.session.eviction.ms`).
    package var minIncrementalFetchSessionEviction: Duration = .milliseconds(120_000)
    /// How long a request that this broker passes on to the controller may take (`request.timeout.ms`).
    package var requestTimeout: Duration

    package var group: GroupSettings

    package init(
        nodeId: BrokerID, clusterID: String, host: String, port: Int, configuration: StaticConfiguration = .init()
    ) {
        func milliseconds(_ name: String) -> Duration { .milliseconds(configuration.integer(name)) }
        // A task that is due again at once would leave no time for anything else.
        func interval(_ name: String) -> Duration { max(.milliseconds(1), milliseconds(name)) }
        func int32(_ name: String) -> Int32 { Int32(clamping: configuration.integer(name)) }
        self.nodeId = nodeId
        self.clusterID = clusterID
        self.host = host
        self.port = port
        // What the driver gives is shown with the rest.
        var shown = configuration
        try? shown.set("node.id", nodeId.description)
        try? shown.set("advertised.listeners", "PLAINTEXT://\(host):\(port)")
        self.configuration = shown
        brokerRack = configuration["broker.rack"]
        brokerSessionTimeout = milliseconds("broker.session.timeout.ms")
        brokerHeartbeatInterval = interval("broker.heartbeat.interval.ms")
        autoCreateTopicsEnable = configuration.boolean("auto.create.topics.enable")
        numPartitions = int32("num.partitions")
        defaultReplicationFactor = Int16(clamping: configuration.integer("default.replication.factor"))
        offsetsTopicNumPartitions = int32("offsets.topic.num.partitions")
        offsetsTopicReplicationFactor = Int16(clamping: configuration.integer("offsets.topic.replication.factor"))
        logFlushOffsetCheckpointInterval = interval("log.flush.offset.checkpoint.interval.ms")
        replicaHighWatermarkCheckpointInterval = interval("replica.high.watermark.checkpoint.interval.ms")
        logRetentionCheckInterval = interval("log.retention.check.interval.ms")
        logCleanerBackoff = interval("log.cleaner.backoff.ms")
        logCleanerDedupeBufferSize = Int(configuration.integer("log.cleaner.dedupe.buffer.size"))
        producerIdExpiration = milliseconds("producer.id.expiration.ms")
        tellsLedger = configuration.boolean("klamm.ledger")
        replicaLagTimeMax = milliseconds("replica.lag.time.max.ms")
        replicaFetchWaitMax = milliseconds("replica.fetch.wait.max.ms")
        replicaFetchMinBytes = int32("replica.fetch.min.bytes")
        replicaFetchMaxBytes = int32("replica.fetch.max.bytes")
        replicaFetchResponseMaxBytes = int32("replica.fetch.response.max.bytes")
        fetchMaxBytes = int32("fetch.max.bytes")
        maxIncrementalFetchSessionCacheSlots =
            Int(configuration.integer("max.incremental.fetch.session.cache.slots"))
        requestTimeout = milliseconds("request.timeout.ms")
        group = GroupSettings(configuration: configuration)
    }
}

/// The settings of the group coordinator.
package struct GroupSettings: Hashable, Sendable {
    /// `group.min.session.timeout.ms`
    package var groupMinSessionTimeout: Duration
    /// `group.max.session.timeout.ms`
    package var groupMaxSessionTimeout: Duration
    /// `group.initial.rebalance.delay.ms`; Kafka's is 3000. Zero, so that a first consumer starts at once.
    package var groupInitialRebalanceDelay: Duration
    /// `group.max.size`
    package var groupMaxSize: Int
    /// `offset.metadata.max.bytes`
    package var offsetMetadataMaxBytes: Int
    /// `offsets.load.buffer.size`: how much of a partition a coordinator reads at once when it takes over.
    package var offsetsLoadBufferSize = 1 << 20
    /// `offsets.retention.minutes`
    package var offsetsRetention: Duration
    /// `offsets.retention.check.interval.ms`
    package var offsetsRetentionCheckInterval: Duration
    /// `offsets.commit.timeout.ms`
    package var offsetsCommitTimeout: Duration

    package init(configuration: StaticConfiguration = .init()) {
        func milliseconds(_ name: String) -> Duration { .milliseconds(configuration.integer(name)) }
        groupMinSessionTimeout = milliseconds("group.min.session.timeout.ms")
        groupMaxSessionTimeout = milliseconds("group.max.session.timeout.ms")
        groupInitialRebalanceDelay = milliseconds("group.initial.rebalance.delay.ms")
        groupMaxSize = Int(configuration.integer("group.max.size"))
        offsetMetadataMaxBytes = Int(configuration.integer("offset.metadata.max.bytes"))
        offsetsRetention = .seconds(60 * configuration.integer("offsets.retention.minutes"))
        offsetsRetentionCheckInterval = milliseconds("offsets.retention.check.interval.ms")
        offsetsCommitTimeout = milliseconds("offsets.commit.timeout.ms")
    }
}
