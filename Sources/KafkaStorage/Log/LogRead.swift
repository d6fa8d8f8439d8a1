import KafkaProtocol

/// Whole batches as they lie in one segment, from the one that holds the wanted offset on.
///
/// As in Kafka the run ends where the byte limit says, so the last batch may be cut short; readers drop it. It never
/// crosses a segment's end: the next read continues in the next segment.
package struct LogRead: Hashable, Sendable {
    /// Bytes if few, else a range of the segment's file.
    package var records: Payload

    package var sizeInBytes: Int { records.count }
    package var isEmpty: Bool { records.count == 0 }

    package init(records: Payload) { self.records = records }
}

package enum LogReadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Before the log start or after the log end.
    case offsetOutOfRange(offset: Int64, logStartOffset: Int64, logEndOffset: Int64)
    /// The disk failed, or gave back something else than was written.
    case disk(DiskError)

    package var errorCode: ErrorCode {
        switch self {
        case .offsetOutOfRange: .offsetOutOfRange
        case .disk: .kafkaStorageError
        }
    }

    package var description: String {
        switch self {
        case .offsetOutOfRange(let offset, let start, let end): "offset \(offset) is not within \(start)...\(end)"
        case .disk(let error): error.description
        }
    }
}

/// The end of an epoch in a log: the start of the next larger one, or the log end.
package struct EpochEndOffset: Hashable, Sendable {
    /// The largest epoch of this log that is not larger than the one asked for; -1 when there is none.
    package var leaderEpoch: Int32
    /// -1 when there is none.
    package var endOffset: Int64

    package static let undefined = Self(leaderEpoch: -1, endOffset: -1)

    package init(leaderEpoch: Int32, endOffset: Int64) {
        self.leaderEpoch = leaderEpoch
        self.endOffset = endOffset
    }
}

/// A record found by its time.
package struct TimestampAndOffset: Hashable, Sendable {
    package var timestamp: Int64
    package var offset: Int64
    /// The epoch of the batch that holds it.
    package var leaderEpoch: Int32

    package init(timestamp: Int64, offset: Int64, leaderEpoch: Int32) {
        self.timestamp = timestamp
        self.offset = offset
        self.leaderEpoch = leaderEpoch
    }
}

/// Files of a log that are to be made durable, and how far the log is durable when they are.
///
/// The broker turns each file into a `BrokerAction.flush`, and hands this back to `UnifiedLog.completeFlush` when all
/// have succeeded.
package struct LogFlush: Hashable, Sendable {
    package var files: [FileID]
    package var upTo: Int64
    /// A truncation in between makes the flush say nothing about what was appended after it.
    package var truncations: Int

    package init(files: [FileID], upTo: Int64, truncations: Int) {
        self.files = files
        self.upTo = upTo
        self.truncations = truncations
    }
}
