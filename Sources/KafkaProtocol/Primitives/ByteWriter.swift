import NIOCore

/// Bytes of a message in the making. A plain array: SwiftNIO's buffers look after slices and shared storage at each of the
/// many small writes of a message, and cost several times as much where SwiftNIO is not optimised.
struct ByteWriter: Sendable {
    private var bytes: [UInt8] = []

    var count: Int { bytes.count }
    /// A copy of all that was written.
    var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }

    mutating func reserveCapacity(_ count: Int) { bytes.reserveCapacity(count) }
    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    @inline(__always)
    mutating func writeInteger<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func writeByte(_ value: UInt8) { bytes.append(value) }

    mutating func writeUnsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func writeString(_ value: String) { bytes.append(contentsOf: value.utf8) }

    mutating func writeBuffer(_ buffer: ByteBuffer) {
        buffer.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
    }
}
