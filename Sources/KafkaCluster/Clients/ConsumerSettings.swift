/// One consumer group of the workload, in Kafka's terms.
package struct ConsumerSettings: Hashable, Sendable {
    /// Where consumers belong that name no group.
    package static let defaultGroup = "default"

    package var group: String
    package var topics: [String]
    package var members = 1
    package var assignment = Assignment.group
    package var assignor = Assignor.range
    /// Kafka's group.instance.id, to which each member adds its number; with it a member that returns in time keeps its
    /// partitions.
    package var groupInstanceID: String?
    package var sessionTimeoutMilliseconds = 6000
    package var autoOffsetReset = AutoOffsetReset.earliest

    /// Records of one poll, at most.
    package var maxPollRecords = 500
    /// How long a poll waits for records where there are none.
    package var pollTimeoutMilliseconds = 1000
    /// Who works for longer between two polls is put out of the group.
    package var maxPollIntervalMilliseconds = 300_000

    /// Work per record, in milliseconds.
    package var millisecondsPerRecord = 0.0
    /// The share of attempts at a record that fail, drawn from the seed.
    package var errorRate = 0.0
    package var errorSeed: UInt64 = 0
    package var onError = ErrorHandling.swallow

    /// Ids of processed records are kept in SQLite, and a record whose id is there is passed over.
    package var deduplicates = false

    package var enableAutoCommit = true
    package var autoCommitWay = AutoCommitWay.inPoll
    package var autoCommitIntervalMilliseconds = 5000
    /// When the application commits by itself; nil for never. Both kinds at once do what each does.
    package var commitPoint: ManualCommit.Point?
    /// Kafka's commitSync, which waits for the answer, or commitAsync.
    package var commitsSynchronously = true

    package init(group: String? = nil, topics: [String]) {
        self.group = group ?? Self.defaultGroup
        self.topics = topics
    }

    /// What the application commits by itself.
    package var manualCommit: ManualCommit? {
        get { commitPoint.map { ManualCommit($0, isSynchronous: commitsSynchronously) } }
        set {
            commitPoint = newValue?.point
            commitsSynchronously = newValue?.isSynchronous ?? true
        }
    }
}

/// Who decides which member reads what, and who keeps the offsets.
package enum Assignment: Hashable, Sendable, CaseIterable {
    /// The group's coordinator.
    case group
    /// The application: each member takes every nth partition of those that are there at its start, and keeps its offsets
    /// in SQLite, in one transaction with the result of each record. It commits nothing to Kafka.
    case selfManaged
}

/// Kafka's names for the ways to share out partitions.
package enum Assignor: String, Hashable, Sendable, CaseIterable {
    case range
    case roundRobin = "roundrobin"
    case cooperativeSticky = "cooperative-sticky"
}

/// Where a group starts that has committed nothing.
package enum AutoOffsetReset: String, Hashable, Sendable, CaseIterable { case earliest, latest }

/// When a client commits by itself.
package enum AutoCommitWay: Hashable, Sendable, CaseIterable {
    /// Java's: inside poll, once the interval has passed, what earlier polls have returned.
    case inPoll
    /// librdkafka's: whenever the interval has passed, what was handed out, be the work on it done or not.
    case inBackground
}

/// When the application commits.
package struct ManualCommit: Hashable, Sendable {
    package enum Point: Hashable, Sendable, CaseIterable {
        /// As soon as a poll has returned.
        case beforeWork
        case afterEachRecord
        case afterEachBatch
    }

    package var point: Point
    /// Kafka's commitSync, which waits for the answer, or commitAsync.
    package var isSynchronous: Bool

    package init(_ point: Point, isSynchronous: Bool = true) {
        self.point = point
        self.isSynchronous = isSynchronous
    }
}

/// What the application does with a record on which its work fails.
package enum ErrorHandling: Hashable, Sendable {
    /// It goes on as if all were well.
    case swallow
    /// It tries again until it succeeds.
    case retry
    /// It tries again until it has failed so often, then puts the record aside in this topic.
    case deadLetter(topic: String, failures: Int)
}

/// Where in its work a member dies. It says nothing to its group and commits nothing more.
package enum CrashPoint: Hashable, Sendable, CaseIterable {
    /// Wherever it is.
    case now
    /// It has been handed a record, and has not begun.
    case beforeWork
    /// Half of the work on a record is done, and nothing has come of it.
    case duringWork
    /// The work on a record is done, and not committed.
    case afterWork
}

/// Where a group goes on reading.
package enum SeekTarget: Hashable, Sendable {
    case beginning, end
    /// The same in each partition.
    case offset(Int64)
    /// The first record that is not older, in milliseconds since 1970-01-01 UTC.
    case time(Int64)
}
