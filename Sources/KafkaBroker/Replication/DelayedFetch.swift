import KafkaProtocol
import KafkaStorage

/// A fetch while it is being worked on, or while it waits for enough records.
struct DelayedFetch {
    /// How the answer is told: in full, or as changes to what the session has been told.
    enum Session: Hashable {
        case none
        /// A new session was opened with this request: the answer is full and names it.
        case opened(Int32)
        case incremental(Int32)
    }

    /// One partition that is wanted.
    struct Target {
        var key: FetchKey
        var wanted: FetchSessionPartition
        /// The replica here; nil with an error.
        var partition: Partition?
        var error: ErrorCode
    }

    var context: RequestContext
    /// `.none` for a consumer.
    var replica: BrokerID
    var replicaEpoch: Int64
    var minBytes: Int
    var maxBytes: Int
    /// From version 3 on the first batch is sent even if it is larger than the limits, so that no reader gets stuck.
    var sendsFirstBatchWhole: Bool
    var isReadCommitted: Bool
    var session: Session
    /// Everything that was asked for; of an incremental fetch only what this request names, since its session knows the
    /// rest.
    var targets: [Target]

    var isFromReplica: Bool { replica != .none }

    var asksForNothing: Bool {
        switch session {
        case .none, .opened: targets.isEmpty
        case .incremental: false
        }
    }
}

/// What reading one partition gave.
struct PartitionRead {
    var error = ErrorCode.none
    var highWatermark: Int64 = -1
    var logStartOffset: Int64 = -1
    var records: Payload?
    var divergingEpoch: EpochEndOffset?
    /// There is more, but the answer had no room for it.
    var isCutShort = false

    var size: Int { records?.count ?? 0 }
}
