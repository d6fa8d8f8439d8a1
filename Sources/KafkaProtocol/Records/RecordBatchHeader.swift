import NIOCore

/// The 61 bytes before a batch's records, decoded.
///
/// ```
///  0 baseOffset i64      16 magic i8           23 lastOffsetDelta i32   43 producerId i64      57 count i32
///  8 batchLength i32     17 crc u32            27 baseTimestamp i64     51 producerEpoch i16
/// 12 leaderEpoch i32     21 attributes i16     35 maxTimestamp i64      53 baseSequence i32
/// ```
/// The checksum covers everything from the attributes on. A leader may therefore set the base offset and its epoch
/// without reading the records.
package struct RecordBatchHeader: Hashable, Sendable {
    package static let size = 61
    package static let logOverhead = RecordBatchPrefix.logOverhead
    package static let magic: Int8 = 2

    package var baseOffset: Int64 = 0
    /// Bytes after this field: the batch's size less the log overhead.
    package var batchLength: Int32 = 0
    package var partitionLeaderEpoch: Int32 = -1
    package var crc: UInt32 = 0
    package var attributes = RecordBatchAttributes()
    package var lastOffsetDelta: Int32 = 0
    package var baseTimestamp: Int64 = 0
    package var maxTimestamp: Int64 = 0
    package var producerId: Int64 = -1
    package var producerEpoch: Int16 = -1
    package var baseSequence: Int32 = -1
    /// How many records the batch says it has. Compaction removes records but keeps the offsets, so this may be less
    /// than the offsets suggest.
    package var count: Int32 = 0

    package init() {}

    /// Where each field lies.
    enum Field {
        static let baseOffset = 0
        static let batchLength = 8
        static let partitionLeaderEpoch = 12
        static let magic = 16
        static let crc = 17
        static let attributes = 21
        static let lastOffsetDelta = 23
        static let baseTimestamp = 27
        static let maxTimestamp = 35
        static let producerId = 43
        static let producerEpoch = 51
        static let baseSequence = 53
        static let count = 57
    }

    /// Reads the header at `index` (the reader index if nil); the records need not be there. Nil if fewer than 61 bytes
    /// follow.
    package static func read(from bytes: ByteBuffer, at index: Int? = nil) throws(RecordError) -> Self? {
        let start = index ?? bytes.readerIndex
        guard let prefix = try RecordBatchPrefix.read(from: bytes, at: start) else { return nil }
        return Self(prefix, rest: bytes, at: start)
    }

    /// One bounds check for the 44 bytes after the prefix.
    private init?(_ prefix: RecordBatchPrefix, rest bytes: ByteBuffer, at start: Int) {
        let offset = start - bytes.readerIndex
        guard offset >= 0, bytes.readableBytes - offset >= Self.size else { return nil }
        self.init()
        baseOffset = prefix.baseOffset
        batchLength = prefix.batchLength
        partitionLeaderEpoch = prefix.partitionLeaderEpoch
        bytes.withUnsafeReadableBytes { all in
            func load<T: FixedWidthInteger>(_ field: Int, as type: T.Type = T.self) -> T {
                T(bigEndian: all.loadUnaligned(fromByteOffset: offset + field, as: T.self))
            }
            crc = load(Field.crc)
            attributes = RecordBatchAttributes(rawValue: load(Field.attributes))
            lastOffsetDelta = load(Field.lastOffsetDelta)
            baseTimestamp = load(Field.baseTimestamp)
            maxTimestamp = load(Field.maxTimestamp)
            producerId = load(Field.producerId)
            producerEpoch = load(Field.producerEpoch)
            baseSequence = load(Field.baseSequence)
            count = load(Field.count)
        }
    }

    /// Appends all 61 bytes.
    func write(to bytes: inout ByteBuffer) {
        bytes.writeInteger(baseOffset)
        bytes.writeInteger(batchLength)
        bytes.writeInteger(partitionLeaderEpoch)
        bytes.writeInteger(Self.magic)
        bytes.writeInteger(crc)
        bytes.writeInteger(attributes.rawValue)
        bytes.writeInteger(lastOffsetDelta)
        bytes.writeInteger(baseTimestamp)
        bytes.writeInteger(maxTimestamp)
        bytes.writeInteger(producerId)
        bytes.writeInteger(producerEpoch)
        bytes.writeInteger(baseSequence)
        bytes.writeInteger(count)
    }
}

// What follows from the fields. Offsets of a hostile batch may overflow: they wrap, as in Java, and never trap.
extension RecordBatchHeader {
    @inlinable package var sizeInBytes: Int { Int(batchLength) + Self.logOverhead }
    @inlinable package var lastOffset: Int64 { baseOffset &+ Int64(lastOffsetDelta) }
    @inlinable package var nextOffset: Int64 { lastOffset &+ 1 }
    @inlinable package var hasProducerId: Bool { producerId > -1 }
    package var compression: Compression? { attributes.compression }
    package var timestampType: TimestampType { attributes.timestampType }
    package var isTransactional: Bool { attributes.isTransactional }
    package var isControl: Bool { attributes.isControl }
    package var hasDeleteHorizon: Bool { attributes.hasDeleteHorizon }

    /// When tombstones and markers of this batch may go; the cleaner stores it in place of the base timestamp.
    package var deleteHorizonMs: Int64? { hasDeleteHorizon ? baseTimestamp : nil }

    /// The sequence number of the last record, -1 if the producer gives none. Sequences wrap from Int32.max to 0.
    package var lastSequence: Int32 {
        baseSequence == -1 ? -1 : Self.sequence(baseSequence, advancedBy: lastOffsetDelta)
    }

    /// `sequence` plus `increment`, wrapping past Int32.max to 0.
    package static func sequence(_ sequence: Int32, advancedBy increment: Int32) -> Int32 {
        let (sum, overflow) = sequence.addingReportingOverflow(increment)
        return overflow && increment > 0 ? sum & .max : sum
    }
}
