import KafkaProtocol
import KafkaStorage
import NIOCore

/// One controller's copy of `__cluster_metadata-0`: what is appended, what of it is durable here, and what is committed.
///
/// The quorum says what is committed: what a majority of the voters has made durable. What is above this type knows only
/// `committedOffset`.
///
/// Invariants: `committedOffset` never decreases in one life; one flush is under way at a time, and takes along all that was
/// appended before it began.
package struct MetadataLog {
    package static let topic = "__cluster_metadata"
    package static let partition = TopicPartition(topic: topic, partition: 0)
    /// The fixed id of the topic.
    package static let topicId = Uuid(high: 0, low: 1)
    /// A larger batch would hold up the fetch of the others.
    package static let mostRecordsPerBatch = 1000

    let log: UnifiedLog
    let disk: any Disk
    private let logDir: String
    /// Everything before it is committed, as far as this node knows.
    package private(set) var committedOffset: Int64 = 0
    /// Sorted, the newest last. The log begins where the first of them ends.
    package internal(set) var snapshots: [MetadataSnapshotID]
    private var flush: Flush?
    private var lastFlushID: UInt64 = 0

    private struct Flush {
        var log: LogFlush
        var waiting: Set<FlushID>
    }

    /// Opens the log, and what snapshots there are of its beginning.
    package init(on disk: any Disk, logDir: String, now: Instant) throws(MetadataLogError) {
        do {
            if !logDir.isEmpty { try disk.createDirectory(logDir) }
            let isClean = try CleanShutdownFile.take(in: logDir, on: disk)
            let folder = Self.partition.directoryName
            let directory = logDir.isEmpty ? folder : "\(logDir)/\(folder)"
            snapshots = try disk.list(directory).compactMap { MetadataSnapshotID(fileName: $0.name) }.sorted()
            var config = LogConfig()
            config.retentionMs = -1
            config.segmentMs = .max
            config.segmentBytes = 1 << 20
            config.fileDeleteDelayMs = 0
            log = try UnifiedLog.load(
                Self.partition, directory: directory, on: disk, config: config,
                logStartOffset: snapshots.first?.endOffset ?? 0, wasCleanlyStopped: isClean, now: now)
            try log.assignTopicID(Self.topicId)
        } catch {
            throw MetadataLogError("\(error)")
        }
        self.disk = disk
        self.logDir = logDir
        if let newest = snapshots.last {
            // A crash may have come between a snapshot that was fetched and the log that was to begin there.
            if isBeside(newest) { try beginAt(newest) }
            try assignEpochOfSnapshot()
            committedOffset = newest.endOffset
        }
    }

    /// Whether the log does not hold what the snapshot stands for.
    private func isBeside(_ snapshot: MetadataSnapshotID) -> Bool {
        if endOffset < snapshot.endOffset { return true }
        return snapshot.endOffset > startOffset && log.epoch(at: snapshot.endOffset - 1) != snapshot.epoch
    }

    package var directory: String { log.directory }
    /// The offset that the next record gets.
    package var endOffset: Int64 { log.logEndOffset }
    package var startOffset: Int64 { log.logStartOffset }
    /// Everything before it is durable on this node's disk.
    package var flushedOffset: Int64 { min(log.recoveryPoint, log.logEndOffset) }
    /// The epoch of the last record; 0 before the first.
    package var lastEpoch: Int32 { log.latestEpoch ?? 0 }
    package var end: QuorumState.LogEnd { .init(epoch: lastEpoch, offset: endOffset) }
    package var isFlushing: Bool { flush != nil }

    // MARK: Appending

    /// Appends the records as one batch of the leader's epoch; returns the offset of the first.
    package mutating func append(
        _ records: [MetadataRecord], epoch: Int32, now: Instant
    ) throws(MetadataLogError) -> Int64 {
        try Self.running {
            var builder = RecordBatchBuilder(partitionLeaderEpoch: epoch)
            for record in records {
                try builder.append(key: nil, value: try record.encode(), timestamp: now.wallClockMilliseconds)
            }
            let batch = try builder.build()
            return try log.appendAsLeader(batch.bytes, leaderEpoch: epoch, origin: .internal, now: now).firstOffset
        }
    }

    /// Appends the record by which a leader begins its epoch.
    package mutating func append(
        _ change: LeaderChangeMessage, epoch: Int32, now: Instant
    ) throws(MetadataLogError) -> Int64 {
        try Self.running {
            let batch = try RecordBatch.control(
                .leaderChange, body: try change.encode(version: 0), timestamp: now.wallClockMilliseconds,
                baseOffset: endOffset, partitionLeaderEpoch: epoch)
            return try log.appendAsLeader(batch.bytes, leaderEpoch: epoch, origin: .internal, now: now).firstOffset
        }
    }

    /// Appends what the leader has sent.
    package mutating func append(fetched records: ByteBuffer, now: Instant) throws(MetadataLogError) {
        try Self.running { _ = try log.appendAsFollower(records, now: now) }
    }

    /// Drops what the leader does not have. What is committed every leader has, so that is never dropped.
    package mutating func truncate(to offset: Int64) throws(MetadataLogError) {
        guard offset >= committedOffset else {
            throw MetadataLogError("the leader's log ends at \(offset), before the committed \(committedOffset)")
        }
        try Self.running { try log.truncate(to: offset) }
        try assignEpochOfSnapshot()
    }

    /// Everything before `offset` is committed.
    mutating func commit(upTo offset: Int64) { committedOffset = max(committedOffset, min(offset, endOffset)) }

    // MARK: Durability

    /// Asks for a flush of all that is not durable, unless one is under way.
    package mutating func beginFlush(now: Instant) throws(MetadataLogError) -> [BrokerAction] {
        guard flush == nil, flushedOffset < endOffset else { return [] }
        return try Self.running {
            guard let due = try log.beginFlush(now: now) else { return [] }
            var flush = Flush(log: due, waiting: [])
            var actions: [BrokerAction] = []
            for file in due.files {
                lastFlushID += 1
                let id = FlushID(rawValue: lastFlushID)
                flush.waiting.insert(id)
                actions.append(.flush(id, file))
            }
            if actions.isEmpty { log.completeFlush(due) } else { self.flush = flush }
            return actions
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
            self.flush = nil
        } else {
            self.flush = flush
        }
    }

    /// Closes the log in order, with the mark by which the next start sees that.
    package func close() throws(MetadataLogError) {
        try Self.running {
            try log.close()
            try CleanShutdownFile.write(brokerEpoch: -1, in: logDir, on: disk)
        }
    }

    // MARK: Reading

    /// Batches before `limit`, from the one that holds `offset` on; empty at the end.
    package func read(from offset: Int64, maxBytes: Int, upTo limit: Int64) throws(MetadataLogError) -> ByteBuffer {
        try Self.running { try log.readBytes(from: offset, maxBytes: maxBytes, upTo: limit) }
    }

    /// Hands out the committed batches from `offset` on.
    package func replay(
        from start: Int64, _ replay: (RecordBatch) throws(MetadataReplayError) -> Void
    ) throws(MetadataLogError) {
        var offset = start
        while offset < committedOffset {
            let bytes = try read(from: offset, maxBytes: 1 << 20, upTo: committedOffset)
            let from = offset
            try Self.running {
                var batches = RecordBatches(bytes)
                while let batch = try batches.next() {
                    try replay(batch)
                    offset = batch.nextOffset
                }
            }
            guard offset > from else { throw MetadataLogError("no batch at offset \(offset)") }
        }
    }

    /// Where this log parts from one that ends at `offset` with a record of `lastEpoch`; nil if that is a part of ours.
    package func divergence(from offset: Int64, lastEpoch: Int32) -> EpochEndOffset? {
        guard offset > 0, lastEpoch >= 0 else { return nil }
        let end = log.endOffset(forEpoch: lastEpoch)
        return end.leaderEpoch == lastEpoch && offset <= end.endOffset ? nil : end
    }

    // MARK: Snapshots

    /// Throws everything away for a snapshot that goes further.
    mutating func beginAt(_ snapshot: MetadataSnapshotID) throws(MetadataLogError) {
        try Self.running { try log.truncateFullyAndStart(at: snapshot.endOffset) }
        try assignEpochOfSnapshot()
        committedOffset = max(committedOffset, snapshot.endOffset)
    }

    /// Drops the records before the older one of the two newest snapshots, and the snapshots before that.
    mutating func dropPrefix(now: Instant) throws(MetadataLogError) {
        try Self.running {
            while snapshots.count > 2 {
                try disk.remove("\(directory)/\(snapshots[0].fileName)")
                snapshots.removeFirst()
            }
            guard let first = snapshots.first, first.endOffset > startOffset else { return }
            try log.updateLogStartOffset(first.endOffset)
            try log.deleteOldSegments(upTo: first.endOffset, now: now)
        }
    }

    /// A log that begins after a snapshot has no record that tells the epoch of what was before.
    private func assignEpochOfSnapshot() throws(MetadataLogError) {
        guard log.latestEpoch == nil, let snapshot = snapshots.last, snapshot.endOffset == endOffset else { return }
        try Self.running { try log.assignEpoch(snapshot.epoch, startOffset: endOffset) }
    }

    private static func running<Result>(_ work: () throws -> Result) throws(MetadataLogError) -> Result {
        do {
            return try work()
        } catch let error as MetadataLogError {
            throw error
        } catch {
            throw MetadataLogError("\(error)")
        }
    }
}

/// Why the metadata log cannot go on. A controller whose log has failed is of no use until it is started anew.
package struct MetadataLogError: Error, Hashable, Sendable, CustomStringConvertible {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }

    package var description: String { reason }
}
