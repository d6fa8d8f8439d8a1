import KafkaProtocol
import NIOCore

/// Steps through the batches of a segment's file, from one that begins at `position` on.
///
/// Reads a chunk at a time, and of a batch that is larger than the chunk only the header, unless the whole batch is asked
/// for. Ends where a batch is cut short or where no batch can begin like this; `position` then says where, and `damage`
/// what is wrong.
struct SegmentScanner {
    private let disk: any Disk
    private let file: FileID
    private let end: Int64
    private let chunkBytes: Int
    private(set) var position: Int64
    private(set) var damage: String?
    private var chunk = ByteBuffer()
    private var chunkStart: Int64

    init(_ file: FileID, on disk: any Disk, from position: Int64, to end: Int64, chunkBytes: Int) {
        self.file = file
        self.disk = disk
        self.position = position
        self.end = end
        self.chunkBytes = max(chunkBytes, RecordBatchHeader.size)
        chunkStart = position
    }

    /// The header of the next batch and where the batch begins. The records may be unreadable.
    mutating func nextHeader() throws(DiskError) -> (header: RecordBatchHeader, position: Int64)? {
        guard let header = try header() else { return nil }
        defer { position += Int64(header.sizeInBytes) }
        return (header, position)
    }

    /// The next batch as a whole, not yet checked.
    mutating func nextBatch() throws(DiskError) -> (batch: RecordBatch, position: Int64)? {
        guard let header = try header() else { return nil }
        try load(header.sizeInBytes)
        let start = chunk.readerIndex + Int(position - chunkStart)
        guard let bytes = chunk.getSlice(at: start, length: header.sizeInBytes) else { return nil }
        do {
            let batch = try RecordBatch(bytes)
            defer { position += Int64(header.sizeInBytes) }
            return (batch, position)
        } catch {
            damage = "\(error), in the batch at byte \(position)"
            return nil
        }
    }

    /// For readers of what was found sound before: damage is the disk's failure.
    func checkDamage(_ path: String) throws(DiskError) {
        if let damage { throw .damage(path, damage) }
    }

    private mutating func header() throws(DiskError) -> RecordBatchHeader? {
        guard damage == nil, end - position >= Int64(RecordBatchHeader.size) else { return nil }
        try load(RecordBatchHeader.size)
        do {
            let at = chunk.readerIndex + Int(position - chunkStart)
            guard let header = try RecordBatchHeader.read(from: chunk, at: at) else { return nil }
            return Int64(header.sizeInBytes) <= end - position ? header : nil
        } catch {
            damage = "\(error), in the batch at byte \(position)"
            return nil
        }
    }

    /// Has `count` bytes from `position` on in the chunk, if the file has them.
    private mutating func load(_ count: Int) throws(DiskError) {
        if position >= chunkStart, position + Int64(count) <= chunkStart + Int64(chunk.readableBytes) { return }
        let wanted = Int(min(Int64(max(count, chunkBytes)), end - position))
        // A new buffer: batches that were handed out may still look at the old one.
        chunk = ByteBuffer()
        chunkStart = position
        try disk.read(file, at: position, count: wanted, into: &chunk)
    }
}
