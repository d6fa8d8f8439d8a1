import KafkaProtocol
import NIOCore

/// A file of equally long entries in rising order, to which entries are only appended, and which is searched.
///
/// New entries stay in memory until they fill a block, so that an append to the log costs one call to the disk, not three.
/// A crash loses them; the recovery that follows builds the index anew anyway. Reads go block by block, and the last block
/// read is kept: a consumer that reads on asks for the same one again. So an index takes at most two blocks of memory,
/// however long it is.
struct IndexFile {
    static let blockBytes = 4096

    let entrySize: Int
    private var file: SegmentFile
    private var storedCount: Int
    private var tail = ByteBuffer()
    private var block: (first: Int, bytes: ByteBuffer)?

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
        }
    }

    /// A buffer that holds entry number `number`, and where in it the entry begins.
    mutating func entry(_ number: Int) throws(DiskError) -> (bytes: ByteBuffer, at: Int) {
        precondition(number >= 0 && number < count, "an index is asked for an entry that it does not have")
        if number >= storedCount { return (tail, tail.readerIndex + (number - storedCount) * entrySize) }
        if let block, number >= block.first, (number - block.first + 1) * entrySize <= block.bytes.readableBytes {
            return (block.bytes, (number - block.first) * entrySize)
        }
        let perBlock = Self.blockBytes / entrySize
        let first = number / perBlock * perBlock
        let length = min(perBlock, storedCount - first) * entrySize
        let bytes = try file.disk.read(file.open(), at: Int64(first * entrySize), count: length)
        guard bytes.readableBytes == length else {
            throw .damage(path, "it is shorter than it was")
        }
        block = (first, bytes)
        return (bytes, (number - first) * entrySize)
    }

    /// The number of the last entry that lies at or before what is looked for; nil if the first one lies after it.
    mutating func lastEntry(
        where isAtOrBefore: (_ bytes: ByteBuffer, _ at: Int) -> Bool
    ) throws(DiskError) -> Int? {
        // Entries below `low` are known to lie at or before, those from `high` on after.
        var low = 0
        var high = count
        if tail.readableBytes > 0 {
            if isAtOrBefore(tail, tail.readerIndex) { low = storedCount + 1 } else { high = storedCount }
        }
        if high <= storedCount, let block {
            let last = block.first + block.bytes.readableBytes / entrySize - 1
            if last < high {
                if !isAtOrBefore(block.bytes, 0) {
                    high = block.first
                } else if isAtOrBefore(block.bytes, (last - block.first) * entrySize) {
                    low = last + 1
                } else {
                    (low, high) = (block.first + 1, last)
                }
            }
        }
        while low < high {
            let middle = low + (high - low) / 2
            let (bytes, at) = try entry(middle)
            if isAtOrBefore(bytes, at) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }
}
