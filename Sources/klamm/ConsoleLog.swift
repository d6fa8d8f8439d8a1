import Glibc
import KafkaServer

/// The log while the console owns the terminal: standard error leads into a file, so that our logger, librdkafka's
/// words and a crash's last ones all end up there and never on the picture.
struct ConsoleLog {
    /// A longer log begins anew at the next start.
    private static let bytesMax: off_t = 16 << 20

    private let path: String
    private let standardError: CInt

    init(path: String) throws(ClusterError) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .unusable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(file) }
        if lseek(file, 0, SEEK_END) > Self.bytesMax { ftruncate(file, 0) }
        self.path = path
        standardError = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
        fflush(nil)
        dup2(file, STDERR_FILENO)
    }

    /// Standard error as it was.
    func end() {
        fflush(nil)
        dup2(standardError, STDERR_FILENO)
        close(standardError)
    }

    /// What a crash tells the user, besides the shell's own word.
    var crashNote: String { "klamm crashed; the cause is at the end of \(path)\r\n" }
}
