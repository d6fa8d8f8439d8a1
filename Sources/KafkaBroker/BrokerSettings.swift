import KafkaProtocol
import KafkaStorage

/// What one broker is told at its start, under Kafka's own names. Defaults are Kafka's unless a comment says otherwise:
/// klamm's are chosen so that a failure can be watched instead of waited for.
package struct BrokerSettings: Hashable, Sendable {
    /// `node.id`
    package var nodeId: BrokerID
    /// The cluster's identifier, the same for all its nodes, printed like a `Uuid`.
    package var clusterID: String
    /// `host` and `port` of `advertised.listeners`: what Metadata tells clients. The driver binds before it makes the
    /// broker, so a port is never 0 here.
    package var host: String
    package var port: Int
    /// `log.dir`: the folder on this broker's disk below which each partition has its folder. Empty is the disk's root.
    package var logDir = ""
    /// The ids in `controller.quorum.voters`.
    package var controllers: [BrokerID] = [101]
    /// `broker.rack`
    package var brokerRack: String?

    // Lifecycle
    /// `broker.session.timeout.ms`; Kafka's is 9000. Kept by the controller; the broker uses it to judge its own silence.
    package var brokerSessionTimeout: Duration = .milliseconds(1500)
    /// `broker.heartbeat.interval.ms`; Kafka's is 2000.
    package var brokerHeartbeatInterval: Duration = .milliseconds(250)
    /// How long an orderly stop waits for the controller to move leaders away before it closes the logs all the same.
    package var controlledShutdownTimeout: Duration = .seconds(5)

    // Topics
    /// `auto.create.topics.enable`
    package var autoCreateTopicsEnable = true
    /// `num.partitions`
    package var numPartitions: Int32 = 1
    /// `default.replication.factor`; Kafka's is 1, klamm takes three or as many as there are brokers.
    package var defaultReplicationFactor: Int16 = 3
    /// `min.insync.replicas`
    package var minInsyncReplicas = 1
    /// `offsets.topic.num.partitions`
    package var offsetsTopicNumPartitions: Int32 = 50
    /// `offsets.topic.replication.factor`; capped at the number of brokers, so that a lab of one broker has groups.
    package var offsetsTopicReplicationFactor: Int16 = 3

    // Logs
    /// The broker's defaults for its topics' logs, from `log.segment.bytes`, `log.roll.ms`, `log.retention.ms` and the
    /// other settings of that kind. `message.max.bytes` is `maxMessageBytes` here.
    package var log = LogConfig()
    /// `log.flush.offset.checkpoint.interval.ms`: how often recovery points are written.
    package var logFlushOffsetCheckpointInterval: Duration = .seconds(60)
    /// `replica.high.watermark.checkpoint.interval.ms`
    package var replicaHighWatermarkCheckpointInterval: Duration = .seconds(5)
    /// `log.retention.check.interval.ms`
    package var logRetentionCheckInterval: Duration = .seconds(300)

    // Replication
    /// `replica.lag.time.max.ms`
    package var replicaLagTimeMax: Duration = .seconds(30)
    /// `replica.fetch.wait.max.ms`
    package var replicaFetchWaitMax: Duration = .milliseconds(500)
    /// `replica.fetch.min.bytes`
    package var replicaFetchMinBytes: Int32 = 1
    /// `replica.fetch.max.bytes`: per partition.
    package var replicaFetchMaxBytes: Int32 = 1_048_576
    /// `replica.fetch.response.max.bytes`
    package var replicaFetchResponseMaxBytes: Int32 = 10_485_760
    /// `replica.fetch.backoff.ms`
    package var replicaFetchBackoff: Duration = .milliseconds(1000)
    /// `replica.socket.timeout.ms`: how long a request to another node may stay unanswered.
    package var replicaSocketTimeout: Duration = .seconds(30)

    // Clients
    /// `fetch.max.bytes`: the largest answer to a consumer.
    package var fetchMaxBytes: Int32 = 57_671_680
    /// `max.incremental.fetch.session.cache.slots`
    package var maxIncrementalFetchSessionCacheSlots = 1000
    /// A session unused for this long may be evicted by any other (`min.incremental.fetch.session.eviction.ms`).
    package var minIncrementalFetchSessionEviction: Duration = .milliseconds(120_000)
    /// How long a request that this broker passes on to the controller may take (`request.timeout.ms`).
    package var requestTimeout: Duration = .seconds(30)

    package var group = GroupSettings()

    package init(nodeId: BrokerID, clusterID: String, host: String, port: Int) {
        self.nodeId = nodeId
        self.clusterID = clusterID
        self.host = host
        self.port = port
    }
}

/// The settings of the group coordinator.
package struct GroupSettings: Hashable, Sendable {
    /// `group.min.session.timeout.ms`
    package var groupMinSessionTimeout: Duration = .milliseconds(6000)
    /// `group.max.session.timeout.ms`
    package var groupMaxSessionTimeout: Duration = .milliseconds(1_800_000)
    /// `group.initial.rebalance.delay.ms`; Kafka's is 3000. Zero, so that a first consumer starts at once.
    package var groupInitialRebalanceDelay: Duration = .zero
    /// `group.max.size`
    package var groupMaxSize = Int(Int32.max)
    /// `offset.metadata.max.bytes`
    package var offsetMetadataMaxBytes = 4096
    /// `offsets.retention.minutes`
    package var offsetsRetention: Duration = .seconds(10_080 * 60)
    /// `offsets.retention.check.interval.ms`
    package var offsetsRetentionCheckInterval: Duration = .seconds(600)
    /// `offsets.commit.timeout.ms`
    package var offsetsCommitTimeout: Duration = .milliseconds(5000)

    package init() {}
}
