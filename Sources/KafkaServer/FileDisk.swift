import Glibc
import KafkaProtocol
import KafkaStorage
import NIOCore

/// A node's folder on a real file system.
///
/// Belongs to the node's loop. What other threads need, they get as descriptors of their own: a duplicate stays good for
/// sendfile or fsync when the file is closed, renamed or removed meanwhile.
///
/// A `FileID` is a path; its descriptor is opened when needed, and the one that was used longest ago is closed when there
/// are too many, so that ten thousand partitions do not run into the process's limit.
package final class FileDisk: Disk {
    private final class OpenFile {
        var path: String
        var descriptor: CInt?
        var lastUse: UInt64 = 0

        init(path: String) { self.path = path }
    }

    package var busy: Duration = .zero

    private let rootPath: String
    private let root: CInt
    private let descriptorLimit: Int
    private var files: [FileID: OpenFile] = [:]
    /// Those that have a descriptor, in no order: there may be many more files than these.
    private var connected: [OpenFile] = []
    private var lastFileID: UInt64 = 0
    private var useCount: UInt64 = 0

    /// Opens the folder, and creates it if need be.
    package init(root path: String, descriptorLimit: Int = 512) throws(DiskError) {
        precondition(descriptorLimit > 0, "a disk without descriptors cannot open a file")
        rootPath = path
        self.descriptorLimit = descriptorLimit
        do throws(POSIXFailure) {
            try POSIXFile.createDirectories(at: AT_FDCWD, path)
            root = try POSIXFile.open(at: AT_FDCWD, path, O_RDONLY | O_DIRECTORY)
        } catch {
            throw DiskError(operation: "open", path: path, reason: error.description)
        }
    }

    deinit {
        for file in connected { if let descriptor = file.descriptor { Glibc.close(descriptor) } }
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
        for file in files.values {
            if file.path == path {
                file.path = newPath
            } else if file.path.hasPrefix(path + "/") {
                file.path = newPath + file.path.dropFirst(path.count)
            }
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
            guard renameat(root, beside, root, path) == 0 else { throw POSIXFailure() }
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

    package func close(_ file: FileID) {
        guard let closed = files.removeValue(forKey: file) else { return }
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
            useCount += 1
            file.lastUse = useCount
            return try body(descriptor)
        }
    }

    private func connect(_ file: OpenFile, _ flags: CInt) throws(POSIXFailure) -> CInt {
        if connected.count >= descriptorLimit, let oldest = connected.min(by: { $0.lastUse < $1.lastUse }) {
            disconnect(oldest)
        }
        let descriptor = try POSIXFile.open(at: root, file.path, flags)
        file.descriptor = descriptor
        useCount += 1
        file.lastUse = useCount
        connected.append(file)
        return descriptor
    }

    private func disconnect(_ file: OpenFile) {
        guard let descriptor = file.descriptor else { return }
        Glibc.close(descriptor)
        file.descriptor = nil
        if let number = connected.firstIndex(where: { $0 === file }) {
            connected.swapAt(number, connected.count - 1)
            connected.removeLast()
        }
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
