import KafkaProtocol

/// The settings of one topic that its logs obey, with Kafka's defaults. Names are Kafka's in camel case.
package struct LogConfig: Hashable, Sendable {
    package enum CleanupPolicy: Hashable, Sendable {
        case delete
        case compact
        case compactAndDelete
        /// An empty list: only what lies before the log start goes.
        case neither
    }

    /// A new segment begins before the active one would grow beyond this.
    package var segmentBytes: Int64 = 1 << 30
    /// A new segment begins when the first record of the active one is this old.
    package var segmentMs: Int64 = 7 * 24 * 60 * 60 * 1000
    /// The largest size of an offset index or a time index; a full one ends its segment.
    package var segmentIndexBytes: Int64 = 10 << 20
    /// Bytes of records between two entries of an index.
    package var indexIntervalBytes: Int64 = 4096
    /// The largest batch a producer may send.
    package var maxMessageBytes: Int64 = 1_048_588
    /// Whose time a batch bears: the producer's, or the leader's at the moment of the append.
    package var messageTimestampType = TimestampType.createTime
    /// How far a producer's timestamp may lie before and after the broker's time.
    package var messageTimestampBeforeMaxMs = Int64.max
    package var messageTimestampAfterMaxMs = Int64.max
    package var cleanupPolicy = CleanupPolicy.delete
    /// Segments whose newest record is older go; -1 keeps them for ever.
    package var retentionMs: Int64 = 7 * 24 * 60 * 60 * 1000
    /// Oldest segments go while the log is larger; -1 sets no bound.
    package var retentionBytes: Int64 = -1
    /// Compaction: how long tombstones and markers stay after the cleaning that has found them to be the last of their kind.
    package var deleteRetentionMs: Int64 = 24 * 60 * 60 * 1000
    /// A record younger than this is not compacted away.
    package var minCompactionLagMs: Int64 = 0
    /// A record older than this is cleaned whatever the dirty ratio; the active segment ends at this age.
    package var maxCompactionLagMs = Int64.max
    /// The share of the log that must be dirty before it is cleaned again.
    package var minCleanableDirtyRatio = 0.5
    /// How long the files of a deleted segment stay, for those who still read them.
    package var fileDeleteDelayMs: Int64 = 60_000
    /// Records after which a flush is due, and waited for by the append's answer.
    package var flushMessages = Int64.max
    /// Time after which a flush is due.
    package var flushMs = Int64.max
    /// An idle producer is forgotten after this time.
    package var producerIdExpirationMs: Int64 = 24 * 60 * 60 * 1000

    package init() {}

    package var compacts: Bool { cleanupPolicy == .compact || cleanupPolicy == .compactAndDelete }
    package var deletes: Bool { cleanupPolicy == .delete || cleanupPolicy == .compactAndDelete }

    /// The age at which the active segment ends: records that must be compacted soon cannot stay in it.
    var effectiveSegmentMs: Int64 { compacts ? min(segmentMs, max(maxCompactionLagMs, 1)) : segmentMs }
}
