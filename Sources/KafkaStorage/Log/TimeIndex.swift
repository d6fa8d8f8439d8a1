import KafkaProtocol
import NIOCore

/// `<base offset>.timeindex`: now and then the largest timestamp so far, and the last offset of the batch that has it,
/// relative to the segment's base. Kafka's format: a 64-bit and a 32-bit big-endian number an entry.
///
/// Records that are later than an entry's time lie at or after its offset. Timestamps rise from entry to entry, though those
/// of records need not.
struct TimeIndex {
    static let entrySize = 12

    let baseOffset: Int64
    private var entries: IndexFile
    /// The time of the last entry, where it is known without looking.
    private var lastTimestamp: Int64?

    init(baseOffset: Int64, path: String, on disk: any Disk, size: Int64) {
        self.baseOffset = baseOffset
        entries = IndexFile(path: path, on: disk, entrySize: Self.entrySize, size: size)
        if entries.count == 0 { lastTimestamp = -1 }
    }

    var count: Int { entries.count }
    var sizeInBytes: Int64 { entries.sizeInBytes }

    /// One entry is kept free for the last one, which is written when the segment ends.
    func isFull(_ limit: Int64) -> Bool { entries.sizeInBytes + Int64(2 * Self.entrySize) > limit }

    /// Appends an entry if it is later than the last one.
    mutating func appendIfLater(timestamp: Int64, offset: Int64) throws(DiskError) {
        if lastTimestamp == nil { lastTimestamp = try lastEntry()?.timestamp ?? -1 }
        guard timestamp > lastTimestamp ?? -1 else { return }
        guard let relative = Int32(exactly: offset - baseOffset) else {
            preconditionFailure("a segment rolls before its offsets outgrow 32 bits")
        }
        lastTimestamp = timestamp
        try entries.append { $0.writeMultipleIntegers(timestamp, relative) }
    }

    /// The last entry whose time is not after `timestamp`.
    mutating func entry(atOrBefore timestamp: Int64) throws(DiskError) -> (timestamp: Int64, offset: Int64)? {
        let number = try entries.lastEntry(atOrBefore: timestamp, floor: nil) { bytes, at in
            bytes.getInteger(at: at, as: Int64.self) ?? .max
        }
        guard let number else { return nil }
        return try entry(number)
    }

    mutating func lastEntry() throws(DiskError) -> (timestamp: Int64, offset: Int64)? {
        entries.count == 0 ? nil : try entry(entries.count - 1)
    }

    mutating func entry(_ number: Int) throws(DiskError) -> (timestamp: Int64, offset: Int64) {
        let (bytes, at) = try entries.entry(number)
        let timestamp: Int64 = bytes.getInteger(at: at) ?? 0
        let relative: Int32 = bytes.getInteger(at: at + 8) ?? 0
        return (timestamp, baseOffset + Int64(relative))
    }

    /// Whether the last entry can be true. What a crash leaves in place of an index is mostly zeros.
    mutating func isPlausible() throws(DiskError) -> Bool {
        guard let last = try lastEntry() else { return true }
        return last.timestamp > 0 && last.offset >= baseOffset
    }

    /// Drops entries of `offset` and later ones.
    mutating func truncate(from offset: Int64) throws(DiskError) {
        let relative = offset - baseOffset
        let kept = try entries.lastEntry(atOrBefore: relative - 1, floor: 0) { bytes, at in
            Int64(bytes.getInteger(at: at + 8, as: Int32.self) ?? .max)
        }
        try entries.truncate(toCount: kept.map { $0 + 1 } ?? 0)
        lastTimestamp = nil
    }

    mutating func removeAll() throws(DiskError) {
        try entries.truncate(toCount: 0)
        lastTimestamp = -1
    }

    mutating func seal() throws(DiskError) { try entries.seal() }
    mutating func fileToFlush() throws(DiskError) -> FileID { try entries.fileToFlush() }
    mutating func close() throws(DiskError) { try entries.close() }
    mutating func abandon() { entries.abandon() }
    mutating func rename(to path: String) throws(DiskError) { try entries.rename(to: path) }
    var path: String { entries.path }
}
