import Glibc
import KafkaProtocol
import KafkaStorage
import NIOCore

/// A node's folder on a real file system.
///
/// Belongs to the node's loop. What other threads need, they get as descriptors of their own: a duplicate stays good for
/// sendfile or fsync when the file is closed, renamed or removed meanwhile.
///
/// A `FileID` is a path; its descriptor is opened when needed, and one that was not used for a while is closed when the
/// process has too many, so that ten thousand partitions do not run into its limit.
package final class FileDisk: Disk {
    private final class OpenFile {
        var path: String
        var descriptor: CInt?
        /// Its place among those that have a descriptor.
        var place = 0
        /// Used since the hand came by last.
        var isRecent = false

        init(path: String) { self.path = path }
    }

    package var busy: Duration = .zero

    private let rootPath: String
    private let root: CInt
    private let descriptorLimit: Int
    private let budget: DescriptorBudget
    private var files: [FileID: OpenFile] = [:]
    /// The same files by their paths; one path may be open several times.
    private let filesByPath = FileTree<[OpenFile]>()
    /// Those that have a descriptor, in no order: there may be many more files than these.
    private var connected: [OpenFile] = []
    /// Goes round `connected` to find one that was not used for a while.
    private var hand = 0
    private var lastFileID: UInt64 = 0

    /// Opens the folder, and creates it if need be.
    package init(
        root path: String, descriptorLimit: Int = .max, budget: DescriptorBudget = .shared
    ) throws(DiskError) {
        precondition(descriptorLimit > 0, "a disk without descriptors cannot open a file")
        rootPath = path
        self.descriptorLimit = descriptorLimit
        self.budget = budget
        do throws(POSIXFailure) {
            try POSIXFile.createDirectories(at: AT_FDCWD, path)
            root = try POSIXFile.open(at: AT_FDCWD, path, O_RDONLY | O_DIRECTORY)
        } catch {
            throw DiskError(operation: "open", path: path, reason: error.description)
        }
    }

    deinit {
        for file in connected { if let descriptor = file.descriptor { Glibc.close(descriptor) } }
        budget.giveBack(connected.count)
        Glibc.close(root)
    }

    /// Descriptors that are open now, not counting the root's.
    package var openDescriptorCount: Int { connected.count }

    /// A descriptor of the caller's own for an open file, which the caller closes.
    package func duplicateDescriptor(of file: FileID) throws(DiskError) -> CInt {
        try using(file, "duplicate") { descriptor throws(POSIXFailure) in
            let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard duplicate >= 0 else { throw POSIXFailure() }
            return duplicate
        }
    }

    // MARK: Names

    package func createDirectory(_ path: String) throws(DiskError) {
        try attempt("create", path) { () throws(POSIXFailure) in try POSIXFile.createDirectories(at: root, path) }
    }

    package func list(_ directory: String) throws(DiskError) -> [DiskEntry] {
        try attempt("list", directory) { () throws(POSIXFailure) in
            try POSIXFile.list(at: root, name(directory)).map {
                DiskEntry(name: $0.name, isDirectory: $0.isDirectory, size: $0.isDirectory ? 0 : $0.size)
            }
        }
    }

    package func remove(_ path: String) throws(DiskError) {
        try attempt("remove", path) { () throws(POSIXFailure) in try POSIXFile.remove(at: root, path) }
    }

    package func rename(_ path: String, to newPath: String) throws(DiskError) {
        try attempt("rename", path) { () throws(POSIXFailure) in
            guard renameat(root, path, root, newPath) == 0 else { throw POSIXFailure() }
        }
        for (rest, moved) in filesByPath.removeAll(at: path) {
            for file in moved { file.path = newPath + rest }
            filesByPath[newPath + rest] = (filesByPath[newPath + rest] ?? []) + moved
        }
    }

    package func flushDirectory(_ path: String) throws(DiskError) {
        try attempt("flush", path) { () throws(POSIXFailure) in
            let descriptor = try POSIXFile.open(at: root, name(path), O_RDONLY | O_DIRECTORY)
            defer { Glibc.close(descriptor) }
            guard fsync(descriptor) == 0 else { throw POSIXFailure() }
        }
    }

    // MARK: Small files

    package func contents(of path: String) throws(DiskError) -> ByteBuffer? {
        try attempt("read", path) { () throws(POSIXFailure) in
            let descriptor: CInt
            do throws(POSIXFailure) {
                descriptor = try POSIXFile.open(at: root, path, O_RDONLY)
            } catch {
                if error.code == ENOENT { return nil }
                throw error
            }
            defer { Glibc.close(descriptor) }
            var buffer = ByteBuffer()
            try POSIXFile.read(descriptor, at: 0, count: Int(POSIXFile.size(descriptor)), into: &buffer)
            return buffer
        }
    }

    package func replace(_ path: String, with contents: ByteBuffer, durably: Bool) throws(DiskError) {
        let beside = path + ".tmp"
        try attempt("replace", path) { () throws(POSIXFailure) in
            let descriptor = try POSIXFile.open(at: root, beside, O_WRONLY | O_CREAT | O_TRUNC)
            defer { Glibc.close(descriptor) }
            try POSIXFile.write(contents, to: descriptor, at: 0)
            if durably, fsync(descriptor) != 0 { throw POSIXFailure() }
            try POSIXFile.replace(at: root, path, by: beside, durably: durably)
        }
        if durably { try flushDirectory(parent(path)) }
    }

    // MARK: Open files

    package func open(_ path: String, creating: Bool) throws(DiskError) -> FileID {
        let file = OpenFile(path: path)
        try attempt("open", path) { () throws(POSIXFailure) in
            _ = try connect(file, creating ? O_RDWR | O_CREAT : O_RDWR)
        }
        lastFileID += 1
        let id = FileID(rawValue: lastFileID)
        files[id] = file
        filesByPath[path] = (filesByPath[path] ?? []) + [file]
        return id
    }

    package func size(of file: FileID) throws(DiskError) -> Int64 {
        try using(file, "measure") { descriptor throws(POSIXFailure) in try POSIXFile.size(descriptor) }
    }

    package func read(
        _ file: FileID, at offset: Int64, count: Int, into buffer: inout ByteBuffer
    ) throws(DiskError) {
        guard count > 0 else { return }
        try using(file, "read") { descriptor throws(POSIXFailure) in
            try POSIXFile.read(descriptor, at: offset, count: count, into: &buffer)
        }
    }

    package func write(_ buffer: ByteBuffer, to file: FileID, at offset: Int64) throws(DiskError) {
        try using(file, "write") { descriptor throws(POSIXFailure) in
            try POSIXFile.write(buffer, to: descriptor, at: offset)
        }
    }

    package func truncate(_ file: FileID, to size: Int64) throws(DiskError) {
        try using(file, "truncate") { descriptor throws(POSIXFailure) in
            guard ftruncate(descriptor, Int(size)) == 0 else { throw POSIXFailure() }
        }
    }

    package func flush(_ file: FileID) throws(DiskError) {
        try using(file, "flush") { descriptor throws(POSIXFailure) in
            guard fdatasync(descriptor) == 0 else { throw POSIXFailure() }
        }
    }

    package func flushEverything() throws(DiskError) -> Bool {
        guard let syncfs = GNUCalls.syncfs else { return false }
        try attempt("flush", "") { () throws(POSIXFailure) in
            guard syncfs(root) == 0 else { throw POSIXFailure() }
        }
        return true
    }

    package func close(_ file: FileID) {
        guard let closed = files.removeValue(forKey: file) else { return }
        let others = (filesByPath[closed.path] ?? []).filter { $0 !== closed }
        filesByPath[closed.path] = others.isEmpty ? nil : others
        disconnect(closed)
    }

    // MARK: Descriptors

    private func using<T>(
        _ id: FileID, _ operation: String, _ body: (CInt) throws(POSIXFailure) -> T
    ) throws(DiskError) -> T {
        guard let file = files[id] else {
            throw DiskError(operation: operation, path: "file \(id.rawValue)", reason: "it is not open")
        }
        return try attempt(operation, file.path) { () throws(POSIXFailure) in
            guard let descriptor = file.descriptor else { return try body(try connect(file, O_RDWR)) }
            file.isRecent = true
            return try body(descriptor)
        }
    }

    private func connect(_ file: OpenFile, _ flags: CInt) throws(POSIXFailure) -> CInt {
        if connected.count >= descriptorLimit || (budget.isSpent && !connected.isEmpty) { disconnectIdle() }
        let descriptor = try POSIXFile.open(at: root, file.path, flags)
        file.descriptor = descriptor
        file.isRecent = true
        file.place = connected.count
        connected.append(file)
        budget.take()
        return descriptor
    }

    /// Closes the first file that was not used since the hand came by last.
    private func disconnectIdle() {
        while true {
            if hand >= connected.count { hand = 0 }
            let file = connected[hand]
            guard file.isRecent else { return disconnect(file) }
            file.isRecent = false
            hand += 1
        }
    }

    private func disconnect(_ file: OpenFile) {
        guard let descriptor = file.descriptor else { return }
        Glibc.close(descriptor)
        file.descriptor = nil
        if let last = connected.popLast(), last !== file {
            last.place = file.place
            connected[file.place] = last
        }
        budget.giveBack(1)
    }

    /// The root's own name.
    private func name(_ path: String) -> String { path.isEmpty ? "." : path }

    private func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[..<slash])
    }

    private func attempt<T>(
        _ operation: String, _ path: String, _ body: () throws(POSIXFailure) -> T
    ) throws(DiskError) -> T {
        do throws(POSIXFailure) {
            return try body()
        } catch {
            let whole = path.isEmpty ? rootPath : rootPath + "/" + path
            throw DiskError(operation: operation, path: whole, reason: error.description)
        }
    }
}
