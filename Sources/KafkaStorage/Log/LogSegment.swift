import KafkaProtocol
import NIOCore

/// A stretch of a log: one file of batches, and the two indexes that find offsets and times in it.
///
/// Files are opened when first needed. Only the last segment of a log is written to; `recent` remembers where its last
/// batches lie.
final class LogSegment {
    /// Indexes are looked at when they are first used, and built anew if they cannot be right.
    private enum IndexState { case missing, unchecked, sound }

    let baseOffset: Int64
    let directory: String
    let disk: any Disk
    private(set) var size: Int64
    /// When this segment began to be the active one, as far as this process knows.
    let createdAt: Int64

    private var file: SegmentFile
    private var offsetIndex: OffsetIndex
    private var timeIndex: TimeIndex
    private var indexState: IndexState
    private var bytesSinceIndexEntry: Int64 = 0
    private var recent = RecentBatches()
    private var firstTimestamp: Int64?
    /// The largest timestamp, and the last offset of the first batch that has it. Nil: not known without looking.
    private var largest: (timestamp: Int64, offset: Int64)?

    /// A segment of which these sizes are known; an index whose file is missing has none.
    init(
        baseOffset: Int64, directory: String, on disk: any Disk, size: Int64, offsetIndexSize: Int64?,
        timeIndexSize: Int64?, createdAt: Int64, suffix: String = ""
    ) {
        self.baseOffset = baseOffset
        self.directory = directory
        self.disk = disk
        self.size = size
        self.createdAt = createdAt
        let path = directory + "/"
        file = SegmentFile(path: path + SegmentName.file(baseOffset, SegmentName.log) + suffix, on: disk)
        offsetIndex = OffsetIndex(
            baseOffset: baseOffset, path: path + SegmentName.file(baseOffset, SegmentName.offsetIndex) + suffix,
            on: disk,
            size: offsetIndexSize ?? 0)
        timeIndex = TimeIndex(
            baseOffset: baseOffset, path: path + SegmentName.file(baseOffset, SegmentName.timeIndex) + suffix, on: disk,
            size: timeIndexSize ?? 0)
        indexState = size == 0 ? .sound : offsetIndexSize == nil || timeIndexSize == nil ? .missing : .unchecked
        if size == 0 { largest = (-1, baseOffset) }
    }

    /// A new and empty segment. Whatever lies under its names goes. `suffix` comes behind each name.
    static func create(
        baseOffset: Int64, directory: String, on disk: any Disk, createdAt: Int64, suffix: String = ""
    ) throws(DiskError) -> LogSegment {
        let segment = LogSegment(
            baseOffset: baseOffset, directory: directory, on: disk, size: 0, offsetIndexSize: 0, timeIndexSize: 0,
            createdAt: createdAt, suffix: suffix)
        let indexes = [segment.offsetIndex.path, segment.timeIndex.path]
        for path in [segment.path] + indexes { try disk.remove(path) }
        // Kafka takes a segment without index files for a damaged one.
        for path in indexes { disk.close(try disk.open(path, creating: true)) }
        _ = try segment.file.open()
        return segment
    }

    // MARK: Writing

    /// Writes batches at the end. `note` follows for each of them.
    func append(_ records: ByteBuffer) throws(DiskError) {
        try disk.write(records, to: file.open(), at: size)
        size += Int64(records.readableBytes)
    }

    /// Takes a batch that lies at `position` into the indexes.
    func note(_ batch: RecordBatchHeader, at position: Int64, interval: Int64) throws(DiskError) {
        if let known = largest {
            if batch.maxTimestamp > known.timestamp { largest = (batch.maxTimestamp, batch.lastOffset) }
        }
        if firstTimestamp == nil, position == 0 { firstTimestamp = batch.maxTimestamp }
        if bytesSinceIndexEntry > interval {
            let largest = self.largest ?? (batch.maxTimestamp, batch.lastOffset)
            try offsetIndex.append(offset: batch.lastOffset, position: position)
            try timeIndex.appendIfLater(timestamp: largest.timestamp, offset: largest.offset)
            bytesSinceIndexEntry = 0
        }
        bytesSinceIndexEntry += Int64(batch.sizeInBytes)
        recent.append(batch.place(at: position))
    }

    func isFull(_ config: LogConfig) -> Bool {
        offsetIndex.isFull(config.segmentIndexBytes) || timeIndex.isFull(config.segmentIndexBytes)
    }

    var largestIndexSize: Int64 { max(offsetIndex.sizeInBytes, timeIndex.sizeInBytes) }
    /// Nil where it is to be built when it is first used.
    var offsetIndexSize: Int64? { indexState == .missing ? nil : offsetIndex.sizeInBytes }
    var timeIndexSize: Int64? { indexState == .missing ? nil : timeIndex.sizeInBytes }

