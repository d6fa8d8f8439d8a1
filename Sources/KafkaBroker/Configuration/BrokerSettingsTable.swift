private let atLeastZero = ConfigDefinition.Validator.range(atLeast: 0, atMost: nil)
private let atLeastOne = ConfigDefinition.Validator.range(atLeast: 1, atMost: nil)
private let atLeastMinusOne = ConfigDefinition.Validator.range(atLeast: -1, atMost: nil)

extension ConfigurationTable {
    /// Broker and controller settings, with Kafka's names and types. Where klamm's default differs from Kafka's, the
    /// documentation says so.
    static let brokerSettings: [ConfigDefinition] = clusterSettings + logSettings + clientSettings

    private static let clusterSettings: [ConfigDefinition] = [
        ConfigDefinition(
            "auto.create.topics.enable", .boolean, "true",
            "Whether a topic that a client asks for comes into being."),
        ConfigDefinition(
            "auto.leader.rebalance.enable", .boolean, "true",
            "Whether leadership goes back to the preferred replicas by itself."),
        ConfigDefinition(
            "broker.heartbeat.interval.ms", .int, "250", in: atLeastOne,
            "How often a broker tells the controller that it is alive. Kafka's default is 2000."),
        ConfigDefinition(
            "broker.rack", .string, nil, "The rack in which the broker stands."),
        ConfigDefinition(
            "broker.session.timeout.ms", .int, "1500", in: atLeastOne,
            "A broker that is silent for this long is fenced. Kafka's default is 9000."),
        ConfigDefinition(
            "controller.quorum.election.backoff.max.ms", .int, "300", in: atLeastZero,
            "The longest pause of a controller after an election without a winner. Kafka's default is 1000."),
        ConfigDefinition(
            "controller.quorum.election.timeout.ms", .int, "500", in: atLeastOne,
            "How long a controller waits for votes before it stands again. Kafka's default is 1000."),
        ConfigDefinition(
            "controller.quorum.fetch.timeout.ms", .int, "1000", in: atLeastOne,
            "A controller that has not heard of the active one for this long stands for election; an active one that has "
                + "not heard of a majority for half as long again steps down. Kafka's default is 2000."),
        ConfigDefinition(
            "controller.quorum.request.timeout.ms", .int, "2000", in: atLeastOne,
            "How long a request between controllers may stay unanswered."),
        ConfigDefinition(
            "controller.quorum.retry.backoff.ms", .int, "20", in: atLeastOne,
            "How long a controller waits before it repeats a request to another."),
        ConfigDefinition(
            "default.replication.factor", .int, "3", in: atLeastOne,
            "The replication factor of topics that do not ask for one, or the number of brokers where those are fewer. "
                + "Kafka's default is 1."),
        ConfigDefinition(
            "delete.topic.enable", .boolean, "true", "Whether topics may be deleted."),
        ConfigDefinition(
            "follower.replication.throttled.rate", .long, "9223372036854775807", in: atLeastZero,
            updateMode: .perBroker,
            "How many bytes a second this broker copies for replicas that follower.replication.throttled.replicas names."
        ),
        ConfigDefinition(
            "klamm.ledger", .boolean, "true",
            "Whether klamm keeps account of every acknowledged record, and names those that are lost."),
        ConfigDefinition(
            "leader.imbalance.check.interval.seconds", .long, "5", in: atLeastOne,
            "How often the controller looks for leaders that are not the preferred ones. Kafka's default is 300."),
        ConfigDefinition(
            "leader.imbalance.per.broker.percentage", .int, "10", in: atLeastZero,
            "The share of its preferred partitions that a broker may fail to lead before leadership is moved back."),
        ConfigDefinition(
            "leader.replication.throttled.rate", .long, "9223372036854775807", in: atLeastZero, updateMode: .perBroker,
            "How many bytes a second this broker gives of partitions that leader.replication.throttled.replicas names."),
        ConfigDefinition(
            "metadata.log.max.record.bytes.between.snapshots", .long, "1048576", in: atLeastOne,
            "How much the metadata log grows before a controller writes a snapshot of it. Kafka's default is 20971520."),
        ConfigDefinition(
            "node.id", .int, nil, in: atLeastZero, "The number of this node: brokers from 1, controllers from 101."),
        ConfigDefinition(
            "num.partitions", .int, "1", in: atLeastOne,
            "The number of partitions of topics that do not ask for one."),
        ConfigDefinition(
            "replica.fetch.max.bytes", .int, "1048576", in: atLeastZero,
            "How much a follower asks for in one fetch of one partition."),
        ConfigDefinition(
            "replica.fetch.min.bytes", .int, "1",
            "How much must be there before the leader answers a waiting follower."),
        ConfigDefinition(
            "replica.fetch.response.max.bytes", .int, "10485760", in: atLeastZero,
            "How much a follower asks for in one fetch over all partitions."),
        ConfigDefinition(
            "replica.fetch.wait.max.ms", .int, "500",
            "How long a follower's fetch waits for records."),
        ConfigDefinition(
            "replica.high.watermark.checkpoint.interval.ms", .long, "5000",
            "How often high watermarks are written to disk."),
        ConfigDefinition(
            "replica.lag.time.max.ms", .long, "30000",
            "A follower that was last caught up longer ago than this leaves the ISR."),
        ConfigDefinition(
            "unclean.leader.election.enable", .boolean, "false", updateMode: .clusterWide,
            "The default of the topics' setting of the same name."),
    ]

