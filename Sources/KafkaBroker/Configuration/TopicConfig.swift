/// The settings of one topic as typed values, read from all sources once.
package struct TopicConfig: Hashable, Sendable {
    package var deletes: Bool
    package var compacts: Bool
    package var deleteRetention: Duration
    package var fileDeleteDelay: Duration
    /// `Int64.max` for never.
    package var flushMessages: Int64
    /// `Int64.max` milliseconds for never.
    package var flushInterval: Duration
    package var indexIntervalBytes: Int
    package var maxCompactionLag: Duration
    package var maxMessageBytes: Int
    package var timestampAfterMaxMs: Int64
    package var timestampBeforeMaxMs: Int64
    package var usesLogAppendTime: Bool
    package var minCleanableDirtyRatio: Double
    package var minCompactionLag: Duration
    package var minInsyncReplicas: Int
    /// Nil for no limit.
    package var retentionBytes: Int64?
    /// Nil for ever.
    package var retention: Duration?
    package var segmentBytes: Int
    package var segmentIndexBytes: Int
    package var segmentAge: Duration
    package var allowsUncleanLeaderElection: Bool
    package var leaderThrottledReplicas: ThrottledReplicas
    package var followerThrottledReplicas: ThrottledReplicas

    /// `value` gives the checked value of each setting.
    init(_ value: (String) -> ConfigValue) {
        func integer(_ name: String) -> Int64 {
            guard case .integer(let number) = value(name) else { preconditionFailure("\(name) is not an integer") }
            return number
        }
        func word(_ name: String) -> String {
            guard case .string(let word) = value(name) else { preconditionFailure("\(name) is not a string") }
            return word
        }
        func milliseconds(_ name: String) -> Duration { .milliseconds(integer(name)) }
        func limit(_ number: Int64) -> Int64? { number < 0 ? nil : number }

        guard case .list(let policies) = value("cleanup.policy") else {
            preconditionFailure("cleanup.policy is not a list")
        }
        deletes = policies.contains("delete")
        compacts = policies.contains("compact")
        deleteRetention = milliseconds("delete.retention.ms")
        fileDeleteDelay = milliseconds("file.delete.delay.ms")
        flushMessages = integer("flush.messages")
        flushInterval = milliseconds("flush.ms")
        indexIntervalBytes = Int(integer("index.interval.bytes"))
        maxCompactionLag = milliseconds("max.compaction.lag.ms")
        maxMessageBytes = Int(integer("max.message.bytes"))
        timestampAfterMaxMs = integer("message.timestamp.after.max.ms")
        timestampBeforeMaxMs = integer("message.timestamp.before.max.ms")
        usesLogAppendTime = word("message.timestamp.type") == "LogAppendTime"
        guard case .double(let ratio) = value("min.cleanable.dirty.ratio") else {
            preconditionFailure("min.cleanable.dirty.ratio is not a number")
        }
        minCleanableDirtyRatio = ratio
        minCompactionLag = milliseconds("min.compaction.lag.ms")
        minInsyncReplicas = Int(integer("min.insync.replicas"))
        retentionBytes = limit(integer("retention.bytes"))
        retention = limit(integer("retention.ms")).map { .milliseconds($0) }
        segmentBytes = Int(integer("segment.bytes"))
        segmentIndexBytes = Int(integer("segment.index.bytes"))
        segmentAge = milliseconds("segment.ms")
        guard case .boolean(let unclean) = value("unclean.leader.election.enable") else {
            preconditionFailure("unclean.leader.election.enable is not a boolean")
        }
        allowsUncleanLeaderElection = unclean
        func replicas(_ name: String) -> ThrottledReplicas {
            guard case .list(let items) = value(name), let replicas = ThrottledReplicas(items) else {
                preconditionFailure("\(name) is not a list of replicas")
            }
            return replicas
        }
        leaderThrottledReplicas = replicas("leader.replication.throttled.replicas")
        followerThrottledReplicas = replicas("follower.replication.throttled.replicas")
    }
}