    /// The time of the first batch; nil for a segment without any.
    func firstBatchTimestamp() throws(DiskError) -> Int64? {
        if firstTimestamp == nil, size > 0 {
            var scanner = try scanner(from: 0, chunkBytes: RecordBatchHeader.size)
            firstTimestamp = try scanner.nextHeader()?.header.maxTimestamp
        }
        return firstTimestamp
    }

    /// How long the segment has been filling: by the time of its records, as in Kafka, or else by the clock.
    func age(at timestamp: Int64, now: Int64) throws(DiskError) -> Int64 {
        guard let first = try firstBatchTimestamp(), first >= 0 else {
            return now.subtractingReportingOverflow(createdAt).0
        }
        let (age, overflow) = timestamp.subtractingReportingOverflow(first)
        return overflow ? .max : age
    }

    /// No more appends come.
    func seal() throws(DiskError) {
        let largest = try largestTimestamp()
        if largest.timestamp >= 0 {
            try timeIndex.appendIfLater(timestamp: largest.timestamp, offset: largest.offset)
        }
        try offsetIndex.seal()
        try timeIndex.seal()
        recent.removeAll()
    }

    /// Gives the files back; the active segment is sealed first.
    func close() throws(DiskError) {
        try offsetIndex.close()
        try timeIndex.close()
        file.close()
    }

    /// Gives the files back as they are, after a failure or before their removal.
    func abandon() {
        offsetIndex.abandon()
        timeIndex.abandon()
        file.close()
    }

    var logFile: FileID { get throws(DiskError) { try file.open() } }

    /// The indexes' files with everything written to them.
    func indexFilesToFlush() throws(DiskError) -> [FileID] {
        [try offsetIndex.fileToFlush(), try timeIndex.fileToFlush()]
    }

    /// Renames the files out of the way, so that they can go later. Those who read the log's file still can.
    func markDeleted(as suffix: String = SegmentName.deleted) throws(DiskError) {
        try rename { $0 + suffix }
    }

    /// Gives the files the names of another stage of a swap (`CleanedSegments`). The log's file comes last: it tells that the
    /// others are there.
    func changeSuffix(from former: String, to suffix: String) throws(DiskError) {
        try rename { Substring($0.utf8.dropLast(former.utf8.count)) + suffix }
    }

    private func rename(_ name: (String) -> String) throws(DiskError) {
        if indexState == .missing { _ = try indexFilesToFlush() }
        try offsetIndex.rename(to: name(offsetIndex.path))
        try timeIndex.rename(to: name(timeIndex.path))
        try file.rename(to: name(file.path))
    }

    func removeFiles() throws(DiskError) {
        abandon()
        for path in [file.path, offsetIndex.path, timeIndex.path] { try disk.remove(path) }
    }

    /// Cuts the file at `position`, where the batch with `offset` as its first begins.
    func truncate(at position: Int64, offset: Int64) throws(DiskError) {
        try disk.truncate(file.open(), to: position)
        try offsetIndex.truncate(from: offset)
        try timeIndex.truncate(from: offset)
        size = position
        if position == 0 { firstTimestamp = nil }
        try resume()
    }

    /// Where it ends, by what its file holds.
    func endOffset() throws(DiskError) -> Int64 {
        defer { recent.removeAll() }
        return try resume().nextOffset
    }

    /// Cuts off what recovery found damaged. The indexes hold nothing of it.
    func cut(at position: Int64) throws(DiskError) {
        try disk.truncate(file.open(), to: position)
        size = position
    }

    /// Finds out what an append must know about a segment that was not filled by this process: what follows the last
    /// index entry. Returns the offset after the last batch, and where that batch ends.
    ///
    /// Every entry of the offset index comes with the largest timestamp up to there, so no batch before it matters.
    @discardableResult
    func resume() throws(DiskError) -> (nextOffset: Int64, end: Int64) {
        try checkIndexes()
        recent.removeAll()
        let indexed = try offsetIndex.lastEntry()
        largest = try timeIndex.lastEntry() ?? (-1, baseOffset)
        bytesSinceIndexEntry = 0
        var nextOffset = baseOffset
        var end = indexed?.position ?? 0
        var scanner = try scanner(from: end)
        while let (batch, position) = try scanner.nextHeader(), isPossible(batch, from: nextOffset) {
            nextOffset = batch.nextOffset
            end = scanner.position
            if let known = largest, batch.maxTimestamp > known.timestamp {
                largest = (batch.maxTimestamp, batch.lastOffset)
            }
            if position > indexed?.position ?? -1 { bytesSinceIndexEntry += Int64(batch.sizeInBytes) }
            recent.append(batch.place(at: position))
        }
        return (nextOffset, end)
    }

    /// Empties both indexes; `note` of every batch fills them again.
    func resetIndexes() throws(DiskError) {
        try offsetIndex.removeAll()
        try timeIndex.removeAll()
        recent.removeAll()
        largest = (-1, baseOffset)
        bytesSinceIndexEntry = 0
        firstTimestamp = nil
        indexState = .sound
    }
}

