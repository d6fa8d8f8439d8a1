import CCRC32C
import NIOCore

/// CRC-32C (Castagnoli), the checksum of a v2 record batch and of nothing older: magic 0 and 1 used CRC-32.
package enum CRC32C {
    /// The checksum of `bytes`, continued from `previous` (0 to begin).
    package static func checksum(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
        klamm_crc32c(previous, bytes.baseAddress, bytes.count)
    }

    /// The checksum of the readable bytes.
    package static func checksum(_ bytes: ByteBuffer, continuing previous: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeReadableBytes { checksum($0, continuing: previous) }
    }
}
