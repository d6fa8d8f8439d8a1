import Glibc

/// A folder of a test's own, removed with all that is in it.
final class ScratchFolder {
    let path: String

    init() throws {
        var name = Array("/tmp/klamm-terminal-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw ConsoleProgram.Failure(description: "no folder in /tmp") }
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { system("rm -r \(path)") }

    func write(_ text: String, to name: String) {
        guard let file = fopen("\(path)/\(name)", "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    func has(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }
}
