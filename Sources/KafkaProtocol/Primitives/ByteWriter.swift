import NIOCore

/// Bytes of a message in the making. A plain array: SwiftNIO's buffers look after slices and shared storage at each of the
/// many small writes of a message, and cost several times as much where SwiftNIO is not optimised.
///
/// Invariant: the first `count` bytes are written; what lies behind them is room for more, so that a number is stored at once
/// and not appended byte by byte.
struct ByteWriter: Sendable {
    private var bytes: [UInt8] = []
    private(set) var count = 0

    /// A copy of all that was written.
    var buffer: ByteBuffer { copy(from: 0) }

    private func copy(from start: Int) -> ByteBuffer {
        var copy = ByteBufferAllocator().buffer(capacity: count - start)
        bytes.withUnsafeBytes { _ = copy.writeBytes(UnsafeRawBufferPointer(rebasing: $0[start..<count])) }
        return copy
    }

    /// Takes back what was written from there on.
    mutating func takeBack(from start: Int) -> ByteBuffer {
        defer { count = start }
        return copy(from: start)
    }

    mutating func reserveCapacity(_ capacity: Int) { makeRoom(for: capacity - count) }
    mutating func removeAll() { count = 0 }

    @inline(__always)
    mutating func writeInteger<Integer: FixedWidthInteger>(_ value: Integer) {
        let size = MemoryLayout<Integer>.size
        makeRoom(for: size)
        let start = count
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: start, as: Integer.self) }
        count += size
    }

    mutating func writeByte(_ value: UInt8) {
        makeRoom(for: 1)
        bytes[count] = value
        count += 1
    }

    mutating func writeUnsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            writeByte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        writeByte(UInt8(truncatingIfNeeded: rest))
    }

    mutating func writeString(_ value: String) {
        var value = value
        value.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    mutating func writeBuffer(_ buffer: ByteBuffer) {
        buffer.withUnsafeReadableBytes { write($0) }
    }

    private mutating func write(_ new: UnsafeRawBufferPointer) {
        makeRoom(for: new.count)
        let start = count
        bytes.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[start...]).copyMemory(from: new) }
        count += new.count
    }

    @inline(__always)
    private mutating func makeRoom(for more: Int) {
        if bytes.count - count < more { grow(for: more) }
    }

    private mutating func grow(for more: Int) {
        let room = [UInt8](repeating: 0, count: max(more, bytes.count))
        if bytes.isEmpty { bytes = room } else { bytes.append(contentsOf: room) }
    }
}
