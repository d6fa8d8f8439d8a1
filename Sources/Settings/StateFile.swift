import Console
import Glibc

/// What klamm remembers over a restart: `$XDG_STATE_HOME/klamm/looks.jsonl`, else under `~/.local/state`.
package struct StateFile: Sendable {
    /// A sentence about what cannot be written.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package var description: String
    }

    package var folder: String

    private var path: String { "\(folder)/looks.jsonl" }

    package init(folder: String) { self.folder = folder }

    /// Of the user who runs this process; nil where there is neither variable nor home.
    package static var ofUser: Self? { Self { name in getenv(name).map { String(cString: $0) } } }

    package init?(in environment: (String) -> String?) {
        // The XDG rules say to ignore a relative path.
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            folder = state + "/klamm"
        } else if let home = environment("HOME"), !home.isEmpty {
            folder = home + "/.local/state/klamm"
        } else {
            return nil
        }
    }

    /// Nothing where there is no file, or none that can be read: it holds habits, and never hinders a start.
    package var memory: LookMemory {
        var status = stat()
        // Only a file, and only one of a size that we write: anything else might never end.
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= LookMemory.bytesMax,
            let text = try? SettingsFolder.text(of: path)
        else { return LookMemory() }
        return LookMemory(text)
    }

    /// Beside what another klamm may have written meanwhile. Whoever reads sees the file before or after, never half of it.
    package func remember(_ entry: LookMemory.Entry) throws(Failure) {
        var memory = memory
        memory.note(entry)
        for end in folder.indices where folder[end] == "/" && end > folder.startIndex {
            mkdir(String(folder[..<end]), 0o755)
        }
        mkdir(folder, 0o700)
        let draft = "\(path).\(getpid())"
        do throws(Failure) {
            try Self.write(memory.text, to: draft)
            guard rename(draft, path) == 0 else { throw Failure(errno) }
        } catch {
            unlink(draft)
            throw Failure(description: "Cannot remember this in \(path): \(error)")
        }
    }

    private static func write(_ text: String, to path: String) throws(Failure) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(errno) }
        defer { close(file) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(errno) }
            bytes = bytes.dropFirst(count)
        }
    }
}

extension StateFile.Failure {
    fileprivate init(_ error: CInt) { self.init(description: String(cString: strerror(error))) }
}
