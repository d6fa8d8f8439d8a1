/// The variable-length integers of records: seven bits a byte, the lowest first, zigzag so that small negatives are
/// short. Records are read and written through raw pointers, since this runs several times per record.
enum RecordVarint {
    static func zigzag(_ value: Int32) -> UInt32 { UInt32(bitPattern: value << 1 ^ value >> 31) }
    static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

    /// How many bytes `value` takes, 1 to 5.
    static func size(of value: Int32) -> Int { size(of: UInt64(zigzag(value))) }
    /// How many bytes `value` takes, 1 to 10.
    static func size(of value: Int64) -> Int { size(of: zigzag(value)) }

    private static func size(of bits: UInt64) -> Int { (64 - (bits | 1).leadingZeroBitCount + 6) / 7 }

    /// Writes at `position` and moves it. The caller has made room.
    static func write(_ value: Int32, to bytes: UnsafeMutableRawBufferPointer, at position: inout Int) {
        write(bits: UInt64(zigzag(value)), to: bytes, at: &position)
    }

    static func write(_ value: Int64, to bytes: UnsafeMutableRawBufferPointer, at position: inout Int) {
        write(bits: zigzag(value), to: bytes, at: &position)
    }

    private static func write(bits: UInt64, to bytes: UnsafeMutableRawBufferPointer, at position: inout Int) {
        var bits = bits
        while bits >= 0x80 {
            bytes[position] = UInt8(truncatingIfNeeded: bits) | 0x80
            position += 1
            bits >>= 7
        }
        bytes[position] = UInt8(truncatingIfNeeded: bits)
        position += 1
    }

    /// Reads at `position`, not past `end`, and moves it. Nil if the bytes end first or the fifth byte has a successor;
    /// `position` then says nothing. Bits beyond the 32nd are dropped, and needless zero groups accepted, as in Kafka.
    @inline(__always)
    static func readInt32(from bytes: UnsafeRawBufferPointer, at position: inout Int, end: Int) -> Int32? {
        guard let bits = read(from: bytes, at: &position, end: end, longest: 5) else { return nil }
        let low = UInt32(truncatingIfNeeded: bits)
        return Int32(bitPattern: low >> 1) ^ -Int32(bitPattern: low & 1)
    }

    /// The same with up to ten bytes.
    @inline(__always)
    static func readInt64(from bytes: UnsafeRawBufferPointer, at position: inout Int, end: Int) -> Int64? {
        guard let bits = read(from: bytes, at: &position, end: end, longest: 10) else { return nil }
        return Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
    }

    @inline(__always)
    private static func read(
        from bytes: UnsafeRawBufferPointer, at position: inout Int, end: Int, longest: Int
    ) -> UInt64? {
        guard position < end else { return nil }
        let first = bytes[position]
        position += 1
        if first < 0x80 { return UInt64(first) }
        return readRest(after: first, from: bytes, at: &position, end: end, longest: longest)
    }

    @inline(never)
    private static func readRest(
        after first: UInt8, from bytes: UnsafeRawBufferPointer, at position: inout Int, end: Int, longest: Int
    ) -> UInt64? {
        var bits = UInt64(first & 0x7F)
        for group in 1..<longest {
            guard position < end else { return nil }
            let byte = bytes[position]
            position += 1
            bits |= UInt64(byte & 0x7F) << UInt64(7 * group)
            if byte < 0x80 { return bits }
        }
        return nil
    }
}
