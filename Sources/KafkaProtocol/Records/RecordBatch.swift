import NIOCore

/// One record batch of magic 2: a view on its bytes, with the header decoded.
///
/// Made only from bytes that are long enough for the size that they state; the checksum and the records are checked
/// when asked, by ``validate()`` and ``records(decompressionLimit:)``. Invariant: `header` is what the first 61 bytes say, and
/// `bytes` holds `header.sizeInBytes` readable bytes, no more.
package struct RecordBatch: Hashable, Sendable {
    package private(set) var header: RecordBatchHeader
    package private(set) var bytes: ByteBuffer

    /// The batch that `buffer` begins with. More bytes may follow it; they do not belong to the view.
    package init(_ buffer: ByteBuffer) throws(RecordError) {
        guard let header = try RecordBatchHeader.read(from: buffer) else {
            throw .batchTruncated(size: RecordBatchHeader.size, available: buffer.readableBytes)
        }
        guard let bytes = buffer.getSlice(at: buffer.readerIndex, length: header.sizeInBytes) else {
            throw .batchTruncated(size: header.sizeInBytes, available: buffer.readableBytes)
        }
        self.header = header
        self.bytes = bytes
    }

    /// Both made here, by RecordBatchBuilder: `bytes` begins with `header` and holds no more than the batch.
    init(checked header: RecordBatchHeader, bytes: ByteBuffer) {
        self.header = header
        self.bytes = bytes
    }

    /// The bytes after the header: the records, compressed or not.
    package var payload: ByteBuffer {
        // The invariant holds both ends; an empty slice stands for a batch that compaction has emptied.
        bytes.getSlice(
            at: bytes.readerIndex + RecordBatchHeader.size, length: header.sizeInBytes - RecordBatchHeader.size)
            ?? ByteBuffer()
    }

    /// Compares the stored checksum with that of the bytes.
    package func validate() throws(RecordError) {
        let computed = computedChecksum()
        guard computed == header.crc else {
            throw .checksumMismatch(stored: header.crc, computed: computed, baseOffset: header.baseOffset)
        }
    }

    private func computedChecksum() -> UInt32 {
        bytes.withUnsafeReadableBytes {
            CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[RecordBatchHeader.Field.attributes...]))
        }
    }
}

// What a leader stamps on a batch before it goes to the log.
extension RecordBatch {
    /// Sets where the batch lies and under which leadership: both are outside the checksum.
    package mutating func assign(baseOffset: Int64, partitionLeaderEpoch: Int32) {
        header.baseOffset = baseOffset
        header.partitionLeaderEpoch = partitionLeaderEpoch
        set(baseOffset, at: RecordBatchHeader.Field.baseOffset)
        set(partitionLeaderEpoch, at: RecordBatchHeader.Field.partitionLeaderEpoch)
    }

    /// Sets the timestamp type and the greatest timestamp, and the checksum, which covers both. With LogAppendTime the
    /// latter is the time of every record in the batch.
    package mutating func setTimestampType(_ type: TimestampType, maxTimestamp: Int64) {
        guard header.timestampType != type || header.maxTimestamp != maxTimestamp else { return }
        header.attributes.timestampType = type
        header.maxTimestamp = maxTimestamp
        set(header.attributes.rawValue, at: RecordBatchHeader.Field.attributes)
        set(maxTimestamp, at: RecordBatchHeader.Field.maxTimestamp)
        header.crc = computedChecksum()
        set(header.crc, at: RecordBatchHeader.Field.crc)
    }

    private mutating func set(_ value: some FixedWidthInteger, at field: Int) {
        bytes.setInteger(value, at: bytes.readerIndex + field)
    }
}
