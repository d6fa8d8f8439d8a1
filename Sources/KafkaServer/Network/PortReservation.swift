import Glibc

/// A port that belongs to one broker as long as klamm runs, whether that broker is up or killed.
///
/// A bound socket that never listens: connections are refused, nobody else is given the port, and with SO_REUSEADDR the
/// broker's listening socket can be bound beside it. Port 0 takes a free one.
package final class PortReservation: Sendable {
    package let host: String
    package let port: Int
    private let descriptor: CInt

    package init(host: String, port: Int) throws(ClusterError) {
        guard let requested = in_port_t(exactly: port) else { throw .portOutOfRange(port) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = requested.bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { throw .hostNotAnAddress(host) }
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .network(String(cString: strerror(errno))) }
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard result == 0 else {
            let reason = errno
            close(descriptor)
            throw Self.error(reason, host: host, port: port)
        }
        var length = size
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        self.host = host
        self.port = Int(in_port_t(bigEndian: address.sin_port))
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static func error(_ reason: CInt, host: String, port: Int) -> ClusterError {
        switch reason {
        case EADDRINUSE: .portInUse(port)
        case EADDRNOTAVAIL: .hostNotOurs(host)
        case EACCES: .portNotAllowed(port)
        default: .network("cannot bind \(host):\(port): \(String(cString: strerror(reason)))")
        }
    }
}