// MARK: Reading
extension LogSegment {
    var path: String { file.path }

    func scanner(from position: Int64, chunkBytes: Int = IndexFile.blockBytes) throws(DiskError) -> SegmentScanner {
        SegmentScanner(try file.open(), on: disk, from: position, to: size, chunkBytes: chunkBytes)
    }

    /// The largest timestamp, and the last offset of the first batch that has it; -1 for none.
    func largestTimestamp() throws(DiskError) -> (timestamp: Int64, offset: Int64) {
        if let largest { return largest }
        try checkIndexes()
        if let largest { return largest }
        let found = try timeIndex.lastEntry() ?? (-1, baseOffset)
        largest = found
        return found
    }

    /// The first batch whose last offset is `offset` or later: the one that holds it, unless that was compacted away.
    func place(endingAtOrAfter offset: Int64) throws(DiskError) -> RecentBatches.Place? {
        if let place = recent.first(endingAtOrAfter: offset) { return place }
        try checkIndexes()
        var scanner = try scanner(from: offsetIndex.position(atOrBefore: offset))
        while let (batch, position) = try scanner.nextHeader() {
            if batch.lastOffset >= offset { return batch.place(at: position) }
        }
        try scanner.checkDamage(path)
        return nil
    }

    /// The bytes from `position` on, as bytes if few, else as a range of the file.
    func payload(at position: Int64, length: Int, bytesBelow threshold: Int) throws(DiskError) -> Payload {
        let file = try file.open()
        guard length < threshold else { return .file(file, offset: position, length: length) }
        let bytes = try disk.read(file, at: position, count: length)
        guard bytes.readableBytes == length else {
            throw .damage(path, "it is shorter than it was")
        }
        return .bytes(bytes)
    }

    /// The first batch from `offset` on that holds a record of this time or later.
    func batch(atOrAfter timestamp: Int64, from offset: Int64) throws(DiskError) -> RecordBatch? {
        try checkIndexes()
        let indexed = try timeIndex.entry(atOrBefore: timestamp)?.offset ?? baseOffset
        var scanner = try scanner(from: offsetIndex.position(atOrBefore: max(indexed, offset)))
        while let (header, position) = try scanner.nextHeader() {
            guard header.maxTimestamp >= timestamp, header.lastOffset >= offset else { continue }
            return try batch(at: position, sizeInBytes: header.sizeInBytes)
        }
        try scanner.checkDamage(path)
        return nil
    }

    /// The whole batch that begins there.
    private func batch(at position: Int64, sizeInBytes: Int) throws(DiskError) -> RecordBatch {
        var scanner = try scanner(from: position, chunkBytes: sizeInBytes)
        guard let (batch, _) = try scanner.nextBatch() else {
            throw .damage(path, scanner.damage ?? "it is shorter than it was")
        }
        return batch
    }

    /// The marker in the control batch that begins there, if it is one.
    func marker(at position: Int64, sizeInBytes: Int) throws(DiskError) -> EndTransactionMarker? {
        EndTransactionMarker(controlBatch: try batch(at: position, sizeInBytes: sizeInBytes).bytes)
    }

    private func checkIndexes() throws(DiskError) {
        switch indexState {
        case .sound: return
        case .unchecked:
            let offsetsArePlausible = try offsetIndex.isPlausible(fileSize: size)
            let timesArePlausible = try timeIndex.isPlausible()
            if offsetsArePlausible && timesArePlausible { return indexState = .sound }
        case .missing: break
        }
        try rebuildIndexes(interval: Int64(IndexFile.blockBytes))
    }

    /// Builds both indexes from the file.
    private func rebuildIndexes(interval: Int64) throws(DiskError) {
        try resetIndexes()
        var scanner = try scanner(from: 0, chunkBytes: 1 << 16)
        var nextOffset = baseOffset
        while let (batch, position) = try scanner.nextHeader() {
            guard isPossible(batch, from: nextOffset) else {
                throw .damage(path, "there is no batch at byte \(position)")
            }
            try note(batch, at: position, interval: interval)
            nextOffset = batch.nextOffset
        }
    }

    /// Whether a batch may lie in this segment behind what ends at `nextOffset`.
    func isPossible(_ batch: RecordBatchHeader, from nextOffset: Int64) -> Bool {
        batch.baseOffset >= nextOffset && batch.lastOffset >= batch.baseOffset && batch.lastOffset < .max
            && batch.lastOffset - baseOffset <= Int64(Int32.max)
    }
}

extension RecordBatchHeader {
    func place(at position: Int64) -> RecentBatches.Place {
        .init(baseOffset: baseOffset, lastOffset: lastOffset, position: position, sizeInBytes: sizeInBytes)
    }
}
