import NIOCore

extension ByteBuffer {
    /// Reads an unsigned variable-length integer of at most 32 bits: seven bits a byte, lowest first. Nil, with nothing
    /// consumed, if the bytes end early or the number is longer than 32 bits.
    package mutating func readUnsignedVarint() -> UInt32? {
        let start = readerIndex
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while shift <= 28, let byte = readInteger(as: UInt8.self), shift < 28 || byte <= 0x0f {
            value |= UInt32(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        moveReaderIndex(to: start)
        return nil
    }

    package mutating func writeUnsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(truncatingIfNeeded: rest))
    }
}
