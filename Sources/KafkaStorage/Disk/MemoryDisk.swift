import KafkaProtocol
import NIOCore

/// A disk in memory that can be cut off like a real one, for simulations and tests.
///
/// Holds what the page cache would hold, and for each file the changes since its last flush, so that a loss of power can
/// take them back. Names change like in a journalling file system: any flush makes all earlier creations, removals and
/// renamings durable. Open files are numbered and never reused, so that nothing depends on addresses.
package final class MemoryDisk: Disk {
    /// Where the machine stops: the n-th change from now on does not come to its end, and no call succeeds until
    /// `kill()` or `losePower()`.
    package struct Crash: Hashable, Sendable {
        package var changesBefore: Int
        /// If that change is a write: how many of its bytes still reach the page cache.
        package var tornBytes: Int

        package init(changesBefore: Int, tornBytes: Int) {
            self.changesBefore = changesBefore
            self.tornBytes = tornBytes
        }
    }

    /// How much of a file's unflushed changes a loss of power leaves: whole changes, and then bytes of the next write.
    package struct Survival: Hashable, Sendable {
        package var changes: Int
        package var tornBytes: Int
        package static let nothing = Self(changes: 0, tornBytes: 0)

        package init(changes: Int, tornBytes: Int) {
            self.changes = changes
            self.tornBytes = tornBytes
        }
    }

    package var busy: Duration = .zero
    package var crash: Crash?
    /// Why this operation on this path (or "file 7") fails now; nil where it succeeds. For tests of broken disks.
    package var failure: ((_ operation: String, _ path: String) -> String?)?
    /// Successful changes of any kind, reads, and bytes read, since the disk was made.
    package private(set) var changeCount = 0
    package private(set) var readCount = 0
    package private(set) var bytesRead: Int64 = 0

    private var stopped = false
    private var tree = MemoryTree()
    private var durableTree = MemoryTree()
    private var openFiles: [FileID: MemoryFile] = [:]
    private var lastFileID: UInt64 = 0

    package init() {}

    package var openFileCount: Int { openFiles.count }

    /// The process ends: open files are gone, the page cache stays.
    package func kill() {
        openFiles.removeAll()
        crash = nil
        stopped = false
    }

    /// The machine ends: what was not flushed is lost, save what `surviving` says for each path and its number of
    /// unflushed changes.
    package func losePower(surviving: (_ path: String, _ unflushed: Int) -> Survival = { _, _ in .nothing }) {
        kill()
        tree = durableTree
        for (path, file) in tree.allFiles() { file.losePower(surviving(path, file.unflushed.count)) }
        durableTree = tree
    }

    package func createDirectory(_ path: String) throws(DiskError) {
        if tree.folders[path] != nil { return }
        try change("create", path)
        tree.createFolder(path)
    }

    package func list(_ directory: String) throws(DiskError) -> [DiskEntry] {
        try check("list", directory)
        return tree.list(directory)
    }

    package func remove(_ path: String) throws(DiskError) {
        guard tree.contains(path) else { return }
        try change("remove", path)
        tree.remove(path)
    }

    package func rename(_ path: String, to newPath: String) throws(DiskError) {
        guard tree.contains(path) else { throw missing("rename", path) }
        guard tree.folders[MemoryTree.parent(newPath)] != nil else { throw missing("rename to", newPath) }
        try change("rename", path)
        tree.rename(path, to: newPath)
    }

    package func flushDirectory(_ path: String) throws(DiskError) {
        try change("flush", path)
        durableTree = tree
    }

    package func contents(of path: String) throws(DiskError) -> ByteBuffer? {
        try check("read", path)
        guard let file = tree.file(path) else { return nil }
        readCount += 1
        bytesRead += Int64(file.bytes.count)
        return ByteBuffer(bytes: file.bytes)
    }

    package func replace(_ path: String, with contents: ByteBuffer, durably: Bool) throws(DiskError) {
        guard tree.folders[MemoryTree.parent(path)] != nil else { throw missing("replace", path) }
        try change("replace", path)
        let file = MemoryFile()
        file.write(contents.readableBytesView, at: 0)
        tree.add(file, at: path)
        if durably {
            file.unflushed.removeAll()
            durableTree = tree
        }
    }

    package func open(_ path: String, creating: Bool) throws(DiskError) -> FileID {
        try check("open", path)
        let file: MemoryFile
        if let existing = tree.file(path) {
            file = existing
        } else {
            guard creating, tree.folders[MemoryTree.parent(path)] != nil else { throw missing("open", path) }
            try change("create", path)
            file = MemoryFile()
            tree.add(file, at: path)
        }
        lastFileID += 1
        let id = FileID(rawValue: lastFileID)
        openFiles[id] = file
        return id
    }

    package func size(of file: FileID) throws(DiskError) -> Int64 {
        Int64(try opened(file, "measure").bytes.count)
    }

    package func read(
        _ file: FileID, at offset: Int64, count: Int, into buffer: inout ByteBuffer
    ) throws(DiskError) {
        let opened = try opened(file, "read")
        readCount += 1
        guard offset >= 0, offset < opened.bytes.count, count > 0 else { return }
        let start = Int(offset)
        let end = start + min(count, opened.bytes.count - start)
        buffer.writeBytes(opened.bytes[start..<end])
        bytesRead += Int64(end - start)
    }

    package func write(_ buffer: ByteBuffer, to file: FileID, at offset: Int64) throws(DiskError) {
        let opened = try opened(file, "write")
        guard buffer.readableBytes > 0 else { return }
        guard offset >= 0 else { throw DiskError(operation: "write", path: "\(file)", reason: "negative offset") }
        do throws(DiskError) {
            try change("write", "file \(file.rawValue)")
        } catch {
            if let torn = takeTornBytes(), torn > 0 {
                opened.write(buffer.readableBytesView.prefix(torn), at: Int(offset))
            }
            throw error
        }
        opened.write(buffer.readableBytesView, at: Int(offset))
    }

    package func truncate(_ file: FileID, to size: Int64) throws(DiskError) {
        let opened = try opened(file, "truncate")
        guard size >= 0 else { throw DiskError(operation: "truncate", path: "\(file)", reason: "negative size") }
        try change("truncate", "file \(file.rawValue)")
        opened.truncate(to: Int(size))
    }

    package func flush(_ file: FileID) throws(DiskError) {
        let opened = try opened(file, "flush")
        try change("flush", "file \(file.rawValue)")
        opened.unflushed.removeAll()
        durableTree = tree
    }

    package func flushEverything() throws(DiskError) -> Bool {
        try change("flush", "")
        for (_, file) in tree.allFiles() { file.unflushed.removeAll() }
        durableTree = tree
        return true
    }

    package func close(_ file: FileID) { openFiles[file] = nil }

    /// A flush that takes time: what the file holds when it ends is durable, also where the file was closed meanwhile, as
    /// with a duplicated descriptor. It must not end in another life than it began in.
    package struct SlowFlush {
        fileprivate let file: MemoryFile
    }

    package func beginFlush(_ file: FileID) throws(DiskError) -> SlowFlush {
        SlowFlush(file: try opened(file, "flush"))
    }

    package func endFlush(_ flush: SlowFlush) throws(DiskError) {
        try change("flush", "a file")
        flush.file.unflushed.removeAll()
        durableTree = tree
    }

    /// Every file with its bytes as the page cache has them, sorted by path.
    package func allFiles() -> [(path: String, bytes: [UInt8])] {
        tree.allFiles().map { (path: $0.path, bytes: $0.file.bytes) }
    }

    /// Flips bits of one byte of a file, as a disk does that decays: the page cache has it so, and so has the platter.
    package func flip(_ path: String, at offset: Int, by mask: UInt8) { tree.file(path)?.flip(at: offset, by: mask) }

    /// An empty disk.
    package func wipe() {
        kill()
        tree = MemoryTree()
        durableTree = tree
    }

    private var tornBytes: Int?

    private func takeTornBytes() -> Int? {
        defer { tornBytes = nil }
        return tornBytes
    }

    private func check(_ operation: String, _ path: @autoclosure () -> String) throws(DiskError) {
        if stopped { throw DiskError(operation: operation, path: path(), reason: "the machine has stopped") }
        if let reason = failure?(operation, path()) {
            throw DiskError(operation: operation, path: path(), reason: reason)
        }
    }

    private func change(_ operation: String, _ path: @autoclosure () -> String) throws(DiskError) {
        try check(operation, path())
        if let planned = crash {
            if planned.changesBefore == 0 {
                stopped = true
                tornBytes = planned.tornBytes
                throw DiskError(operation: operation, path: path(), reason: "the machine stops here")
            }
            crash = Crash(changesBefore: planned.changesBefore - 1, tornBytes: planned.tornBytes)
        }
        changeCount += 1
    }

    private func opened(_ file: FileID, _ operation: String) throws(DiskError) -> MemoryFile {
        try check(operation, "file \(file.rawValue)")
        guard let opened = openFiles[file] else {
            throw DiskError(operation: operation, path: "file \(file.rawValue)", reason: "it is not open")
        }
        return opened
    }

    private func missing(_ operation: String, _ path: String) -> DiskError {
        DiskError(operation: operation, path: path, reason: "No such file or directory")
    }
}
