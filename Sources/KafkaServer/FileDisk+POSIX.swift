import Glibc
import NIOCore

/// The system's reason for a call that failed.
struct POSIXFailure: Error, CustomStringConvertible {
    var code: CInt

    init() { code = errno }

    init(code: CInt) { self.code = code }

    var description: String { String(cString: strerror(code)) }
}

/// The calls that `FileDisk` makes, each repeated until it is done or fails for good. Paths are relative to a folder's
/// descriptor.
enum POSIXFile {
    struct Entry {
        var name: String
        var isDirectory: Bool
        var size: Int64
    }

    static func open(at folder: CInt, _ path: String, _ flags: CInt) throws(POSIXFailure) -> CInt {
        while true {
            let descriptor = openat(folder, path, flags | O_CLOEXEC, 0o644)
            if descriptor >= 0 { return descriptor }
            guard errno == EINTR else { throw POSIXFailure() }
        }
    }

    /// Gives the file `beside` the name `path`, in place of the one that has it.
    ///
    /// Where durability is not asked for, the two change names and the old one goes: ext4 takes a plain rename over a file
    /// for a wish to have it on the platter, and makes each of ten thousand small files wait for the disk.
    static func replace(at folder: CInt, _ path: String, by beside: String, durably: Bool) throws(POSIXFailure) {
        if !durably, let renameat2 = GNUCalls.renameat2,
            renameat2(folder, beside, folder, path, GNUCalls.exchange) == 0
        {
            guard unlinkat(folder, beside, 0) == 0 else { throw POSIXFailure() }
            return
        }
        guard renameat(folder, beside, folder, path) == 0 else { throw POSIXFailure() }
    }

    static func size(_ descriptor: CInt) throws(POSIXFailure) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw POSIXFailure() }
        return Int64(status.st_size)
    }

    /// Appends up to `count` bytes to `buffer`; fewer only at the end of the file.
    static func read(
        _ descriptor: CInt, at offset: Int64, count: Int, into buffer: inout ByteBuffer
    ) throws(POSIXFailure) {
        var done = 0
        while done < count {
            var failure: POSIXFailure?
            let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count - done) { space in
                let read = pread(descriptor, space.baseAddress, count - done, Int(offset) + done)
                if read < 0 { failure = POSIXFailure() }
                return max(read, 0)
            }
            if let failure {
                if failure.code == EINTR { continue }
                throw failure
            }
            if got == 0 { return }
            done += got
        }
    }

    static func write(_ buffer: ByteBuffer, to descriptor: CInt, at offset: Int64) throws(POSIXFailure) {
        let failure = buffer.withUnsafeReadableBytes { bytes -> POSIXFailure? in
            var done = 0
            while done < bytes.count {
                let wrote = pwrite(
                    descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, Int(offset) + done)
                if wrote < 0, errno == EINTR { continue }
                guard wrote > 0 else { return wrote < 0 ? POSIXFailure() : POSIXFailure(code: EIO) }
                done += wrote
            }
            return nil
        }
        if let failure { throw failure }
    }

    /// Creates a folder and those above it.
    static func createDirectories(at folder: CInt, _ path: String) throws(POSIXFailure) {
        if mkdirat(folder, path, 0o755) == 0 { return }
        switch errno {
        case EEXIST:
            var status = stat()
            guard fstatat(folder, path, &status, 0) == 0 else { throw POSIXFailure() }
            guard status.st_mode & S_IFMT == S_IFDIR else { throw POSIXFailure(code: ENOTDIR) }
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
                throw POSIXFailure(code: ENOENT)
            }
            try createDirectories(at: folder, String(path[..<slash]))
            guard mkdirat(folder, path, 0o755) == 0 || errno == EEXIST else { throw POSIXFailure() }
        default: throw POSIXFailure()
        }
    }

    /// What lies in a folder, sorted by name; nothing if there is no such folder.
    static func list(at folder: CInt, _ path: String) throws(POSIXFailure) -> [Entry] {
        let descriptor = openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw POSIXFailure()
        }
        guard let stream = fdopendir(descriptor) else {
            let failure = POSIXFailure()
            close(descriptor)
            throw failure
        }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            var status = stat()
            // What was removed in between is not listed.
            guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            entries.append(
                Entry(name: name, isDirectory: status.st_mode & S_IFMT == S_IFDIR, size: Int64(status.st_size)))
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// Removes a file, or a folder with all that is in it. What is not there is already removed.
    static func remove(at folder: CInt, _ path: String) throws(POSIXFailure) {
        if unlinkat(folder, path, 0) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw POSIXFailure() }
        for entry in try list(at: folder, path) { try remove(at: folder, path + "/" + entry.name) }
        guard unlinkat(folder, path, AT_REMOVEDIR) == 0 else { throw POSIXFailure() }
    }
}
