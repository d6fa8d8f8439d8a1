/// What is wrong with a batch or a record, and where. `at` counts bytes: of a batch in the buffer that was read, of a
/// record in its batch's (decompressed) payload.
package enum RecordError: Error, Hashable, Sendable {
    // The frame of a batch.
    /// The length field is less than a batch of any magic needs.
    case batchTooShort(length: Int32, at: Int)
    /// The length field plus what it does not count is more than a 32-bit size can say.
    case batchLengthOverflow(length: Int32, at: Int)
    /// The size is less than a v2 header.
    case batchSmallerThanHeader(size: Int, at: Int)
    /// Fewer bytes are there than the batch needs.
    case batchTruncated(size: Int, available: Int)
    /// Magic 0 or 1: a message set of Kafka before 0.11, which is neither stored nor converted here.
    case unsupportedMagic(Int8, at: Int)
    /// A magic that Kafka never had.
    case unknownMagic(Int8, at: Int)
    case checksumMismatch(stored: UInt32, computed: UInt32, baseOffset: Int64)

    // Its payload.
    case unknownCompression(id: UInt8)
    case decompressionFailed(Compression, String)
    case decompressedSizeOverLimit(Int)
    case compressionFailed(Compression, String)

    // Its records.
    case invalidRecordCount(Int32)
    /// The payload ends before as many records were found as the header declares.
    case recordsMissing(declared: Int32, found: Int32)
    /// Bytes follow the last declared record.
    case bytesAfterRecords(count: Int, at: Int)
    /// A record's length is a varint of more than five bytes.
    case recordLengthTooLong(at: Int)
    case recordTruncated(size: Int32, available: Int, at: Int)
    case invalidRecordSize(Int32, at: Int)
    /// A part of the record does not fit into it.
    case invalidRecordStructure(RecordField, at: Int)
    case invalidHeaderCount(Int32, at: Int)
    /// The record's parts end before its length does.
    case bytesAfterRecord(count: Int, at: Int)
    case invalidControlRecord

    // What a batch is made of.
    case noRecords
    case offsetOutOfOrder(Int64, last: Int64)
    case tooManyHeaders(Int)
    case batchTooLarge(size: Int, limit: Int)

    // What a producer may not send, though it is well formed.
    case noBatch
    case moreThanOneBatch
    case baseOffsetNotZero(Int64)
    case compressionNotAllowed(Compression)
    case invalidOffsetRange(lastOffsetDelta: Int32)
    case inconsistentRecordCount(Int32, lastOffsetDelta: Int32)
    case invalidSequence(Int32, producerId: Int64)
    case controlBatchFromClient
    case recordWithoutKey(at: Int)
    case timestampNotAllowed(Int64)
    case appendTimeFromClient
}

/// A part of a record, named in errors.
package enum RecordField: String, Hashable, Sendable {
    case timestampDelta = "timestamp delta"
    case offsetDelta = "offset delta"
    case key
    case value
    case headerCount = "header count"
    case headerKey = "header key"
    case headerValue = "header value"
}
