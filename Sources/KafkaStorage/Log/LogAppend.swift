import KafkaProtocol

/// What became of an append.
package struct LogAppendInfo: Hashable, Sendable {
    /// The offsets of the first and last record. Of a duplicate: those that its first arrival was given.
    package var firstOffset: Int64
    package var lastOffset: Int64
    /// The broker's time that the records bear, if the topic says `LogAppendTime`; else -1, as in a Produce response.
    package var logAppendTime: Int64 = -1
    package var logStartOffset: Int64
    /// The largest timestamp among the records.
    package var maxTimestamp: Int64 = -1
    package var recordCount: Int = 0
    package var sizeInBytes: Int = 0
    /// The batch came earlier, was not appended again, and counts as a success.
    package var isDuplicate = false
    /// `flush.messages` asks for a flush now, which the answer to the producer must wait for: see `UnifiedLog.beginFlush`.
    package var mustFlushBeforeAnswer = false

    package init(firstOffset: Int64, lastOffset: Int64, logStartOffset: Int64) {
        self.firstOffset = firstOffset
        self.lastOffset = lastOffset
        self.logStartOffset = logStartOffset
    }
}

/// Who hands the records to the leader.
package enum AppendOrigin: Hashable, Sendable {
    /// A producer: everything is checked.
    case client
    /// A coordinator or the controller of this very cluster: size and sequence are not checked, control batches are
    /// allowed.
    case `internal`
}

/// Why records were not appended. The log is as it was before, except after `disk`.
package enum LogAppendError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not a sound batch, too large, or not allowed here.
    case records(RecordError)
    /// A time too far from the broker's.
    case invalidTimestamp(timestamp: Int64, now: Int64)
    /// More than fits in one segment.
    case recordListTooLarge(size: Int, limit: Int64)
    case outOfOrderSequence(producerID: Int64, expected: Int32, found: Int32)
    case invalidProducerEpoch(producerID: Int64, current: Int16, found: Int16)
    /// A follower was given records that do not begin at or after its log end.
    case unexpectedOffset(expected: Int64, found: Int64)
    /// The disk failed: this log takes no more appends until it is loaded anew.
    case disk(DiskError)

    /// What a producer is told.
    package var errorCode: ErrorCode {
        switch self {
        case .records(let error): error.errorCode
        case .invalidTimestamp: .invalidTimestamp
        case .recordListTooLarge: .recordListTooLarge
        case .outOfOrderSequence: .outOfOrderSequenceNumber
        case .invalidProducerEpoch: .invalidProducerEpoch
        case .unexpectedOffset: .unknownServerError
        case .disk: .kafkaStorageError
        }
    }

    package var description: String {
        switch self {
        case .records(let error): error.description
        case .invalidTimestamp(let timestamp, let now):
            "timestamp \(timestamp) is too far from the broker's time \(now)"
        case .recordListTooLarge(let size, let limit): "\(size) bytes do not fit in a segment of \(limit) bytes"
        case .outOfOrderSequence(let producer, let expected, let found):
            "producer \(producer): sequence \(found) where \(expected) was due"
        case .invalidProducerEpoch(let producer, let current, let found):
            "producer \(producer): epoch \(found) is older than \(current)"
        case .unexpectedOffset(let expected, let found): "records begin at \(found), the log ends at \(expected)"
        case .disk(let error): error.description
        }
    }
}
