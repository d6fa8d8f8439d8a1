import KafkaProtocol
import NIOCore

/// Opens a log, in slices, so that a broker with much to recover still sends its heartbeats.
///
/// ```
/// listing ──> recovering(segment) ──> producers ──> done
///    └───────── after a clean stop ──────┘
/// ```
/// After a clean stop no segment is read but for what follows the last entry of the last index. After a crash every segment
/// from the recovery point on is read, its checksums compared, and its indexes built anew; at the first batch that is not
/// sound the log ends, and later segments go. Segments before the recovery point were made durable and are trusted.
package struct LogLoader {
    private enum State {
        case listing
        /// `position` up to which the segment has been found sound, and the offset that is due there.
        case recovering(segment: Int, position: Int64, nextOffset: Int64)
        case producers(ProducerRebuild)
        case done
    }

    private let topicPartition: TopicPartition
    private let directory: String
    private let disk: any Disk
    private let config: LogConfig
    private let recoveryPoint: Int64
    private let logStartOffset: Int64
    private let wasCleanlyStopped: Bool

    private var state = State.listing
    private var segments: [LogSegment] = []
    private var epochs: LeaderEpochCache
    private var producers: ProducerStateManager
    /// What the listing says: the producers' snapshots by their offsets, and whether the epochs have a file.
    private var snapshots: [Int64] = []
    private var hasEpochs = false
    private var logEndOffset: Int64 = 0
    private var bytesCut: Int64 = 0

    /// - Parameters:
    ///   - directory: the log's folder; `topic-partition` if nil. It is created if it is not there.
    ///   - recoveryPoint: what the broker's checkpoint says; 0 when it says nothing.
    ///   - logStartOffset: what the broker's checkpoint says; 0 when it says nothing.
    ///   - wasCleanlyStopped: every log was closed before the broker stopped: see `CleanShutdownFile`.
    package init(
        _ topicPartition: TopicPartition, directory: String? = nil, on disk: any Disk, config: LogConfig,
        recoveryPoint: Int64, logStartOffset: Int64, wasCleanlyStopped: Bool
    ) {
        self.topicPartition = topicPartition
        self.directory = directory ?? topicPartition.directoryName
        self.disk = disk
        self.config = config
        self.recoveryPoint = recoveryPoint
        self.logStartOffset = logStartOffset
        self.wasCleanlyStopped = wasCleanlyStopped
        epochs = LeaderEpochCache(directory: self.directory, on: disk)
        producers = ProducerStateManager(directory: self.directory, on: disk)
    }

    /// Reads about `maxBytes` and returns the log when it is ready; nil when another call is needed.
    package mutating func run(maxBytes: Int, now: Instant) throws(DiskError) -> UnifiedLog? {
        var budget = max(maxBytes, 1)
        while true {
            switch state {
            case .listing:
                try list(now: now)
            case .recovering(let segment, let position, let nextOffset):
                if budget <= 0 { return nil }
                try recover(segment, from: position, nextOffset: nextOffset, budget: &budget)
            case .producers(var rebuild):
                if budget <= 0 { return nil }
                let isDone = try rebuild.run(&producers, segments: segments, maxBytes: budget)
                guard isDone else {
                    state = .producers(rebuild)
                    return nil
                }
                return try finish(now: now)
            case .done:
                preconditionFailure("a loader hands out its log once")
            }
        }
    }

    // MARK: Listing

    private mutating func list(now: Instant) throws(DiskError) {
        try disk.createDirectory(directory)
        var entries = try disk.list(directory)
        if try CleanedSegments.settle(entries, in: directory, on: disk) { entries = try disk.list(directory) }
        snapshots = entries.compactMap { SegmentName.offset(in: $0.name, SegmentName.snapshot) }
        hasEpochs = entries.contains { $0.name == LeaderEpochCache.fileName }
        var sizes: [String: Int64] = [:]
        for entry in entries { sizes[entry.name] = entry.size }
        for entry in entries where isLeftOver(entry.name, sizes) { try disk.remove(directory + "/" + entry.name) }
        for entry in entries {
            guard let base = SegmentName.offset(in: entry.name, SegmentName.log) else { continue }
            segments.append(
                LogSegment(
                    baseOffset: base, directory: directory, on: disk, size: entry.size,
                    offsetIndexSize: sizes[SegmentName.file(base, SegmentName.offsetIndex)],
                    timeIndexSize: sizes[SegmentName.file(base, SegmentName.timeIndex)],
                    createdAt: now.wallClockMilliseconds))
        }
        if segments.isEmpty {
            try beginAnew(at: logStartOffset, now: now)
            return state = .producers(ProducerRebuild(from: logEndOffset))
        }
        let epochsAreKnown = try epochs.read()
        if wasCleanlyStopped, epochsAreKnown || segments.allSatisfy({ $0.size == 0 }), try lastSegmentIsWhole() {
            try loadProducers()
        } else {
            // Without the epochs' file they must be read from the batches.
            let from = epochsAreKnown ? recoveryPoint : 0
            let first = try firstUnsound(
                upTo: max(0, (segments.firstIndex { $0.baseOffset > from } ?? segments.count) - 1))
            epochs.doubt(from: segments[first].baseOffset)
            state = .recovering(segment: first, position: 0, nextOffset: segments[first].baseOffset)
        }
    }

    /// The first segment that does not end where the next begins, if there is one before `limit`: a loss of power has
    /// brought back what had been cut off it. Reads the end of each.
    private func firstUnsound(upTo limit: Int) throws(DiskError) -> Int {
        for number in 0..<limit {
            if try segments[number].endOffset() != segments[number + 1].baseOffset { return number }
        }
        return limit
    }

    /// What an interrupted change has left behind, and indexes whose segment is gone.
    private func isLeftOver(_ name: String, _ sizes: [String: Int64]) -> Bool {
        if name.hasSuffix(SegmentName.deleted) || name.hasSuffix(".tmp") { return true }
        for suffix in [SegmentName.offsetIndex, SegmentName.timeIndex] {
            if let base = SegmentName.offset(in: name, suffix) {
                return sizes[SegmentName.file(base, SegmentName.log)] == nil
            }
        }
        return false
    }

    private mutating func lastSegmentIsWhole() throws(DiskError) -> Bool {
        guard let last = segments.last else { return true }
        let (nextOffset, end) = try last.resume()
        logEndOffset = nextOffset
        return end == last.size
    }

    private mutating func beginAnew(at offset: Int64, now: Instant) throws(DiskError) {
        for segment in segments { try segment.removeFiles() }
        segments = [
            try .create(
                baseOffset: offset, directory: directory, on: disk, createdAt: now.wallClockMilliseconds)
        ]
        logEndOffset = offset
        if hasEpochs || epochs.latest != nil { try epochs.clear() }
        try producers.removeSnapshots(before: .max, among: snapshots)
        producers.reset(to: offset)
    }

    // MARK: Recovering

    private mutating func recover(
        _ number: Int, from start: Int64, nextOffset expected: Int64, budget: inout Int
    ) throws(DiskError) {
        let segment = segments[number]
        if start == 0 { try segment.resetIndexes() }
        var nextOffset = expected
        var scanner = try segment.scanner(from: start, chunkBytes: 1 << 20)
        var soundEnd = start
        while budget > 0, let (batch, position) = try scanner.nextBatch() {
            budget -= batch.sizeInBytes
            guard segment.isPossible(batch.header, from: nextOffset), (try? batch.validate()) != nil else { break }
            try segment.note(batch.header, at: position, interval: config.indexIntervalBytes)
            epochs.recovered(batch.partitionLeaderEpoch, startOffset: batch.baseOffset, after: nextOffset)
            nextOffset = batch.nextOffset
            soundEnd = scanner.position
        }
        logEndOffset = nextOffset
        if budget <= 0, soundEnd == scanner.position, soundEnd < segment.size {
            return state = .recovering(segment: number, position: soundEnd, nextOffset: nextOffset)
        }
        if soundEnd < segment.size, Rule.recoveryCutsTornBatch.holds {
            try removeSegments(after: number)
            bytesCut += segment.size - soundEnd
            try segment.cut(at: soundEnd)
        }
        if number + 1 < segments.count, segments[number + 1].baseOffset != nextOffset {
            // A segment begins where the one before it ends, compacted or not: after a loss of power this one lacks its end.
            try removeSegments(after: number)
        }
        if number + 1 < segments.count {
            try segment.seal()
            let next = segments[number + 1].baseOffset
            state = .recovering(segment: number + 1, position: 0, nextOffset: next)
        } else {
            epochs.recoveryEnded()
            try epochs.truncate(to: logEndOffset)
            try epochs.write()
            try loadProducers()
        }
    }

    /// The newest first: a crash here leaves no gap.
    private mutating func removeSegments(after number: Int) throws(DiskError) {
        while segments.count > number + 1, let last = segments.popLast() {
            bytesCut += last.size
            try last.removeFiles()
        }
    }

    // MARK: Producers, and the end

    private mutating func loadProducers() throws(DiskError) {
        try producers.removeSnapshots(after: logEndOffset, among: snapshots)
        try producers.load(
            newestUpTo: trustedSnapshotLimit, orEmptyAt: segments[0].baseOffset,
            among: snapshots.filter { $0 <= logEndOffset })
        // What came after the snapshot is in the batches alone.
        let start = Rule.recoveryRebuildsProducerState.holds ? producers.endOffset : logEndOffset
        state = .producers(ProducerRebuild(from: start))
    }

    /// A snapshot says what the log said when it was written. After a crash the part from the recovery point on may have
    /// been something else. Of what retention took before that, only the snapshot at the log's beginning knows.
    private var trustedSnapshotLimit: Int64 {
        wasCleanlyStopped ? logEndOffset : min(max(recoveryPoint, segments[0].baseOffset), logEndOffset)
    }

    private mutating func finish(now: Instant) throws(DiskError) -> UnifiedLog {
        producers.advance(to: logEndOffset)
        if logEndOffset < logStartOffset { try beginAnew(at: logStartOffset, now: now) }
        let start = max(logStartOffset, segments[0].baseOffset)
        try epochs.truncate(to: logEndOffset + 1)
        try epochs.removePrefix(before: start)
        producers.removeExpired(now: now.wallClockMilliseconds, after: config.producerIdExpirationMs)
        state = .done
        let parts = LogParts(
            disk: disk, segments: segments, epochs: epochs, producers: producers,
            topicID: try PartitionMetadataFile.read(in: directory, on: disk), logStartOffset: start,
            logEndOffset: logEndOffset,
            recoveryPoint: wasCleanlyStopped ? logEndOffset : min(recoveryPoint, logEndOffset), bytesCut: bytesCut)
        return UnifiedLog(parts, topicPartition: topicPartition, directory: directory, config: config, now: now)
    }
}
