import KafkaProtocol
import NIOCore

extension UnifiedLog {
    /// Appends what a producer, or a coordinator of this cluster, hands to the leader: checks it, gives it offsets and the
    /// leader's epoch in place, and writes it.
    ///
    /// A client's records are one batch. A batch that this producer sent before and that is among its last five is not
    /// appended again: the answer is that of the first time, with `isDuplicate`.
    package func appendAsLeader(
        _ records: consuming ByteBuffer, leaderEpoch: Int32, origin: AppendOrigin = .client, allowsZstd: Bool = true,
        now: Instant
    ) throws(LogAppendError) -> LogAppendInfo {
        if let failure { throw .disk(failure) }
        switch origin {
        case .client:
            let header = try validate(&records, allowsZstd: allowsZstd, now: now)
            if header.hasProducerId, let state = producers[header.producerId] {
                if let original = state.duplicate(of: header) {
                    if Rule.refusesDuplicates.holds { return duplicate(original, header) }
                } else {
                    try state.check(header)
                }
            }
            if header.sizeInBytes < records.readableBytes {
                records.moveWriterIndex(to: records.readerIndex + header.sizeInBytes)
            }
        case .internal:
            try checkStructure(of: records, mayBeTorn: false)
        }
        let info = try assign(&records, leaderEpoch: leaderEpoch, now: now)
        try write(records, now: now)
        return finish(info)
    }

    /// Appends what was fetched from the leader, offsets and epochs included. Batches must follow the log's end; producers
    /// are remembered but not checked. A batch cut short at the end is left out, as it is at the end of a fetch.
    package func appendAsFollower(
        _ records: consuming ByteBuffer, now: Instant
    ) throws(LogAppendError) -> LogAppendInfo {
        if let failure { throw .disk(failure) }
        let whole = try checkStructure(of: records, mayBeTorn: true)
        records.moveWriterIndex(to: records.readerIndex + whole)
        var next = logEndOffset
        var first: Int64?
        var info = LogAppendInfo(
            firstOffset: logEndOffset, lastOffset: logEndOffset - 1, logStartOffset: logStartOffset)
        var at = records.readerIndex
        while let header = header(in: records, at: at) {
            guard header.baseOffset >= next, header.lastOffset >= header.baseOffset, header.lastOffset < .max else {
                throw .unexpectedOffset(expected: next, found: header.baseOffset)
            }
            first = first ?? header.baseOffset
            next = header.nextOffset
            info.note(header)
            at += header.sizeInBytes
        }
        guard let first else { return info }
        info.firstOffset = first
        info.lastOffset = next - 1
        try write(records, now: now)
        return finish(info)
    }

    // MARK: Checks

    /// The header, corrected in the records, too, where the client's does not fit them.
    private func validate(
        _ records: inout ByteBuffer, allowsZstd: Bool, now: Instant
    ) throws(LogAppendError) -> RecordBatchHeader {
        var validation = ProduceValidation()
        validation.maxMessageBytes = Int(clamping: config.maxMessageBytes)
        validation.allowsZstd = allowsZstd
        validation.requiresKeys = config.compacts
        validation.timestamps =
            config.messageTimestampType == .createTime ? .ofClient(within: allowedTimestamps(now: now)) : .ofLeader
        let batch: RecordBatch
        do {
            batch = try RecordBatches.validateForProduce(records, validation)
        } catch .timestampNotAllowed(let timestamp) {
            throw .invalidTimestamp(timestamp: timestamp, now: now.wallClockMilliseconds)
        } catch {
            throw .records(error)
        }
        guard Int64(batch.sizeInBytes) <= config.segmentBytes else {
            throw .recordListTooLarge(size: batch.sizeInBytes, limit: config.segmentBytes)
        }
        if header(in: records, at: records.readerIndex) != batch.header { records = batch.bytes }
        return batch.header
    }

