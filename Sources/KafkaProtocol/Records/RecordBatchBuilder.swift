import NIOCore

/// Collects records and writes them as one batch.
///
/// Offsets default to consecutive ones from the base offset; explicit offsets may leave gaps, which compaction needs.
/// The base timestamp is that of the first record, unless a delete horizon takes its place.
package struct RecordBatchBuilder: Sendable {
    private var header: RecordBatchHeader
    private let compression: Compression
    private let compressionLevel: Int32?
    private let logAppendTime: Int64?
    private let deleteHorizonMs: Int64?
    private var payload = ByteBuffer()
    private var greatestTimestamp: Int64 = -1

    /// - Parameters:
    ///   - compressionLevel: nil for the codec's own default.
    ///   - logAppendTime: if given, the time of all records, and the timestamp type is LogAppendTime.
    package init(
        baseOffset: Int64 = 0, partitionLeaderEpoch: Int32 = -1, compression: Compression = .none,
        compressionLevel: Int32? = nil, producerId: Int64 = -1, producerEpoch: Int16 = -1, baseSequence: Int32 = -1,
        isTransactional: Bool = false, isControl: Bool = false, logAppendTime: Int64? = nil,
        deleteHorizonMs: Int64? = nil
    ) {
        var header = RecordBatchHeader()
        header.baseOffset = baseOffset
        header.partitionLeaderEpoch = partitionLeaderEpoch
        header.producerId = producerId
        header.producerEpoch = producerEpoch
        header.baseSequence = baseSequence
        header.lastOffsetDelta = -1
        header.attributes = RecordBatchAttributes(
            compression: compression, timestampType: logAppendTime == nil ? .createTime : .logAppendTime,
            isTransactional: isTransactional, isControl: isControl, hasDeleteHorizon: deleteHorizonMs != nil)
        self.header = header
        self.compression = compression
        self.compressionLevel = compressionLevel
        self.logAppendTime = logAppendTime
        self.deleteHorizonMs = deleteHorizonMs
    }

    package var count: Int { Int(header.count) }
    package var isEmpty: Bool { header.count == 0 }
    /// The size without compression; with it, batches come out smaller or a little larger.
    package var uncompressedSize: Int { RecordBatchHeader.size + payload.readableBytes }
    /// The offset that the next record gets.
    package var nextOffset: Int64 { header.nextOffset }

    /// Appends a record at the next offset.
    package mutating func append(
        key: ByteBuffer?, value: ByteBuffer?, headers: [RecordHeader] = [], timestamp: Int64
    ) throws(RecordError) {
        try append(
            Record(offset: nextOffset, timestamp: timestamp, key: key, value: value, headers: headers))
    }

    /// Appends a record at its own offset, which is greater than all before it.
    package mutating func append(_ record: Record) throws(RecordError) {
        let (wideDelta, overflow) = record.offset.subtractingReportingOverflow(header.baseOffset)
        guard !overflow, let delta = Int32(exactly: wideDelta), delta > header.lastOffsetDelta, header.count < .max
        else { throw .offsetOutOfOrder(record.offset, last: header.lastOffset) }
        if header.count == 0 { header.baseTimestamp = deleteHorizonMs ?? record.timestamp }
        try payload.write(
            record, timestampDelta: record.timestamp &- header.baseTimestamp, offsetDelta: delta)
        header.lastOffsetDelta = delta
        header.count += 1
        greatestTimestamp = max(greatestTimestamp, record.timestamp)
    }

    /// The batch. `lastOffset` reaches past the last record where compaction has removed what came after it.
    /// Throws if the batch is empty, too large, or the codec fails.
    package func build(lastOffset: Int64? = nil) throws(RecordError) -> RecordBatch {
        guard header.count > 0 else { throw .noRecords }
        var header = header
        header.maxTimestamp = logAppendTime ?? greatestTimestamp
        if let lastOffset {
            let (wideDelta, overflow) = lastOffset.subtractingReportingOverflow(header.baseOffset)
            guard !overflow, let delta = Int32(exactly: wideDelta), delta >= header.lastOffsetDelta else {
                throw .offsetOutOfOrder(lastOffset, last: header.lastOffset)
            }
            header.lastOffsetDelta = delta
        }
        return try RecordBatch(
            header: header, payload: try compression.compress(payload, level: compressionLevel))
    }
}

