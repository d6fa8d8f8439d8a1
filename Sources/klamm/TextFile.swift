import ArgumentParser
import Glibc

/// A file that an option names, written whole and over what was there.
enum TextFile {
    static func write(_ text: String, to path: String) throws(ValidationError) {
        func failed() -> ValidationError {
            ValidationError("\(path) cannot be written: \(String(cString: strerror(errno))).")
        }
        guard let file = fopen(path, "we") else { throw failed() }
        defer { fclose(file) }
        guard fputs(text, file) >= 0, fflush(file) == 0 else { throw failed() }
    }
}
