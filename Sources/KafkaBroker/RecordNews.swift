import KafkaProtocol
import KafkaStorage
import NIOCore

/// What a broker tells of the records in its logs, for the ledger: too much, and too exact, for the events that people
/// read.
package enum RecordNews: Hashable, Sendable {
    /// From now on this broker's log is the partition's: what it does not hold, no consumer will ever read.
    case led(TopicPartition, LedLog)
    /// Records have left this replica's log because a leader's log does not have them.
    case dropped(TopicPartition, DroppedRecords)
}

/// A leader's log at the moment at which it becomes the partition's.
package struct LedLog: Hashable, Sendable {
    package var topicID: Uuid
    package var leaderEpoch: Int32
    package var logStartOffset: Int64
    /// Before it the cleaner has been at work.
    package var cleanedUpTo: Int64
    package var logEndOffset: Int64
    /// The epochs of its records and where each begins, the oldest first.
    package var epochs: [EpochEntry]

    package init(
        topicID: Uuid, leaderEpoch: Int32, logStartOffset: Int64, cleanedUpTo: Int64, logEndOffset: Int64,
        epochs: [EpochEntry]
    ) {
        self.topicID = topicID
        self.leaderEpoch = leaderEpoch
        self.logStartOffset = logStartOffset
        self.cleanedUpTo = cleanedUpTo
        self.logEndOffset = logEndOffset
        self.epochs = epochs
    }
}

/// Records that a replica has dropped, read before they went.
package struct DroppedRecords: Hashable, Sendable {
    /// At most so many bytes are read of what is dropped at a time.
    package static let mostBytes = 1 << 20

    package var firstOffset: Int64
    /// Where the log ended.
    package var endOffset: Int64
    /// Whole batches, as far as they could be read and `mostBytes` goes.
    package var batches: ByteBuffer

    package init(firstOffset: Int64, endOffset: Int64, batches: ByteBuffer) {
        self.firstOffset = firstOffset
        self.endOffset = endOffset
        self.batches = batches
    }
}
