private let atLeastZero = ConfigDefinition.Validator.range(atLeast: 0, atMost: nil)
private let atLeastOne = ConfigDefinition.Validator.range(atLeast: 1, atMost: nil)
private let atLeastMinusOne = ConfigDefinition.Validator.range(atLeast: -1, atMost: nil)
private let minute: Int64 = 60_000
private let hour: Int64 = 3_600_000

extension ConfigurationTable {
    /// Topic settings, with Kafka's names, types and defaults.
    static let topicSettings: [ConfigDefinition] = [
        ConfigDefinition(
            "cleanup.policy", .list, "delete", in: .oneOf(["compact", "delete"]),
            synonyms: [.init("log.cleanup.policy")],
            "What happens to old segments: delete drops them by age and size, compact keeps the last record of each "
                + "key; both may be given."),
        ConfigDefinition(
            "compression.type", .string, "producer", in: .oneOf(["producer"]),
            synonyms: [.init("compression.type")],
            "The codec in which batches are kept; producer leaves each batch as it came, and is all that there is here."
        ),
        ConfigDefinition(
            "delete.retention.ms", .long, "86400000", in: atLeastZero,
            synonyms: [.init("log.cleaner.delete.retention.ms")],
            "How long a compacted topic keeps tombstones, so that a reader that started before can still see them."),
        ConfigDefinition(
            "file.delete.delay.ms", .long, "60000", in: atLeastZero, synonyms: [.init("log.segment.delete.delay.ms")],
            "How long a dropped segment's files stay on disk for readers that still hold them."),
        ConfigDefinition(
            "flush.messages", .long, "9223372036854775807", in: atLeastOne,
            synonyms: [.init("log.flush.interval.messages")],
            "After so many records the log is made durable. Left alone, durability is by replication."),
        ConfigDefinition(
            "flush.ms", .long, "9223372036854775807", in: atLeastZero, synonyms: [.init("log.flush.interval.ms")],
            "After so long the log is made durable. Left alone, durability is by replication."),
        ConfigDefinition(
            "index.interval.bytes", .int, "4096", in: atLeastZero, synonyms: [.init("log.index.interval.bytes")],
            "An index entry is added once per this many bytes of log."),
        ConfigDefinition(
            "follower.replication.throttled.replicas", .list, "", in: .throttledReplicas,
            "Which replicas copy no faster than their broker's follower.replication.throttled.rate while they are not in "
                + "sync: partition:broker pairs, or * for all."),
        ConfigDefinition(
            "leader.replication.throttled.replicas", .list, "", in: .throttledReplicas,
            "Which leaders give replicas that are not in sync no more than their broker's "
                + "leader.replication.throttled.rate: partition:broker pairs, or * for all."),
        ConfigDefinition(
            "max.compaction.lag.ms", .long, "9223372036854775807", in: atLeastOne,
            synonyms: [.init("log.cleaner.max.compaction.lag.ms")],
            "The longest time that a record stays out of the cleaner's reach in a compacted topic."),
        ConfigDefinition(
            "max.message.bytes", .int, "1048588", in: atLeastZero, synonyms: [.init("message.max.bytes")],
            "The largest record batch that is taken, after compression."),
        ConfigDefinition(
            "message.timestamp.after.max.ms", .long, "9223372036854775807", in: atLeastZero,
            synonyms: [.init("log.message.timestamp.after.max.ms")],
            "How far a producer's timestamp may lie after the broker's clock."),
        ConfigDefinition(
            "message.timestamp.before.max.ms", .long, "9223372036854775807", in: atLeastZero,
            synonyms: [.init("log.message.timestamp.before.max.ms")],
            "How far a producer's timestamp may lie before the broker's clock."),
        ConfigDefinition(
            "message.timestamp.type", .string, "CreateTime", in: .oneOf(["CreateTime", "LogAppendTime"]),
            synonyms: [.init("log.message.timestamp.type")],
            "Whose clock stamps the records: the producer's (CreateTime) or the leader's (LogAppendTime)."),
        ConfigDefinition(
            "min.cleanable.dirty.ratio", .double, "0.5", in: .range(atLeast: 0, atMost: 1),
            synonyms: [.init("log.cleaner.min.cleanable.ratio")],
            "The share of a compacted log that must be dirty before it is cleaned again."),
        ConfigDefinition(
            "min.compaction.lag.ms", .long, "0", in: atLeastZero,
            synonyms: [.init("log.cleaner.min.compaction.lag.ms")],
            "A record younger than this is not compacted away."),
        ConfigDefinition(
            "min.insync.replicas", .int, "1", in: atLeastOne, synonyms: [.init("min.insync.replicas")],
            "With acks=all, the least number of in-sync replicas without which a produce is refused."),
        ConfigDefinition(
            "retention.bytes", .long, "-1", synonyms: [.init("log.retention.bytes")],
            "The largest size of one partition before its oldest segments are dropped; -1 for no limit."),
        ConfigDefinition(
            "retention.ms", .long, "604800000", in: atLeastMinusOne,
            synonyms: [
                .init("log.retention.ms"), .init("log.retention.minutes", factor: minute),
                .init("log.retention.hours", factor: hour),
            ],
            "How long records are kept at least; -1 for ever."),
        ConfigDefinition(
            "segment.bytes", .int, "1073741824", in: .range(atLeast: 14, atMost: nil),
            synonyms: [.init("log.segment.bytes")],
            "The size at which a new segment begins."),
        ConfigDefinition(
            "segment.index.bytes", .int, "10485760", in: .range(atLeast: 4, atMost: nil),
            synonyms: [.init("log.index.size.max.bytes")],
            "The largest size of a segment's offset index; a full one begins a new segment."),
        ConfigDefinition(
            "segment.ms", .long, "604800000", in: atLeastOne,
            synonyms: [.init("log.roll.ms"), .init("log.roll.hours", factor: hour)],
            "The age at which a new segment begins."),
        ConfigDefinition(
            "unclean.leader.election.enable", .boolean, "false",
            synonyms: [.init("unclean.leader.election.enable")],
            "Whether a replica outside the ISR may lead when no other can, at the price of lost records."),
    ]
}