extension RecordBatch {
    /// Puts a batch together: fills in length and checksum, the rest of the header is taken as it is.
    init(header: RecordBatchHeader, payload: ByteBuffer) throws(RecordError) {
        let size = RecordBatchHeader.size + payload.readableBytes
        guard let batchLength = Int32(exactly: size - RecordBatchHeader.logOverhead),
            batchLength <= Int32.max - Int32(RecordBatchHeader.logOverhead)
        else { throw .batchTooLarge(size: size, limit: Int(Int32.max)) }
        var header = header
        header.batchLength = batchLength
        var bytes = ByteBuffer()
        bytes.reserveCapacity(size)
        header.write(to: &bytes)
        bytes.writeImmutableBuffer(payload)
        header.crc = bytes.withUnsafeReadableBytes {
            CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[RecordBatchHeader.Field.attributes...]))
        }
        bytes.setInteger(header.crc, at: bytes.readerIndex + RecordBatchHeader.Field.crc)
        self.init(checked: header, bytes: bytes)
    }

    /// What compaction keeps of a batch whose records are all gone, when it is its producer's last: the offsets, the
    /// producer's state and the greatest timestamp, without records.
    package func emptied() throws(RecordError) -> RecordBatch {
        var header = header
        header.attributes = RecordBatchAttributes(
            timestampType: timestampType, isTransactional: isTransactional, isControl: isControl)
        header.baseTimestamp = -1
        header.count = 0
        return try RecordBatch(header: header, payload: ByteBuffer())
    }
}

extension ByteBuffer {
    /// Appends a record in one piece: its size is known before its bytes are written.
    fileprivate mutating func write(
        _ record: Record, timestampDelta: Int64, offsetDelta: Int32
    ) throws(RecordError) {
        var body =
            1 + RecordVarint.size(of: timestampDelta) + RecordVarint.size(of: offsetDelta)
            + (try Self.fieldSize(record.key?.readableBytes)) + (try Self.fieldSize(record.value?.readableBytes))
        guard let headerCount = Int32(exactly: record.headers.count) else {
            throw .tooManyHeaders(record.headers.count)
        }
        body += RecordVarint.size(of: headerCount)
        for header in record.headers {
            body += try Self.fieldSize(header.key.utf8.count)
            body += try Self.fieldSize(header.value?.readableBytes)
        }
        guard let bodySize = Int32(exactly: body) else { throw .batchTooLarge(size: body, limit: Int(Int32.max)) }
        let total = body + RecordVarint.size(of: bodySize)
        writeWithUnsafeMutableBytes(minimumWritableBytes: total) { bytes in
            var position = 0
            RecordVarint.write(bodySize, to: bytes, at: &position)
            bytes[position] = 0
            position += 1
            RecordVarint.write(timestampDelta, to: bytes, at: &position)
            RecordVarint.write(offsetDelta, to: bytes, at: &position)
            Self.writeField(record.key, to: bytes, at: &position)
            Self.writeField(record.value, to: bytes, at: &position)
            RecordVarint.write(headerCount, to: bytes, at: &position)
            for header in record.headers {
                Self.writeField(ByteBuffer(string: header.key), to: bytes, at: &position)
                Self.writeField(header.value, to: bytes, at: &position)
            }
            return position
        }
    }

    private static func fieldSize(_ count: Int?) throws(RecordError) -> Int {
        guard let count else { return RecordVarint.size(of: Int32(-1)) }
        guard let length = Int32(exactly: count) else { throw .batchTooLarge(size: count, limit: Int(Int32.max)) }
        return RecordVarint.size(of: length) + count
    }

    private static func writeField(
        _ field: ByteBuffer?, to bytes: UnsafeMutableRawBufferPointer, at position: inout Int
    ) {
        guard let field else { return RecordVarint.write(Int32(-1), to: bytes, at: &position) }
        RecordVarint.write(Int32(field.readableBytes), to: bytes, at: &position)
        field.withUnsafeReadableBytes { source in
            UnsafeMutableRawBufferPointer(rebasing: bytes[position..<position + source.count]).copyMemory(from: source)
        }
        position += field.readableBytes
    }
}
