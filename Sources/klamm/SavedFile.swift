import Glibc

/// A file that the user asked for, in the folder where klamm was started. Never overwrites another.
struct SavedFile {
    /// Returns the name that was free: `topics.txt`, `topics-2.txt` ...
    static func write(_ text: String, about name: String) throws(Refusal) -> String {
        let safe = String(name.map { $0 == "/" || $0 == "\0" ? "-" : $0 })
        let dot = safe.lastIndex(of: ".") ?? safe.endIndex
        for number in 1...999 {
            let path = number == 1 ? safe : safe[..<dot] + "-\(number)" + safe[dot...]
            let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if file < 0, errno == EEXIST { continue }
            guard file >= 0 else {
                throw Refusal("Cannot save \(path): \(String(cString: strerror(errno)))")
            }
            defer { close(file) }
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
                guard count > 0 else {
                    throw Refusal("Cannot save \(path): \(String(cString: strerror(errno)))")
                }
                bytes = bytes.dropFirst(count)
            }
            return path
        }
        throw Refusal("There are too many files named like \(safe) already")
    }
}
