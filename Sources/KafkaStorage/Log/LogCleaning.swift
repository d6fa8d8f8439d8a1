import KafkaProtocol
import NIOCore

/// One cleaning of one compacted log, in slices, so that heartbeats go on.
///
/// ```
/// mapping   reads the dirty part and notes the last offset of each key, until the part or the map's room ends
/// copying   writes what stays of a group of segments to a new one, and puts it in their place; group by group
/// done      the log is clean up to where the mapping ended
/// ```
/// It works beside appends, which touch the active segment alone. When segments go or are replaced in between (`run` sees it
/// by `segmentChanges`), it gives up; the next one begins anew. Everything that it reads is checked against its checksum,
/// so that damage is never given a new one.
package struct LogCleaning {
    private enum State {
        case mapping(segment: Int, position: Int64)
        case copying(Copying)
        case done
    }

    /// A group of segments on its way into one.
    private struct Copying {
        var cleaner: BatchCleaner
        var group: Range<Int>
        /// The one that is being read.
        var source: Int
        var position: Int64 = 0
        var output: LogSegment
        /// Something has gone or was written anew.
        var isChanged = false
    }

    private let log: UnifiedLog
    private let range: LogCleanability
    private var segmentChanges: Int
    private var state: State
    private var offsets: OffsetMap
    private var transactions: DirtyTransactions
    /// Keys of transactions that have not ended yet, as far as the mapping has come.
    private var undecided: [Int64: [(key: KeyHash, offset: Int64)]] = [:]
    private var undecidedCount = 0
    /// What is being written, until it takes its place.
    private var output: LogSegment?
    /// Where the mapping has come to; at its end, up to where the log will be clean.
    private var mappedUpTo: Int64
    package let sizeBefore: Int64

    /// - Parameter mapBytes: what the map of keys may take: see `OffsetMap`.
    package init(_ log: UnifiedLog, _ range: LogCleanability, mapBytes: Int) {
        self.log = log
        self.range = range
        segmentChanges = log.segmentChanges
        offsets = OffsetMap(maxBytes: mapBytes)
        transactions = DirtyTransactions(from: range.firstDirtyOffset)
        mappedUpTo = range.firstDirtyOffset
        sizeBefore = log.sizeInBytes
        state = .mapping(segment: log.segmentIndex(atOrBefore: range.firstDirtyOffset) ?? 0, position: 0)
    }

    /// Reads about `maxBytes`. True when there is no more to do. Damage throws an error of that kind and leaves the log as it
    /// is; a disk that fails takes the log offline.
    package mutating func run(maxBytes: Int, now: Instant) throws(DiskError) -> Bool {
        guard log.failure == nil, log.segmentChanges == segmentChanges else {
            abandon()
            return true
        }
        var budget = maxBytes
        do throws(DiskError) {
            while budget > 0 {
                switch state {
                case .mapping(let segment, let position):
                    try map(segment, from: position, budget: &budget)
                case .copying(let copying):
                    // Held in one place only, so that its sets are changed in place.
                    state = .done
                    try copy(copying, budget: &budget, now: now)
                case .done:
                    return true
                }
            }
            if case .done = state { return true }
            return false
        } catch {
            abandon()
            if !error.isDamage { log.fail(error) }
            throw error
        }
    }

    /// Gives up: what was written so far goes.
    package mutating func abandon() {
        try? output?.removeFiles()
        output = nil
        state = .done
    }

    // MARK: Mapping

    private mutating func map(_ number: Int, from start: Int64, budget: inout Int) throws(DiskError) {
        let segment = log.segments[number]
        guard segment.baseOffset < range.endOffset, number < log.segments.count - 1 else {
            mappedUpTo = max(mappedUpTo, min(range.endOffset, segment.baseOffset))
            return try beginCopying()
        }
        var position = start
        if position == 0, segment.baseOffset < range.firstDirtyOffset {
            position = try segment.place(endingAtOrAfter: range.firstDirtyOffset)?.position ?? segment.size
        }
        var scanner = try segment.scanner(from: position, chunkBytes: 1 << 18)
        while budget > 0 {
            guard let (batch, _) = try scanner.nextBatch() else {
                try Self.checkEnd(scanner, of: segment)
                state = .mapping(segment: number + 1, position: 0)
                return
            }
            try segment.check(batch)
            budget -= batch.sizeInBytes
            guard batch.lastOffset < range.endOffset else { return try beginCopying() }
            let room = offsets.capacity - offsets.count - undecidedCount
            guard Int(batch.count) <= room || mappedUpTo == range.firstDirtyOffset else { return try beginCopying() }
            do throws(RecordError) {
                try note(batch)
            } catch {
                throw .damage(segment.path, "\(error), in the batch at offset \(batch.baseOffset)")
            }
            mappedUpTo = batch.nextOffset
            position = scanner.position
        }
        state = .mapping(segment: number, position: position)
    }

    private mutating func note(_ batch: RecordBatch) throws(RecordError) {
        if batch.isControl {
            guard let marker = EndTransactionMarker(controlBatch: batch.bytes) else { return }
            transactions.note(marker, of: batch.header)
            let keys = undecided.removeValue(forKey: batch.producerId) ?? []
            undecidedCount -= keys.count
            if marker.isCommit { for (key, offset) in keys { offsets.put(key, offset) } }
            return
        }
        guard batch.count > 0 else { return }
        var reader = try batch.reader()
        while let record = try reader.next() {
            guard let key = record.key else { continue }
            let hash = key.withUnsafeReadableBytes { KeyHash($0) }
            if batch.isTransactional {
                // Until its end is known, it takes no other record's place.
                undecided[batch.producerId, default: []].append((hash, record.offset))
                undecidedCount += 1
            } else {
                offsets.put(hash, record.offset)
            }
        }
    }

    private static func checkEnd(_ scanner: SegmentScanner, of segment: LogSegment) throws(DiskError) {
        try scanner.checkDamage(segment.path)
        guard scanner.position == segment.size else { throw .damage(segment.path, "it ends in half a batch") }
    }

    // MARK: Copying

    private mutating func beginCopying() throws(DiskError) {
        undecided = [:]
        var last: [Int64: BatchCleaner.LastBatch] = [:]
        for producer in log.producers.all {
            last[producer.producerID] = BatchCleaner.LastBatch(
                lastDataOffset: producer.batches.last?.lastOffset, producerEpoch: producer.producerEpoch)
        }
        let cleaner = BatchCleaner(
            offsets: offsets, transactions: transactions, endOffset: mappedUpTo, lastBatches: last)
        try beginGroup(at: 0, cleaner)
    }

    private mutating func beginGroup(at number: Int, _ cleaner: BatchCleaner) throws(DiskError) {
        guard number < log.segments.count - 1, log.segments[number].baseOffset < mappedUpTo else {
            log.noteCleaned(upTo: mappedUpTo)
            state = .done
            return
        }
        let group = number..<endOfGroup(at: number)
        let output = try LogSegment.create(
            baseOffset: log.segments[number].baseOffset, directory: log.directory, on: log.disk,
            createdAt: log.segments[group.upperBound - 1].createdAt, suffix: SegmentName.cleaned)
        self.output = output
        state = .copying(Copying(cleaner: cleaner, group: group, source: number, output: output))
    }

    /// Neighbours that fit in one segment together.
    private func endOfGroup(at first: Int) -> Int {
        let segments = log.segments
        var size = segments[first].size
        var indexSize = segments[first].largestIndexSize
        var end = first + 1
        while end < segments.count - 1, segments[end].baseOffset < mappedUpTo {
            size += segments[end].size
            indexSize += segments[end].largestIndexSize
            let lastOffset = segments[end + 1].baseOffset - 1
            guard size <= log.config.segmentBytes, indexSize <= log.config.segmentIndexBytes,
                lastOffset - segments[first].baseOffset <= Int64(Int32.max)
            else { break }
            end += 1
        }
        return end
    }

    private mutating func copy(_ copying: Copying, budget: inout Int, now: Instant) throws(DiskError) {
        var copying = copying
        let segment = log.segments[copying.source]
        let isLast = copying.source == copying.group.upperBound - 1
        var scanner = try segment.scanner(from: copying.position, chunkBytes: 1 << 18)
        var kept: [RecordBatch] = []
        var isAtEnd = false
        while budget > 0 {
            guard let (batch, _) = try scanner.nextBatch() else {
                try Self.checkEnd(scanner, of: segment)
                isAtEnd = true
                break
            }
            try segment.check(batch)
            budget -= batch.sizeInBytes
            do throws(RecordError) {
                let cleaned = try copying.cleaner.clean(
                    batch, endsSegment: isLast && scanner.position == segment.size,
                    deleteRetentionMs: log.config.deleteRetentionMs, now: now.wallClockMilliseconds)
                if let cleaned { kept.append(cleaned) }
                if cleaned?.crc != batch.crc { copying.isChanged = true }
            } catch {
                throw .damage(segment.path, "\(error), in the batch at offset \(batch.baseOffset)")
            }
        }
        copying.position = scanner.position
        try write(kept, to: copying.output)
        if isAtEnd {
            copying.source += 1
            copying.position = 0
        }
        guard isAtEnd, isLast else {
            state = .copying(copying)
            return
        }
        try finish(copying)
    }

    private func write(_ batches: [RecordBatch], to output: LogSegment) throws(DiskError) {
        guard !batches.isEmpty else { return }
        var position = output.size
        var bytes = ByteBuffer()
        for batch in batches { bytes.writeImmutableBuffer(batch.bytes) }
        guard position + Int64(bytes.readableBytes) <= Int64(Int32.max) else {
            // Compressed anew, batches may come out larger than they were.
            throw .damage(output.path, "what is left of it does not fit in one segment")
        }
        try output.append(bytes)
        for batch in batches {
            try output.note(batch.header, at: position, interval: log.config.indexIntervalBytes)
            position += Int64(batch.sizeInBytes)
        }
    }

    private mutating func finish(_ copying: Copying) throws(DiskError) {
        let output = copying.output
        self.output = nil
        guard copying.isChanged || copying.group.count > 1 else {
            try output.removeFiles()
            return try beginGroup(at: copying.group.upperBound, copying.cleaner)
        }
        try output.seal()
        for file in try [output.logFile] + output.indexFilesToFlush() { try log.disk.flush(file) }
        // From here on a crash finishes the swap.
        try log.replace(copying.group, with: output)
        segmentChanges = log.segmentChanges
        try beginGroup(at: copying.group.lowerBound + 1, copying.cleaner)
    }
}

extension LogSegment {
    /// What is read to be written anew must be what was written first.
    fileprivate func check(_ batch: RecordBatch) throws(DiskError) {
        do throws(RecordError) {
            try batch.validate()
        } catch {
            throw .damage(path, "\(error), in the batch at offset \(batch.baseOffset)")
        }
    }
}
