/// 128 bits that stand for a record's key while a log is compacted: MurmurHash3 in its 128-bit form for 64-bit machines.
///
/// Two keys of the same hash would count as one, and the older record be lost: with a billion keys the chance of any such
/// pair is about one in 10^21. Kafka relies on MD5 in the same way.
struct KeyHash: Hashable {
    var high: UInt64
    var low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    init(_ bytes: UnsafeRawBufferPointer) {
        let c1: UInt64 = 0x87c3_7b91_1142_53d5
        let c2: UInt64 = 0x4cf5_ad43_2745_937f
        var h1: UInt64 = 0
        var h2: UInt64 = 0
        let blocks = bytes.count / 16
        for block in 0..<blocks {
            let at = block * 16
            let k1 = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let k2 = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self))
            h1 ^= Self.rotate(k1 &* c1, 31) &* c2
            h1 = (Self.rotate(h1, 27) &+ h2) &* 5 &+ 0x52dc_e729
            h2 ^= Self.rotate(k2 &* c2, 33) &* c1
            h2 = (Self.rotate(h2, 31) &+ h1) &* 5 &+ 0x3849_5ab5
        }
        var k1: UInt64 = 0
        var k2: UInt64 = 0
        for (number, byte) in bytes[(blocks * 16)...].enumerated() {
            if number < 8 {
                k1 |= UInt64(byte) << UInt64(number * 8)
            } else {
                k2 |= UInt64(byte) << UInt64((number - 8) * 8)
            }
        }
        h2 ^= Self.rotate(k2 &* c2, 33) &* c1
        h1 ^= Self.rotate(k1 &* c1, 31) &* c2
        h1 ^= UInt64(bytes.count)
        h2 ^= UInt64(bytes.count)
        h1 &+= h2
        h2 &+= h1
        h1 = Self.mix(h1)
        h2 = Self.mix(h2)
        h1 &+= h2
        h2 &+= h1
        self.init(high: h1, low: h2)
    }

    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ value >> 33) &* 0xff51_afd7_ed55_8ccd
        value = (value ^ value >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return value ^ value >> 33
    }
}
