/// Where one record's parts lie, in bytes from the start of the batch's payload. A null key or value has no range.
struct RecordLayout {
    var timestampDelta: Int64 = 0
    var offsetDelta: Int32 = 0
    var attributes: Int8 = 0
    var key: Range<Int>?
    var value: Range<Int>?
    var headerCount: Int32 = 0
    var headers = 0..<0
}

/// Walks the records of an uncompressed payload and checks their structure, as strictly as Kafka does: lengths, counts,
/// nothing left over. Offset deltas may be anything, since Kafka accepts that.
///
/// Makes nothing on the heap, so that validation can afford it.
struct RecordScanner {
    private let declaredCount: Int32
    private var found: Int32 = 0
    private(set) var position: Int

    init(count: Int32, position: Int = 0) throws(RecordError) {
        guard count >= 0 else { throw .invalidRecordCount(count) }
        declaredCount = count
        self.position = position
    }

    /// The next record; nil after the last. `bytes` is the same payload at each call.
    mutating func next(in bytes: UnsafeRawBufferPointer) throws(RecordError) -> RecordLayout? {
        guard found < declaredCount else { return nil }
        let start = position
        guard let size = RecordVarint.readInt32(from: bytes, at: &position, end: bytes.count) else {
            // A varint of a length that ends with the bytes is a record that is not there.
            guard bytes.count - start < 5 else { throw .recordLengthTooLong(at: start) }
            throw .recordsMissing(declared: declaredCount, found: found)
        }
        let bodyStart = position
        guard Int(size) <= bytes.count - bodyStart else {
            throw .recordTruncated(size: size, available: bytes.count - bodyStart, at: start)
        }
        guard size > 0 else { throw .invalidRecordSize(size, at: start) }
        let layout = try Self.body(of: bytes, at: &position, end: bodyStart + Int(size), record: start)
        found += 1
        // Kafka reports leftovers in place of the last record, not after it.
        if found == declaredCount, position != bytes.count {
            throw .bytesAfterRecords(count: bytes.count - position, at: position)
        }
        return layout
    }

    private static func body(
        of bytes: UnsafeRawBufferPointer, at position: inout Int, end: Int, record: Int
    ) throws(RecordError) -> RecordLayout {
        var layout = RecordLayout()
        layout.attributes = Int8(bitPattern: bytes[position])
        position += 1
        guard let timestampDelta = RecordVarint.readInt64(from: bytes, at: &position, end: end) else {
            throw .invalidRecordStructure(.timestampDelta, at: record)
        }
        guard let offsetDelta = RecordVarint.readInt32(from: bytes, at: &position, end: end) else {
            throw .invalidRecordStructure(.offsetDelta, at: record)
        }
        layout.timestampDelta = timestampDelta
        layout.offsetDelta = offsetDelta
        layout.key = try field(.key, of: bytes, at: &position, end: end, record: record)
        layout.value = try field(.value, of: bytes, at: &position, end: end, record: record)
        guard let headerCount = RecordVarint.readInt32(from: bytes, at: &position, end: end) else {
            throw .invalidRecordStructure(.headerCount, at: record)
        }
        // A header takes at least two bytes; a count that cannot fit would otherwise cost a loop or an allocation.
        guard headerCount >= 0, Int(headerCount) <= end - position else {
            throw .invalidHeaderCount(headerCount, at: record)
        }
        layout.headerCount = headerCount
        let headersStart = position
        for _ in 0..<headerCount {
            guard try field(.headerKey, of: bytes, at: &position, end: end, record: record) != nil else {
                throw .invalidRecordStructure(.headerKey, at: record)
            }
            _ = try field(.headerValue, of: bytes, at: &position, end: end, record: record)
        }
        layout.headers = headersStart..<position
        guard position == end else { throw .bytesAfterRecord(count: end - position, at: record) }
        return layout
    }

    /// A length and as many bytes. Any negative length stands for null, as in Kafka.
    @inline(__always)
    static func field(
        _ name: RecordField, of bytes: UnsafeRawBufferPointer, at position: inout Int, end: Int, record: Int
    ) throws(RecordError) -> Range<Int>? {
        guard let length = RecordVarint.readInt32(from: bytes, at: &position, end: end) else {
            throw .invalidRecordStructure(name, at: record)
        }
        guard length >= 0 else { return nil }
        guard Int(length) <= end - position else { throw .invalidRecordStructure(name, at: record) }
        let range = position..<position + Int(length)
        position = range.upperBound
        return range
    }
}
