import NIOCore

/// A file that a disk has open. Only the disk that gave it out knows what lies behind it.
package struct FileID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    // Written out, and for other modules to take in: those that RawRepresentable and Equatable lend are generic, and cost ten
    // times as much.
    @inlinable package static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
    @inlinable package static func != (left: Self, right: Self) -> Bool { left.rawValue != right.rawValue }
    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
    @inlinable package func _rawHashValue(seed: Int) -> Int { seed.mixed(with: rawValue) }
}

/// Bytes on their way out: in memory, or still in a file.
///
/// A response is a sequence of these. Large runs of records stay in their file until the socket takes them (sendfile),
/// which costs a third to a tenth of copying them through memory.
package enum Payload: Hashable, Sendable {
    case bytes(ByteBuffer)
    /// `length` bytes of `file` from `offset` on. The file does not change there: logs only grow, and a reader never
    /// passes the high watermark.
    case file(FileID, offset: Int64, length: Int)

    package var count: Int {
        switch self {
        case .bytes(let buffer): buffer.readableBytes
        case .file(_, _, let length): length
        }
    }
}
