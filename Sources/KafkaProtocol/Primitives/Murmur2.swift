import NIOCore

/// The hash by which Kafka's producers choose a partition for a key.
package enum Murmur2 {
    /// 32-bit MurmurHash2 with Kafka's seed.
    package static func hash(_ bytes: some Collection<UInt8>) -> Int32 {
        let multiplier: UInt32 = 0x5bd1_e995
        var hash = 0x9747_b28c ^ UInt32(truncatingIfNeeded: bytes.count)
        var word: UInt32 = 0
        var filled: UInt32 = 0
        for byte in bytes {
            word |= UInt32(byte) << filled
            filled += 8
            if filled < 32 { continue }
            word &*= multiplier
            word ^= word >> 24
            hash = (hash &* multiplier) ^ (word &* multiplier)
            word = 0
            filled = 0
        }
        if filled > 0 { hash = (hash ^ word) &* multiplier }
        hash = (hash ^ hash >> 13) &* multiplier
        return Int32(bitPattern: hash ^ hash >> 15)
    }

    /// The partition for a key, as the Java client and librdkafka's `murmur2` partitioner choose it.
    package static func partition(forKey key: some Collection<UInt8>, count: Int32) -> Int32 {
        precondition(count > 0, "A topic has at least one partition.")
        return (hash(key) & .max) % count
    }
}
