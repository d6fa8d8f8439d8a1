import Glibc

/// The few calls on folders that a data directory needs. Each failure is the system's own reason.
enum FileSystem {
    struct Failure: Error {
        var code: CInt
        var reason: String { String(cString: strerror(code)) }
    }

    static func createDirectories(_ path: String) throws(Failure) {
        var made = path.hasPrefix("/") ? "" : "."
        for name in path.split(separator: "/") {
            made += "/" + name
            if mkdir(made, 0o755) != 0, errno != EEXIST { throw Failure(code: errno) }
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw Failure(code: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw Failure(code: ENOTDIR) }
    }

    /// Names in a folder, sorted; nil when there is no such folder.
    static func entries(of path: String) throws(Failure) -> [String]? {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return nil }
            throw Failure(code: errno)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file, a link, or a folder with all that is in it. Links are not followed.
    static func remove(_ path: String) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw Failure(code: errno)
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try entries(of: path) ?? [] { try remove(path + "/" + name) }
            guard rmdir(path) == 0 else { throw Failure(code: errno) }
        } else {
            guard unlink(path) == 0 else { throw Failure(code: errno) }
        }
    }

    /// The text of a small file; nil when there is none.
    static func text(of path: String) throws(Failure) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Failure(code: errno)
        }
        defer { close(descriptor) }
        return text(of: descriptor)
    }

    static func text(of descriptor: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// Replaces a small file in one step.
    static func write(_ text: String, to path: String) throws(Failure) {
        let beside = path + ".tmp"
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        let bytes = Array(text.utf8)
        let written = Glibc.write(descriptor, bytes, bytes.count)
        let reason = errno
        close(descriptor)
        guard written == bytes.count else { throw Failure(code: reason) }
        guard rename(beside, path) == 0 else { throw Failure(code: errno) }
    }
}
