import NIOCore

/// The first 17 bytes of a stored batch: enough to step over it in a segment without reading its records.
///
/// Made only where the length and the magic are possible, so `sizeInBytes` can be trusted to move forward; whether that
/// many bytes are there is for the reader to see.
package struct RecordBatchPrefix: Hashable, Sendable {
    /// How many bytes a prefix takes.
    package static let size = 17
    /// The base offset and the length field, which the length does not count.
    package static let logOverhead = 12
    /// What Kafka calls too small for a batch of any magic.
    private static let minimumLength: Int32 = 14

    package let baseOffset: Int64
    package let batchLength: Int32
    package let partitionLeaderEpoch: Int32

    /// The whole batch, log overhead included.
    package var sizeInBytes: Int { Int(batchLength) + Self.logOverhead }

    /// 2, once `validate()` has passed.
    let magic: Int8

    /// Reads the prefix at `index` (the reader index if nil). Nil if fewer than 17 bytes follow, which is how a torn or
    /// size-limited run of batches ends. Throws where no batch can begin like this.
    package static func read(from bytes: ByteBuffer, at index: Int? = nil) throws(RecordError) -> Self? {
        let start = index ?? bytes.readerIndex
        guard let prefix = try readOfAnyMagic(from: bytes, at: start) else { return nil }
        try prefix.validate(at: start)
        return prefix
    }

    /// The same, but 0 and 1 pass for a magic and sizes for a message of theirs, as they do in Kafka until a batch is
    /// there as a whole: what cannot be a v2 batch may still be the silent end of a buffer.
    static func readOfAnyMagic(from bytes: ByteBuffer, at start: Int) throws(RecordError) -> Self? {
        // Kafka looks at the length as soon as it is there, and at the magic only with all 17 bytes.
        guard start >= bytes.readerIndex,
            let batchLength = bytes.getInteger(at: start + 8, as: Int32.self)
        else { return nil }
        guard batchLength >= minimumLength else { throw .batchTooShort(length: batchLength, at: start) }
        guard batchLength <= Int32.max - Int32(logOverhead) else {
            throw .batchLengthOverflow(length: batchLength, at: start)
        }
        guard bytes.writerIndex - start >= size else { return nil }
        let (baseOffset, epoch, magic) = bytes.withUnsafeReadableBytes { all in
            let at = start - bytes.readerIndex
            return (
                Int64(bigEndian: all.loadUnaligned(fromByteOffset: at, as: Int64.self)),
                Int32(bigEndian: all.loadUnaligned(fromByteOffset: at + 12, as: Int32.self)),
                all.loadUnaligned(fromByteOffset: at + 16, as: Int8.self)
            )
        }
        guard (0...2).contains(magic) else { throw .unknownMagic(magic, at: start) }
        return Self(baseOffset: baseOffset, batchLength: batchLength, partitionLeaderEpoch: epoch, magic: magic)
    }

    private func validate(at start: Int) throws(RecordError) {
        guard magic == RecordBatchHeader.magic else { throw .unsupportedMagic(magic, at: start) }
        guard sizeInBytes >= RecordBatchHeader.size else {
            throw .batchSmallerThanHeader(size: sizeInBytes, at: start)
        }
    }
}
