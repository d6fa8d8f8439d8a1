import Glibc
import NIOPosix
import Testing

/// A plain socket: sends bytes as a test wants them and reads what comes.
final class HTTPTestClient: Sendable {
    /// The server's tasks share two threads with tests that play whole clusters: on a busy machine an answer takes minutes.
    private static let millisecondsMax: CInt = 600_000
    private let descriptor: CInt

    init(port: Int) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
    }

    deinit { close(descriptor) }

    /// Blanks at the line ends are HTTP's.
    func send(_ lines: String...) {
        let bytes = Array(lines.joined(separator: "\r\n").utf8)
        // Who was hung up on may not be heard any more.
        _ = Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    /// What comes up to these words, or up to the connection's end. Waits on a thread of its own: the server answers on those
    /// on which tests run.
    func read(upTo words: String? = nil) async throws -> String {
        try await NIOThreadPool.singleton.runIfActive { [self] in try wait(for: words) }
    }

    private func wait(for words: String?) throws -> String {
        var text = ""
        while words.map({ !text.contains($0) }) ?? true {
            var file = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            try #require(poll(&file, 1, Self.millisecondsMax) > 0, "nothing more came after \(text)")
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = Glibc.read(descriptor, &bytes, bytes.count)
            if count <= 0 { break }
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
        return text
    }
}