    /// By `message.timestamp.before.max.ms` and `message.timestamp.after.max.ms`; nil where any time is allowed.
    private func allowedTimestamps(now: Instant) -> ClosedRange<Int64>? {
        let (before, after) = (config.messageTimestampBeforeMaxMs, config.messageTimestampAfterMaxMs)
        guard before < .max || after < .max else { return nil }
        let (first, isEarliest) = now.wallClockMilliseconds.subtractingReportingOverflow(before)
        let (last, isLatest) = now.wallClockMilliseconds.addingReportingOverflow(after)
        return (isEarliest ? .min : first)...(isLatest ? .max : last)
    }

    /// Checks every batch's frame and checksum; returns the length of the whole batches.
    @discardableResult
    private func checkStructure(of records: ByteBuffer, mayBeTorn: Bool) throws(LogAppendError) -> Int {
        var batches = RecordBatches(records)
        do {
            while let batch = try batches.next() { try batch.validate() }
        } catch {
            throw .records(error)
        }
        let rest = batches.remainingByteCount
        guard mayBeTorn || rest == 0 else {
            throw .records(.batchTruncated(size: RecordBatchHeader.size, available: rest))
        }
        return records.readableBytes - rest
    }

    private func duplicate(_ original: ProducerState.Batch, _ header: RecordBatchHeader) -> LogAppendInfo {
        var info = LogAppendInfo(
            firstOffset: original.firstOffset, lastOffset: original.lastOffset, logStartOffset: logStartOffset)
        info.isDuplicate = true
        info.maxTimestamp = original.timestamp
        if config.messageTimestampType == .logAppendTime { info.logAppendTime = original.timestamp }
        info.recordCount = Int(header.count)
        return info
    }

    // MARK: Writing

    /// Gives each batch its offset and epoch, and the time if that is the broker's, in the buffer itself.
    private func assign(
        _ records: inout ByteBuffer, leaderEpoch: Int32, now: Instant
    ) throws(LogAppendError) -> LogAppendInfo {
        var info = LogAppendInfo(
            firstOffset: logEndOffset, lastOffset: logEndOffset - 1, logStartOffset: logStartOffset)
        var next = logEndOffset
        if config.messageTimestampType == .logAppendTime {
            info.logAppendTime = now.wallClockMilliseconds
            try stampTime(&records, now: now)
        }
        var at = records.readerIndex
        while let header = header(in: records, at: at) {
            guard header.lastOffsetDelta >= 0 else {
                throw .records(.invalidOffsetRange(lastOffsetDelta: header.lastOffsetDelta))
            }
            records.setInteger(next, at: at)
            records.setInteger(leaderEpoch, at: at + 12)
            next += Int64(header.lastOffsetDelta) + 1
            info.note(header)
            at += header.sizeInBytes
        }
        info.lastOffset = next - 1
        return info
    }

    private func stampTime(_ records: inout ByteBuffer, now: Instant) throws(LogAppendError) {
        do {
            var stamped = ByteBuffer()
            stamped.reserveCapacity(records.readableBytes)
            for var batch in try RecordBatches.all(in: records) {
                batch.setTimestampType(.logAppendTime, maxTimestamp: now.wallClockMilliseconds)
                stamped.writeImmutableBuffer(batch.bytes)
            }
            records = stamped
        } catch {
            throw .records(error)
        }
    }

    /// Writes checked batches that have their offsets: as many calls to the disk as segments are touched.
    private func write(_ records: ByteBuffer, now: Instant) throws(LogAppendError) {
        do throws(DiskError) {
            try changing { () throws(DiskError) in
                try makeTopicIDDurable()
                var start = records.readerIndex
                var at = start
                while let header = header(in: records, at: at) {
                    if try mustRoll(before: header, pending: at - start, now: now) {
                        try writeRun(records, start..<at)
                        try roll(at: nextBase(for: header), now: now)
                        start = at
                    }
                    at += header.sizeInBytes
                }
                try writeRun(records, start..<at)
            }
        } catch {
            throw .disk(error)
        }
    }

