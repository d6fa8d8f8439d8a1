import Glibc

/// What the kernel says of bytes on their way to clients on this machine.
enum UnreadBytes {
    /// Bytes that a socket's owner has written and that have not left this end (SIOCOUTQNSD); nil where it cannot be told.
    static func unsent(_ descriptor: CInt) -> UInt64? {
        var count: CInt = 0
        let unsentBytes: UInt = 0x894B
        guard ioctl(descriptor, unsentBytes, &count) == 0, count >= 0 else { return nil }
        return UInt64(count)
    }

    /// Bytes that processes on this machine have received and not read, by the port of their end and ours.
    struct Table {
        private var bytes: [UInt32: UInt64] = [:]

        init() {
            for path in ["/proc/net/tcp", "/proc/net/tcp6"] { read(path) }
        }

        /// Nil for a client that is not on this machine.
        func unread(clientPort: UInt16, ourPort: UInt16) -> UInt64? {
            bytes[UInt32(clientPort) << 16 | UInt32(ourPort)]
        }

        private mutating func read(_ path: String) {
            guard let file = fopen(path, "r") else { return }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 512)
            while fgets(&line, CInt(line.count), file) != nil {
                let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                // Number, local address, remote address, state, transmit queue:receive queue ...
                let words = text.split(separator: " ")
                guard words.count > 4, let local = Self.port(words[1]), let remote = Self.port(words[2]),
                    let colon = words[4].lastIndex(of: ":"),
                    let queue = UInt64(words[4][words[4].index(after: colon)...], radix: 16)
                else { continue }
                bytes[UInt32(local) << 16 | UInt32(remote)] = queue
            }
        }

        private static func port(_ address: Substring) -> UInt16? {
            guard let colon = address.lastIndex(of: ":") else { return nil }
            return UInt16(address[address.index(after: colon)...], radix: 16)
        }
    }
}
