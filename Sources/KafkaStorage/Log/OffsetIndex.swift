import KafkaProtocol
import NIOCore

/// `<base offset>.index`: now and then the last offset of a batch, relative to the segment's base, and where the batch
/// begins in the file. Kafka's format: two big-endian 32-bit numbers an entry.
///
/// A batch that holds an offset lies at or after the position of the last entry that is not larger.
struct OffsetIndex {
    static let entrySize = 8

    let baseOffset: Int64
    private var entries: IndexFile

    init(baseOffset: Int64, path: String, on disk: any Disk, size: Int64) {
        self.baseOffset = baseOffset
        entries = IndexFile(path: path, on: disk, entrySize: Self.entrySize, size: size)
    }

    var count: Int { entries.count }
    var sizeInBytes: Int64 { entries.sizeInBytes }

    func isFull(_ limit: Int64) -> Bool { entries.sizeInBytes + Int64(Self.entrySize) > limit }

    mutating func append(offset: Int64, position: Int64) throws(DiskError) {
        guard let relative = Int32(exactly: offset - baseOffset), let position = Int32(exactly: position) else {
            preconditionFailure("a segment rolls before its offsets or positions outgrow 32 bits")
        }
        try entries.append { $0.writeMultipleIntegers(relative, position) }
    }

    /// Where to begin looking for `offset`.
    mutating func position(atOrBefore offset: Int64) throws(DiskError) -> Int64 {
        let relative = offset - baseOffset
        let number = try entries.lastEntry(atOrBefore: relative, floor: 0, value: Self.relativeOffset)
        guard let number else { return 0 }
        return try entry(number).position
    }

    private static func relativeOffset(_ bytes: ByteBuffer, _ at: Int) -> Int64 {
        Int64(bytes.getInteger(at: at, as: Int32.self) ?? .max)
    }

    mutating func entry(_ number: Int) throws(DiskError) -> (offset: Int64, position: Int64) {
        let (bytes, at) = try entries.entry(number)
        let relative: Int32 = bytes.getInteger(at: at) ?? 0
        let position: Int32 = bytes.getInteger(at: at + 4) ?? 0
        return (baseOffset + Int64(relative), Int64(position))
    }

    mutating func lastEntry() throws(DiskError) -> (offset: Int64, position: Int64)? {
        entries.count == 0 ? nil : try entry(entries.count - 1)
    }

    /// Whether the last entry can be true of a file of this size. What a crash leaves in place of an index is mostly zeros.
    mutating func isPlausible(fileSize: Int64) throws(DiskError) -> Bool {
        guard let last = try lastEntry() else { return true }
        return last.offset > baseOffset && last.position >= 0 && last.position < fileSize
    }

    /// Drops entries of `offset` and later ones.
    mutating func truncate(from offset: Int64) throws(DiskError) {
        let relative = offset - baseOffset
        let kept = try entries.lastEntry(atOrBefore: relative - 1, floor: 0, value: Self.relativeOffset)
        try entries.truncate(toCount: kept.map { $0 + 1 } ?? 0)
    }

    mutating func removeAll() throws(DiskError) {
        try entries.truncate(toCount: 0)
    }

    mutating func seal() throws(DiskError) { try entries.seal() }
    mutating func fileToFlush() throws(DiskError) -> FileID { try entries.fileToFlush() }
    mutating func close() throws(DiskError) { try entries.close() }
    mutating func abandon() { entries.abandon() }
    mutating func rename(to path: String) throws(DiskError) { try entries.rename(to: path) }
    var path: String { entries.path }
}
