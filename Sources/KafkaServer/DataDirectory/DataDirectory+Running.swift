import Glibc

/// Who runs in a data directory, for another klamm that wants to ask it: the second line of the file that it holds locked.
extension DataDirectory {
    package enum Running: Hashable, Sendable {
        case nobody
        /// It answers HTTP at `control`; nil where it was not asked to.
        case klamm(control: String?)
    }

    /// Says where the klamm that runs here answers.
    package func announce(control url: String) {
        let line = Array("\(getpid())\n\(url)\n".utf8)
        pwrite(lockDescriptor, line, line.count, 0)
    }

    /// Looks and touches nothing. Nil takes the default path.
    package static func running(in path: String?) -> Running {
        let descriptor = open((path ?? defaultPath) + "/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .nobody }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return .nobody }
        let lines = FileSystem.text(of: descriptor).split(separator: "\n")
        return .klamm(control: lines.count > 1 ? String(lines[1]) : nil)
    }
}