    private static let logSettings: [ConfigDefinition] = [
        ConfigDefinition(
            "compression.type", .string, "producer", in: .oneOf(["producer"]), updateMode: .clusterWide,
            "The default of the topics' setting of the same name."),
        ConfigDefinition(
            "log.cleaner.backoff.ms", .long, "15000", in: atLeastZero,
            "How long the log cleaner sleeps when there is nothing to clean."),
        ConfigDefinition(
            "log.cleaner.dedupe.buffer.size", .long, "33554432", in: atLeastOne,
            "What the log cleaner's table of keys may take, 24 bytes a place. Kafka's default is 134217728."),
        ConfigDefinition(
            "log.cleaner.delete.retention.ms", .long, "86400000", in: atLeastZero, updateMode: .clusterWide,
            "The default of the topics' delete.retention.ms."),
        ConfigDefinition(
            "log.cleaner.max.compaction.lag.ms", .long, "9223372036854775807", in: atLeastOne, updateMode: .clusterWide,
            "The default of the topics' max.compaction.lag.ms."),
        ConfigDefinition(
            "log.cleaner.min.cleanable.ratio", .double, "0.5", in: .range(atLeast: 0, atMost: 1),
            updateMode: .clusterWide, "The default of the topics' min.cleanable.dirty.ratio."),
        ConfigDefinition(
            "log.cleaner.min.compaction.lag.ms", .long, "0", in: atLeastZero, updateMode: .clusterWide,
            "The default of the topics' min.compaction.lag.ms."),
        ConfigDefinition(
            "log.cleanup.policy", .list, "delete", in: .oneOf(["compact", "delete"]), updateMode: .clusterWide,
            "The default of the topics' cleanup.policy."),
        ConfigDefinition(
            "log.flush.interval.messages", .long, "9223372036854775807", in: atLeastOne, updateMode: .clusterWide,
            "The default of the topics' flush.messages."),
        ConfigDefinition(
            "log.flush.interval.ms", .long, nil, updateMode: .clusterWide, "The default of the topics' flush.ms."),
        ConfigDefinition(
            "log.flush.offset.checkpoint.interval.ms", .int, "60000", in: atLeastZero,
            "How often recovery points are written to disk."),
        ConfigDefinition(
            "log.index.interval.bytes", .int, "4096", in: atLeastZero, updateMode: .clusterWide,
            "The default of the topics' index.interval.bytes."),
        ConfigDefinition(
            "log.index.size.max.bytes", .int, "10485760", in: .range(atLeast: 4, atMost: nil), updateMode: .clusterWide,
            "The default of the topics' segment.index.bytes."),
        ConfigDefinition(
            "log.message.timestamp.after.max.ms", .long, "9223372036854775807", in: atLeastZero,
            updateMode: .clusterWide,
            "The default of the topics' message.timestamp.after.max.ms."),
        ConfigDefinition(
            "log.message.timestamp.before.max.ms", .long, "9223372036854775807", in: atLeastZero,
            updateMode: .clusterWide, "The default of the topics' message.timestamp.before.max.ms."),
        ConfigDefinition(
            "log.message.timestamp.type", .string, "CreateTime", in: .oneOf(["CreateTime", "LogAppendTime"]),
            updateMode: .clusterWide, "The default of the topics' message.timestamp.type."),
        ConfigDefinition(
            "log.retention.bytes", .long, "-1", updateMode: .clusterWide,
            "The default of the topics' retention.bytes."),
        ConfigDefinition(
            "log.retention.check.interval.ms", .long, "300000", in: atLeastOne, updateMode: .clusterWide,
            "How often segments are looked at for whether they may be dropped. Kafka takes a new value only at the start."
        ),
        ConfigDefinition(
            "log.retention.hours", .int, "168",
            "The default of the topics' retention.ms, in hours; log.retention.minutes and log.retention.ms win over it."
        ),
        ConfigDefinition(
            "log.retention.minutes", .int, nil, "As log.retention.hours, in minutes; log.retention.ms wins over it."),
        ConfigDefinition(
            "log.retention.ms", .long, nil, updateMode: .clusterWide, "As log.retention.hours, in milliseconds."),
        ConfigDefinition(
            "log.roll.hours", .int, "168", in: atLeastOne,
            "The default of the topics' segment.ms, in hours; log.roll.ms wins over it."),
        ConfigDefinition(
            "log.roll.ms", .long, nil, updateMode: .clusterWide, "As log.roll.hours, in milliseconds."),
        ConfigDefinition(
            "log.segment.bytes", .int, "1073741824", in: .range(atLeast: 14, atMost: nil), updateMode: .clusterWide,
            "The default of the topics' segment.bytes."),
        ConfigDefinition(
            "log.segment.delete.delay.ms", .long, "60000", in: atLeastZero, updateMode: .clusterWide,
            "The default of the topics' file.delete.delay.ms."),
        ConfigDefinition(
            "message.max.bytes", .int, "1048588", in: atLeastZero, updateMode: .clusterWide,
            "The default of the topics' max.message.bytes."),
        ConfigDefinition(
            "min.insync.replicas", .int, "1", in: atLeastOne, updateMode: .clusterWide,
            "The default of the topics' setting of the same name."),
        ConfigDefinition(
            "producer.id.expiration.ms", .int, "86400000", in: atLeastOne,
            "How long the state of a silent idempotent producer is kept."),
    ]

