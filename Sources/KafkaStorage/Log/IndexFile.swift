import KafkaProtocol
import NIOCore

/// A file of equally long entries in rising order, to which entries are only appended, and which is searched.
///
/// New entries stay in memory until they fill a block, so that an append to the log costs one call to the disk, not three.
/// A crash loses them; the recovery that follows builds the index anew anyway. Reads go by smaller blocks, since of a long
/// log's index hardly anything is in a cache; the last one read is kept: a consumer that reads on asks for the same one
/// again. So an index takes little memory, however long it is.
struct IndexFile {
    static let blockBytes = 4096
    private static let readBytes = 1024

    let entrySize: Int
    private var file: SegmentFile
    private var storedCount: Int
    private var tail = ByteBuffer()
    private var block: (first: Int, bytes: ByteBuffer)?
    /// The value of the last entry in the file, when there were that many.
    private var lastStored: (count: Int, value: Int64)?

    /// `size` is what the folder's listing says; an incomplete entry at the end does not count.
    init(path: String, on disk: any Disk, entrySize: Int, size: Int64) {
        self.entrySize = entrySize
        file = SegmentFile(path: path, on: disk)
        storedCount = Int(clamping: size) / entrySize
    }

    var count: Int { storedCount + tail.readableBytes / entrySize }
    var sizeInBytes: Int64 { Int64(count * entrySize) }
    var path: String { file.path }

    /// `write` adds exactly one entry.
    mutating func append(_ write: (inout ByteBuffer) -> Void) throws(DiskError) {
        write(&tail)
        if tail.readableBytes >= Self.blockBytes / entrySize * entrySize { try spill() }
    }

    /// Writes to the file what is still in memory.
    mutating func spill() throws(DiskError) {
        guard tail.readableBytes > 0 else { return }
        try file.disk.write(tail, to: file.open(), at: Int64(storedCount * entrySize))
        storedCount += tail.readableBytes / entrySize
        tail.clear()
    }

    /// No more entries come: gives the memory back.
    mutating func seal() throws(DiskError) {
        try spill()
        tail = ByteBuffer()
        block = nil
    }

    /// The open file, with everything written to it.
    mutating func fileToFlush() throws(DiskError) -> FileID {
        try spill()
        return try file.open()
    }

    mutating func close() throws(DiskError) {
        try seal()
        file.close()
    }

    /// Closes without writing what is in memory.
    mutating func abandon() { file.close() }

    mutating func rename(to path: String) throws(DiskError) {
        try seal()
        try file.rename(to: path)
    }

    /// Keeps the first `count` entries.
    mutating func truncate(toCount count: Int) throws(DiskError) {
        if count >= storedCount {
            let bytes = min(tail.readableBytes, (count - storedCount) * entrySize)
            tail.moveWriterIndex(to: tail.readerIndex + bytes)
        } else {
            tail.clear()
            block = nil
            try file.disk.truncate(file.open(), to: Int64(count * entrySize))
            storedCount = count
            lastStored = nil
        }
    }

    /// A buffer that holds entry number `number`, and where in it the entry begins.
    mutating func entry(_ number: Int) throws(DiskError) -> (bytes: ByteBuffer, at: Int) {
        precondition(number >= 0 && number < count, "an index is asked for an entry that it does not have")
        if number >= storedCount { return (tail, tail.readerIndex + (number - storedCount) * entrySize) }
        if let block, number >= block.first, (number - block.first + 1) * entrySize <= block.bytes.readableBytes {
            return (block.bytes, (number - block.first) * entrySize)
        }
        let perBlock = Self.readBytes / entrySize
        let first = number / perBlock * perBlock
        let length = min(perBlock, storedCount - first) * entrySize
        let bytes = try file.disk.read(file.open(), at: Int64(first * entrySize), count: length)
        guard bytes.readableBytes == length else {
            throw .damage(path, "it is shorter than it was")
        }
        block = (first, bytes)
        return (bytes, (number - first) * entrySize)
    }

    /// The number of the last entry whose value is not larger than `target`; nil if the first one's is. `floor` is not larger
    /// than any value.
    ///
    /// Values rise from entry to entry, and in most logs evenly: the first guesses go by proportion, so that a block or two
    /// are read of an index of any length. Where values do not rise evenly, halving follows.
    mutating func lastEntry(
        atOrBefore target: Int64, floor: Int64?, value: (_ bytes: ByteBuffer, _ at: Int) -> Int64
    ) throws(DiskError) -> Int? {
        if tail.readableBytes > 0, value(tail, tail.readerIndex) <= target {
            return storedCount + Self.lastEntry(in: tail, entrySize, atOrBefore: target, value)
        }
        let perBlock = Self.readBytes / entrySize
        var span = BlockSpan(low: 0, high: (storedCount + perBlock - 1) / perBlock, lowValue: floor)
        if span.count > 4, floor != nil { span.highValue = try lastStoredValue(value) }
        var cached = block.map { $0.first / perBlock }
        while span.count > 0 {
            let number = cached.flatMap { span.contains($0) ? $0 : nil } ?? span.probe(target)
            cached = nil
            let (bytes, _) = try entry(number * perBlock)
            let count = bytes.readableBytes / entrySize
            let first = value(bytes, 0)
            let last = value(bytes, (count - 1) * entrySize)
            if first > target {
                span.endBefore(number, first)
            } else if last <= target {
                span.beginAfter(number, last)
            } else {
                return number * perBlock + Self.lastEntry(in: bytes, entrySize, atOrBefore: target, value)
            }
        }
        return span.low == 0 ? nil : min(span.low * perBlock, storedCount) - 1
    }

    private mutating func lastStoredValue(
        _ value: (_ bytes: ByteBuffer, _ at: Int) -> Int64
    ) throws(DiskError) -> Int64 {
        if let known = lastStored, known.count == storedCount { return known.value }
        let (bytes, at) = try entry(storedCount - 1)
        let found = value(bytes, at)
        lastStored = (storedCount, found)
        return found
    }

    /// Within entries of which the first one is known to lie at or before.
    private static func lastEntry(
        in bytes: ByteBuffer, _ entrySize: Int, atOrBefore target: Int64, _ value: (ByteBuffer, Int) -> Int64
    ) -> Int {
        let rest = 1..<max(1, bytes.readableBytes / entrySize)
        return rest.lowerBound { value(bytes, bytes.readerIndex + $0 * entrySize) <= target } - 1
    }
}

/// The blocks of an index among which the wanted entry may still lie.
private struct BlockSpan {
    private(set) var low: Int
    private(set) var high: Int
    /// What is known of the values at both ends.
    var lowValue: Int64?
    var highValue: Int64?
    private var guesses = 0

    init(low: Int, high: Int, lowValue: Int64?) {
        self.low = low
        self.high = high
        self.lowValue = lowValue
    }

    var count: Int { high - low }

    func contains(_ number: Int) -> Bool { number >= low && number < high }

    mutating func endBefore(_ number: Int, _ value: Int64) { (high, highValue) = (number, value) }

    mutating func beginAfter(_ number: Int, _ value: Int64) { (low, lowValue) = (number + 1, value) }

    /// Where to look next: by proportion at first, then in the middle. What a damaged index says does not matter here.
    mutating func probe(_ target: Int64) -> Int {
        guesses += 1
        guard guesses <= 3, let lowValue, let highValue, highValue > lowValue else { return low + count / 2 }
        let share = (Double(target) - Double(lowValue)) / (Double(highValue) - Double(lowValue))
        return low + min(max(Int(min(max(share, 0), 1) * Double(count)), 0), count - 1)
    }
}
