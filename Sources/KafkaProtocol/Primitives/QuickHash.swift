/// Hashes of short keys, for dictionaries that are looked into many times in every step. Swift's own hash spends over a
/// hundred instructions on each key, to withstand keys that somebody chose; one multiplication spreads numbers well enough.
///
/// A key takes it by `_rawHashValue(seed:)`, the one requirement of `Hashable` that dictionaries call.
extension Int {
    /// This hash, or a dictionary's seed, with another number of the key in it.
    @inlinable
    package func mixed<Number: FixedWidthInteger>(with number: Number) -> Int {
        let spread = (UInt64(truncatingIfNeeded: self) ^ UInt64(truncatingIfNeeded: number) ^ 0xA076_1D64_78BD_642F)
            .multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return Int(truncatingIfNeeded: spread.high ^ spread.low)
    }

    /// Of two texts that are equal in other bytes, Unicode's canonical equivalents, the hashes are equal too: only ASCII,
    /// which has none, is taken as bytes.
    package func mixed(with text: String) -> Int {
        let quick = text.utf8.withContiguousStorageIfAvailable { bytes -> Int? in
            var hash = mixed(with: bytes.count)
            for start in stride(from: 0, to: bytes.count, by: 8) {
                var word: UInt64 = 0
                if start + 8 <= bytes.count {
                    word = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: start, as: UInt64.self)
                } else {
                    for byte in bytes[start...] { word = word << 8 | UInt64(byte) }
                }
                if word & 0x8080_8080_8080_8080 != 0 { return nil }
                hash = hash.mixed(with: word)
            }
            return hash
        }
        return quick.flatMap { $0 } ?? mixed(with: text.hashValue)
    }
}