    private static let clientSettings: [ConfigDefinition] = [
        ConfigDefinition(
            "advertised.listeners", .string, nil, "Where clients find this broker."),
        ConfigDefinition(
            "fetch.max.bytes", .int, "57671680", in: .range(atLeast: 1024, atMost: nil),
            "The largest answer to one fetch."),
        ConfigDefinition(
            "group.initial.rebalance.delay.ms", .int, "0", in: atLeastZero,
            "How long an empty group waits for more members before its first rebalance. Kafka's default is 3000."),
        ConfigDefinition(
            "group.max.session.timeout.ms", .int, "1800000", in: atLeastZero,
            "The longest session timeout that a group member may ask for."),
        ConfigDefinition(
            "group.max.size", .int, "2147483647", in: atLeastOne, "The most members that a group may have."),
        ConfigDefinition(
            "group.min.session.timeout.ms", .int, "6000", in: atLeastZero,
            "The shortest session timeout that a group member may ask for."),
        ConfigDefinition(
            "max.incremental.fetch.session.cache.slots", .int, "1000", in: atLeastZero,
            "How many fetch sessions a broker keeps."),
        ConfigDefinition(
            "offset.metadata.max.bytes", .int, "4096", "The largest note that may go with a committed offset."),
        ConfigDefinition(
            "offsets.commit.timeout.ms", .int, "5000", in: atLeastOne,
            "How long a commit waits for the replicas of __consumer_offsets."),
        ConfigDefinition(
            "offsets.retention.check.interval.ms", .long, "600000", in: atLeastOne,
            "How often committed offsets are looked at for whether they have expired."),
        ConfigDefinition(
            "offsets.retention.minutes", .int, "10080", in: atLeastOne,
            "How long the offsets of a group without members are kept."),
        ConfigDefinition(
            "offsets.topic.num.partitions", .int, "50", in: atLeastOne,
            "The number of partitions of __consumer_offsets."),
        ConfigDefinition(
            "offsets.topic.replication.factor", .short, "3", in: atLeastOne,
            "The replication factor of __consumer_offsets."),
        ConfigDefinition(
            "request.timeout.ms", .int, "30000", in: atLeastZero,
            "How long a request to another node may stay unanswered."),
    ]
}
