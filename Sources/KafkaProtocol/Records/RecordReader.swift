import NIOCore

/// Reads a batch's records one after the other.
///
/// A compressed batch is decompressed as a whole when the reader is made, up to a limit; an uncompressed one is read in
/// place, so records before a damaged one come out first.
package struct RecordReader: Sendable {
    private let header: RecordBatchHeader
    private let payload: ByteBuffer
    private var scanner: RecordScanner

    init(_ batch: RecordBatch, decompressionLimit: Int) throws(RecordError) {
        header = batch.header
        scanner = try RecordScanner(count: batch.count)
        // Kafka does not look at the payload of a batch that says it is empty: compaction leaves such ones.
        guard batch.count > 0 else {
            payload = ByteBuffer()
            return
        }
        guard let compression = batch.compression else {
            throw .unknownCompression(id: header.attributes.compressionID)
        }
        payload = try compression.decompress(batch.payload, limit: decompressionLimit)
    }

    /// The next record; nil after the last.
    package mutating func next() throws(RecordError) -> Record? {
        guard let layout = try nextLayout() else { return nil }
        return Record(
            offset: header.baseOffset &+ Int64(layout.offsetDelta),
            timestamp: timestamp(of: layout),
            key: slice(layout.key),
            value: slice(layout.value),
            headers: try headers(of: layout))
    }

    private mutating func nextLayout() throws(RecordError) -> RecordLayout? {
        var scanner = scanner
        defer { self.scanner = scanner }
        return try payload.withReadableBytes { bytes throws(RecordError) in try scanner.next(in: bytes) }
    }

    private func timestamp(of layout: RecordLayout) -> Int64 {
        switch header.timestampType {
        case .createTime: header.baseTimestamp &+ layout.timestampDelta
        case .logAppendTime: header.maxTimestamp
        }
    }

    private func slice(_ range: Range<Int>?) -> ByteBuffer? {
        guard let range else { return nil }
        return payload.getSlice(at: payload.readerIndex + range.lowerBound, length: range.count)
    }

    /// The scanner has checked these bytes already.
    private func headers(of layout: RecordLayout) throws(RecordError) -> [RecordHeader] {
        guard layout.headerCount > 0 else { return [] }
        return try payload.withReadableBytes { bytes throws(RecordError) in
            var headers: [RecordHeader] = []
            var position = layout.headers.lowerBound
            let end = layout.headers.upperBound
            while position < end {
                let start = position
                let key = try RecordScanner.field(.headerKey, of: bytes, at: &position, end: end, record: start)
                let value = try RecordScanner.field(.headerValue, of: bytes, at: &position, end: end, record: start)
                let name = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[key ?? 0..<0]), as: UTF8.self)
                headers.append(RecordHeader(key: name, value: slice(value)))
            }
            return headers
        }
    }
}

extension RecordBatch {
    /// What a batch may unpack to unless the caller says otherwise: far over what brokers accept, far under what would
    /// hurt.
    package static let defaultDecompressionLimit = 128 << 20

    /// Reads the records one by one.
    package func reader(
        decompressionLimit: Int = defaultDecompressionLimit
    ) throws(RecordError) -> RecordReader {
        try RecordReader(self, decompressionLimit: decompressionLimit)
    }

    /// All records, decompressed and checked. Does not check the batch's checksum; ``validate()`` does.
    package func records(decompressionLimit: Int = defaultDecompressionLimit) throws(RecordError) -> [Record] {
        var reader = try reader(decompressionLimit: decompressionLimit)
        var records: [Record] = []
        // The count is a stranger's; a record takes at least seven bytes of what is really there.
        if compression == Compression.none { records.reserveCapacity(min(Int(count), payload.readableBytes / 7)) }
        while let record = try reader.next() { records.append(record) }
        return records
    }
}
