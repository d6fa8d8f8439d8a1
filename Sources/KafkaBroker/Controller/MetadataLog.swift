import KafkaProtocol
import KafkaStorage
import NIOCore

/// The controller's log, `__cluster_metadata-0`: what is appended, what of it is durable, and who may see what.
///
/// With one controller a record is committed when it is flushed. A quorum will put a majority in this place; what is above
/// this type knows only `committedOffset`.
///
/// Invariants: `committedOffset` never decreases and never passes `endOffset`; one flush is under way at a time, and takes
/// along all that was appended before it began.
package struct MetadataLog {
    package static let topic = "__cluster_metadata"
    package static let partition = TopicPartition(topic: topic, partition: 0)
    /// The fixed id of the topic.
    package static let topicId = Uuid(high: 0, low: 1)
    /// A larger batch would hold up the fetch of the others.
    package static let mostRecordsPerBatch = 1000

    private let log: UnifiedLog
    private let disk: any Disk
    private let logDir: String
    /// This controller's epoch, one more than any in the log before it.
    package let epoch: Int32
    /// Everything before it is durable.
    package private(set) var committedOffset: Int64 = 0
    private var flush: Flush?
    private var lastFlushID: UInt64 = 0

    private struct Flush {
        var log: LogFlush
        var waiting: Set<FlushID>
    }

    /// Opens the log and begins an epoch, whose first record is not durable yet. `replay` is given all batches before it.
    package init(
        on disk: any Disk, logDir: String, now: Instant, replay: (RecordBatch) throws(MetadataReplayError) -> Void
    ) throws(MetadataLogError) {
        do {
            if !logDir.isEmpty { try disk.createDirectory(logDir) }
            let isClean = try CleanShutdownFile.take(in: logDir, on: disk)
            let folder = Self.partition.directoryName
            log = try UnifiedLog.load(
                Self.partition, directory: logDir.isEmpty ? folder : "\(logDir)/\(folder)", on: disk,
                wasCleanlyStopped: isClean, now: now)
            try log.assignTopicID(Self.topicId)
        } catch {
            throw MetadataLogError("\(error)")
        }
        self.disk = disk
        self.logDir = logDir
        let (epoch, overflow) = (log.latestEpoch ?? 0).addingReportingOverflow(1)
        guard !overflow else { throw MetadataLogError("the controller epochs are used up") }
        self.epoch = epoch
        try Self.replay(log, replay)
        _ = try append([.noOp(NoOpRecord())], now: now)
    }

    private static func replay(
        _ log: UnifiedLog, _ replay: (RecordBatch) throws(MetadataReplayError) -> Void
    ) throws(MetadataLogError) {
        var offset = log.logStartOffset
        do {
            while offset < log.logEndOffset {
                var batches = RecordBatches(try log.readBytes(from: offset, maxBytes: 1 << 20))
                let start = offset
                while let batch = try batches.next() {
                    try replay(batch)
                    offset = batch.nextOffset
                }
                guard offset > start else { throw MetadataLogError("no batch at offset \(offset)") }
            }
        } catch let error as MetadataLogError {
            throw error
        } catch {
            throw MetadataLogError("\(error)")
        }
    }

    /// The offset that the next record gets.
    package var endOffset: Int64 { log.logEndOffset }
    package var startOffset: Int64 { log.logStartOffset }
    package var isFlushing: Bool { flush != nil }

    /// Appends the records as one batch; returns the offset of the first.
    package mutating func append(_ records: [MetadataRecord], now: Instant) throws(MetadataLogError) -> Int64 {
        do {
            var builder = RecordBatchBuilder(partitionLeaderEpoch: epoch)
            for record in records {
                try builder.append(key: nil, value: try record.encode(), timestamp: now.wallClockMilliseconds)
            }
            let batch = try builder.build()
            return try log.appendAsLeader(batch.bytes, leaderEpoch: epoch, origin: .internal, now: now).firstOffset
        } catch {
            throw MetadataLogError("\(error)")
        }
    }

    // MARK: Durability

    /// Asks for a flush of all that is not durable, unless one is under way.
    package mutating func beginFlush(now: Instant) throws(MetadataLogError) -> [BrokerAction] {
        guard flush == nil, committedOffset < endOffset else { return [] }
        do {
            guard let due = try log.beginFlush(now: now) else {
                committedOffset = endOffset
                return []
            }
            var flush = Flush(log: due, waiting: [])
            var actions: [BrokerAction] = []
            for file in due.files {
                lastFlushID += 1
                let id = FlushID(rawValue: lastFlushID)
                flush.waiting.insert(id)
                actions.append(.flush(id, file))
            }
            if actions.isEmpty { committedOffset = due.upTo } else { self.flush = flush }
            return actions
        } catch {
            throw MetadataLogError("\(error)")
        }
    }

    /// One file has been flushed, or not. What failed to become durable may be lost or not, so nothing can follow it.
    package mutating func flushed(
        _ id: FlushID, _ result: Result<Void, FlushError>
    ) throws(MetadataLogError) {
        guard var flush, flush.waiting.remove(id) != nil else { return }
        if case .failure(let error) = result { throw MetadataLogError("cannot flush: \(error.reason)") }
        if flush.waiting.isEmpty {
            log.completeFlush(flush.log)
            committedOffset = max(committedOffset, flush.log.upTo)
            self.flush = nil
        } else {
            self.flush = flush
        }
    }

    /// Closes the log in order, with the mark by which the next start sees that.
    package func close() throws(MetadataLogError) {
        do {
            try log.close()
            try CleanShutdownFile.write(brokerEpoch: -1, in: logDir, on: disk)
        } catch {
            throw MetadataLogError("\(error)")
        }
    }

    // MARK: Reading

    /// Committed batches from the one that holds `offset` on; empty at the end.
    package func read(from offset: Int64, maxBytes: Int) throws(MetadataLogError) -> ByteBuffer {
        do {
            return try log.readBytes(from: offset, maxBytes: maxBytes, upTo: committedOffset)
        } catch {
            throw MetadataLogError("\(error)")
        }
    }

    /// Where this log parts from one that ends at `offset` with a record of `lastEpoch`; nil if that is a part of ours.
    package func divergence(from offset: Int64, lastEpoch: Int32) -> EpochEndOffset? {
        guard offset > 0, lastEpoch >= 0 else { return nil }
        let end = log.endOffset(forEpoch: lastEpoch)
        return end.leaderEpoch == lastEpoch && offset <= end.endOffset ? nil : end
    }
}

/// Why the metadata log cannot go on. A controller whose log has failed is of no use until it is started anew.
package struct MetadataLogError: Error, Hashable, Sendable, CustomStringConvertible {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }

    package var description: String { reason }
}
