import Glibc
import KafkaProtocol
import NIOCore

/// One plain connection for one request that librdkafka lacks. Blocks: call it on a thread of its own.
package struct RequestConnection {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// A response to administration is small; more than this is not one.
    private static let responseBytesMax = 16 << 20
    private let socket: CInt

    /// Connects to the first of these servers that answers.
    package init(bootstrapServers: String, milliseconds: Int) throws(Failure) {
        var reason = "there is no server to connect to"
        var connected: CInt?
        for server in bootstrapServers.split(separator: ",") where connected == nil {
            let parts = server.split(separator: ":")
            guard parts.count == 2, let port = UInt16(parts[1]) else { continue }
            do throws(Failure) {
                connected = try Self.connect(String(parts[0]), port: port, milliseconds: milliseconds)
            } catch {
                reason = "\(server): \(error)"
            }
        }
        guard let connected else { throw Failure(description: reason) }
        socket = connected
    }

    private static func connect(_ host: String, port: UInt16, milliseconds: Int) throws(Failure) -> CInt {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw Failure(description: "\(host) is not an IPv4 address")
        }
        let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Failure(errno) }
        var limit = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: Glibc.sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let code = errno
            close(socket)
            throw Failure(code)
        }
        return socket
    }

    /// Asks the first of these servers that answers, on a thread of its own, with six seconds for each wait.
    package static func ask<Request: KafkaRequest & Sendable>(
        _ request: Request, version: Int16, of bootstrapServers: String
    ) async throws -> Request.Response where Request.Response: Sendable {
        try await DedicatedThread.run(name: "klamm-admin") {
            try RequestConnection(bootstrapServers: bootstrapServers, milliseconds: 6000)
                .send(request, version: version)
        }
    }

    /// Sends one request, returns its answer and closes.
    package func send<Request: KafkaRequest>(_ request: Request, version: Int16) throws -> Request.Response {
        defer { close(socket) }
        let body = try RequestFrame.encode(request, version: version, correlationId: 1, clientId: "klamm")
        var frame = ByteBuffer()
        frame.writeInteger(Int32(body.readableBytes))
        frame.writeImmutableBuffer(body)
        try write(frame)
        var head = try read(4)
        guard let size = head.readInteger(as: Int32.self), size >= 4, size <= Self.responseBytesMax else {
            throw Failure(description: "the answer is not a Kafka response")
        }
        return try ResponseFrame.decode(Request.Response.self, apiVersion: version, from: read(Int(size))).response
    }

    private func write(_ frame: ByteBuffer) throws(Failure) {
        var bytes = Array(frame.readableBytesView)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(errno) }
            bytes = bytes.dropFirst(count)
        }
    }

    private func read(_ size: Int) throws(Failure) -> ByteBuffer {
        var bytes = [UInt8](repeating: 0, count: size)
        var filled = 0
        while filled < size {
            let count = bytes.withUnsafeMutableBytes {
                recv(socket, $0.baseAddress.map { $0 + filled }, size - filled, 0)
            }
            guard count != 0 else { throw Failure(description: "the broker closed the connection") }
            guard count > 0 else { throw Failure(errno) }
            filled += count
        }
        return ByteBuffer(bytes: bytes)
    }
}

extension RequestConnection.Failure {
    fileprivate init(_ code: CInt) {
        description = code == EAGAIN ? "no answer in time" : String(cString: strerror(code))
    }
}
