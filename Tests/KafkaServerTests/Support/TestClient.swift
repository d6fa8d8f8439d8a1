import Glibc
import NIOCore

/// A plain blocking socket: what a client looks like from outside.
final class TestClient {
    enum Failure: Error, Equatable { case refused, closed, reset, timeout, system(CInt) }

    private let descriptor: CInt

    /// Gives up on an answer after so long: a busy disk may keep an fsync for many seconds.
    init(port: Int, patienceSeconds: Int = 60) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let result = withLoopback(port: port) { connect(descriptor, $0, $1) }
        guard result == 0 else {
            // All properties are set, so `deinit` runs and closes: a second close would hit somebody else's descriptor.
            let reason = errno
            throw reason == ECONNREFUSED ? Failure.refused : Failure.system(reason)
        }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
        let size = UInt32(text.utf8.count)
        try send(bytes: [UInt8(size >> 24), UInt8(size >> 16 & 255), UInt8(size >> 8 & 255), UInt8(size & 255)])
        try send(bytes: Array(text.utf8))
    }

    func send(bytes: [UInt8]) throws {
        guard Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure.system(errno)
        }
    }

    func receive() throws -> String {
        let size = try receive(count: 4).reduce(0) { $0 << 8 | Int($1) }
        return String(decoding: try receive(count: size), as: UTF8.self)
    }

    func ask(_ text: String) throws -> String {
        try send(text)
        return try receive()
    }

    func send(_ frame: ByteBuffer) throws {
        try send(bytes: Array(ByteBuffer(integer: Int32(frame.readableBytes)).readableBytesView))
        try send(bytes: Array(frame.readableBytesView))
    }

    func ask(_ frame: ByteBuffer) throws -> ByteBuffer {
        try send(frame)
        let size = try receive(count: 4).reduce(0) { $0 << 8 | Int($1) }
        return ByteBuffer(bytes: try receive(count: size))
    }

    private func receive(count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + filled, count - filled, 0) }
            if read == 0 { throw Failure.closed }
            if read < 0 { throw errno == ECONNRESET ? Failure.reset : errno == EAGAIN ? .timeout : .system(errno) }
            filled += read
        }
        return bytes
    }
}