    private func mustRoll(before header: RecordBatchHeader, pending: Int, now: Instant) throws(DiskError) -> Bool {
        let active = self.active
        let size = active.size + Int64(pending)
        guard size > 0 else { return header.lastOffset - active.baseOffset > Int64(Int32.max) }
        if size + Int64(header.sizeInBytes) > config.segmentBytes { return true }
        if header.lastOffset - active.baseOffset > Int64(Int32.max) || active.isFull(config) { return true }
        guard pending == 0 else { return false }
        let time = now.wallClockMilliseconds
        return try active.age(at: max(header.maxTimestamp, 0), now: time) > config.effectiveSegmentMs
    }

    /// A segment begins where the one before it ends, so that recovery sees when the end of that one is missing. Only a
    /// gap too wide for relative offsets is left between them.
    private func nextBase(for header: RecordBatchHeader) -> Int64 {
        header.lastOffset - logEndOffset <= Int64(Int32.max) ? logEndOffset : header.baseOffset
    }

    private func writeRun(_ records: ByteBuffer, _ range: Range<Int>) throws(DiskError) {
        guard !range.isEmpty, let run = records.getSlice(at: range.lowerBound, length: range.count) else { return }
        var position = active.size
        var at = run.readerIndex
        while let header = header(in: run, at: at) {
            if header.partitionLeaderEpoch != epochs.latest?.epoch || epochs.isUnwritten {
                try epochs.assign(header.partitionLeaderEpoch, startOffset: header.baseOffset)
            }
            at += header.sizeInBytes
        }
        try active.append(run)
        sizeInBytes += Int64(run.readableBytes)
        at = run.readerIndex
        while let header = header(in: run, at: at) {
            try active.note(header, at: position, interval: config.indexIntervalBytes)
            producers.append(header, marker: header.isControl ? marker(in: run, at: at, header) : nil)
            logEndOffset = header.nextOffset
            position += Int64(header.sizeInBytes)
            at += header.sizeInBytes
        }
    }

    private func marker(in run: ByteBuffer, at index: Int, _ header: RecordBatchHeader) -> EndTransactionMarker? {
        guard let bytes = run.getSlice(at: index, length: header.sizeInBytes) else { return nil }
        return EndTransactionMarker(controlBatch: bytes)
    }

    /// Ends the active segment and begins another.
    func roll(at baseOffset: Int64, now: Instant) throws(DiskError) {
        try active.seal()
        producers.advance(to: baseOffset)
        try producers.takeSnapshot()
        segments.append(
            try .create(
                baseOffset: baseOffset, directory: directory, on: disk, createdAt: now.wallClockMilliseconds))
    }

    private func finish(_ info: LogAppendInfo) -> LogAppendInfo {
        var info = info
        info.mustFlushBeforeAnswer = logEndOffset - flushAskedUpTo >= config.flushMessages
        return info
    }

    /// The header at `index` of batches that were checked before; nil at the end.
    private func header(in records: ByteBuffer, at index: Int) -> RecordBatchHeader? {
        try? RecordBatchHeader.read(from: records, at: index)
    }
}

extension LogAppendInfo {
    fileprivate mutating func note(_ header: RecordBatchHeader) {
        recordCount += Int(header.count)
        sizeInBytes += header.sizeInBytes
        maxTimestamp = max(maxTimestamp, header.maxTimestamp)
    }
}

extension EndTransactionMarker {
    /// Reads the marker of a control batch; nil for other control batches, and for what cannot be read.
    init?(controlBatch bytes: ByteBuffer) {
        guard let batch = try? RecordBatch(bytes), batch.isControl,
            let record = try? batch.records().first, let marker = try? EndTransactionMarker(record)
        else { return nil }
        self = marker
    }
}
