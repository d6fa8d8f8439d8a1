import Glibc

/// A program that listens on a broker's port.
struct OtherListener {
    private let descriptor: CInt

    init(port: Int) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        let result = withLoopback(port: port) { bind(descriptor, $0, $1) }
        guard result == 0, listen(descriptor, 1) == 0 else { throw TestClient.Failure.system(errno) }
    }

    func end() { close(descriptor) }
}
