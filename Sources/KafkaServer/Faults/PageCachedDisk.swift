import KafkaCluster
import KafkaProtocol
import KafkaStorage
import NIOCore

/// A real disk that knows what a loss of power would take from it.
final class PageCachedDisk<Base: ServedDisk>: ServedDisk {
    /// A flush on another thread: what the file held when it began is durable when it ends.
    struct Flush {
        fileprivate let file: PageCache.File
        fileprivate let size: Int64
    }

    private let base: Base
    private let cache: PageCache
    private var files: [FileID: PageCache.File] = [:]

    init(_ base: Base, _ cache: PageCache) {
        self.base = base
        self.cache = cache
    }

    var busy: Duration {
        get { base.busy }
        set { base.busy = newValue }
    }

    func duplicateDescriptor(of file: FileID) throws(DiskError) -> CInt { try base.duplicateDescriptor(of: file) }

    func beginFlush(_ file: FileID) throws(DiskError) -> Flush? {
        guard let known = files[file], known.durableSize != nil else { return nil }
        known.smallestSize = .max
        return Flush(file: known, size: try base.size(of: file))
    }

    func endFlush(_ flush: Flush) {
        guard let durable = flush.file.durableSize else { return }
        flush.file.durableSize = max(durable, min(flush.size, flush.file.smallestSize))
        flush.file.firstWrite = 0
    }

    /// Tells the last batches of each log that are not safe.
    func tellTailsWithoutPower(_ tell: (LogTail) -> Void) {
        let unsafe = cache.files.compactMap { file in file.durableSize.map { (path: file.path, safeBytes: $0) } }
        let most = LogTail.mostBytes(ofOneAmong: unsafe.count)
        for file in unsafe {
            if let tail = LogTail(of: file.path, on: base, from: file.safeBytes, mostBytes: most) { tell(tail) }
        }
    }

    /// Takes back what was not flushed, and gives what of it were records. Nothing is open any more.
    func losePower(using generator: inout some RandomNumberGenerator) throws(DiskError) -> [LostTail] {
        var cuts: [(path: String, size: Int64)] = []
        for file in cache.files {
            guard let durable = file.durableSize else { continue }
            let torn =
                Bool.random(using: &generator)
                ? Int64.random(in: 0...Int64(max(0, file.firstWrite - 1)), using: &generator) : 0
            cuts.append((file.path, durable + torn))
        }
        // An index tells where its log's batches are as long as it is whole.
        let lost = cuts.compactMap { LostTail(of: $0.path, on: base, cutTo: $0.size) }
        for cut in cuts {
            guard let open = try? base.open(cut.path, creating: false) else { continue }
            defer { base.close(open) }
            if try base.size(of: open) > cut.size { try base.truncate(open, to: cut.size) }
        }
        for (path, before) in cache.replaced {
            if let before {
                try base.replace(path, with: before, durably: true)
            } else {
                try base.remove(path)
            }
        }
        cache.clear()
        return lost.joined
    }

    /// An empty disk, as a new one is.
    func wipe() throws(DiskError) {
        for entry in try base.list("") { try base.remove(entry.name) }
        cache.clear()
    }

    // MARK: Disk

    func createDirectory(_ path: String) throws(DiskError) { try base.createDirectory(path) }
    func list(_ directory: String) throws(DiskError) -> [DiskEntry] { try base.list(directory) }
    func flushDirectory(_ path: String) throws(DiskError) { try base.flushDirectory(path) }
    func contents(of path: String) throws(DiskError) -> ByteBuffer? { try base.contents(of: path) }
    func size(of file: FileID) throws(DiskError) -> Int64 { try base.size(of: file) }

    func remove(_ path: String) throws(DiskError) {
        try base.remove(path)
        cache.remove(path)
    }

    func rename(_ path: String, to newPath: String) throws(DiskError) {
        try base.rename(path, to: newPath)
        cache.rename(path, to: newPath)
    }

    func replace(_ path: String, with contents: ByteBuffer, durably: Bool) throws(DiskError) {
        let before = durably || cache.hasReplaced(path) ? nil : try base.contents(of: path)
        try base.replace(path, with: contents, durably: durably)
        cache.noteReplaced(path, before: before, durably: durably)
    }

    func open(_ path: String, creating: Bool) throws(DiskError) -> FileID {
        let file = try base.open(path, creating: creating)
        files[file] = cache.file(path)
        return file
    }

    func read(_ file: FileID, at offset: Int64, count: Int, into buffer: inout ByteBuffer) throws(DiskError) {
        try base.read(file, at: offset, count: count, into: &buffer)
    }

    func write(_ buffer: ByteBuffer, to file: FileID, at offset: Int64) throws(DiskError) {
        if let known = files[file] {
            if known.durableSize == nil {
                known.durableSize = try base.size(of: file)
                known.firstWrite = 0
            }
            if known.firstWrite == 0 { known.firstWrite = buffer.readableBytes }
        }
        try base.write(buffer, to: file, at: offset)
    }

    func truncate(_ file: FileID, to size: Int64) throws(DiskError) {
        try base.truncate(file, to: size)
        guard let known = files[file], let durable = known.durableSize else { return }
        known.durableSize = min(durable, size)
        known.smallestSize = min(known.smallestSize, size)
    }

    func flush(_ file: FileID) throws(DiskError) {
        try base.flush(file)
        files[file]?.durableSize = nil
    }

    func close(_ file: FileID) {
        base.close(file)
        if let known = files.removeValue(forKey: file) { cache.forgetIfDurable(known) }
    }
}
