import CCRC32C
import KafkaProtocol
import NIOCore
import Testing

/// The checksum of every batch: the fast code must be the slow one, only faster.
struct CRC32CTests {
    @Test(
        arguments: [
            // RFC 3720, B.4: 32 bytes of zeros, of ones, rising and falling.
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            ([UInt8](0..<32), 0x46DD_794E),
            ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
            (Array("123456789".utf8), 0xE306_9283),
            ([], 0),
        ] as [([UInt8], UInt32)])
    func `Known values come out`(_ bytes: [UInt8], _ expected: UInt32) {
        // Both could agree and be wrong; these values are from elsewhere.
        #expect(CRC32C.checksum(ByteBuffer(bytes: bytes)) == expected)
        #expect(klamm_crc32c_portable(0, bytes, bytes.count) == expected)
    }

    @Test func `The processor's instruction agrees with the tables at all lengths and alignments`() {
        // The fast code has a loop for each of three sizes and a tail; a slip shows only at some lengths.
        var generator = SeededGenerator(seed: 0xC3C)
        let bytes = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let lengths = Array(0...300) + [767, 768, 769, 1535, 1536, 6143, 6144, 6145, 7000, 12_288, 19_990]
        bytes.withUnsafeBytes { all in
            for length in lengths {
                for start in 0..<9 {
                    let piece = UnsafeRawBufferPointer(rebasing: all[start..<start + length])
                    let previous = UInt32.random(in: 0...UInt32.max, using: &generator)
                    let portable = klamm_crc32c_portable(previous, piece.baseAddress, length)
                    #expect(CRC32C.checksum(piece, continuing: previous) == portable, "\(length) bytes from \(start)")
                }
            }
        }
    }

    @Test func `A checksum can be continued over pieces`() {
        // A segment is read in pieces, and a batch may span two.
        let bytes = ByteBuffer(bytes: (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let whole = CRC32C.checksum(bytes)
        for cut in [0, 1, 7, 8, 800, 4_999, 5_000] {
            let first = CRC32C.checksum(bytes.getSlice(at: 0, length: cut) ?? ByteBuffer())
            let rest = bytes.getSlice(at: cut, length: 5_000 - cut) ?? ByteBuffer()
            #expect(CRC32C.checksum(rest, continuing: first) == whole)
        }
    }
}
