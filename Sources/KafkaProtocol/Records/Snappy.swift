import CSnappy
import NIOCore

/// The snappy codec in both of its framings.
///
/// Java clients write snappy-java's: a header of 16 bytes, then blocks of up to 32 KiB, each with a 32-bit length before
/// it. librdkafka and others write one bare block. Both are read; snappy-java's is written, as Kafka does.
enum Snappy {
    private static let magic: [UInt8] = [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0x00]
    private static let version: Int32 = 1
    private static let headerSize = 16
    private static let blockSize = 32 << 10
    /// The shortest element that gives the most is three bytes for a copy of 64; the length field is what is left over.
    private static let greatestExpansion = 22

    static func compress(_ bytes: ByteBuffer) throws(RecordError) -> ByteBuffer {
        try bytes.withReadableBytes { input throws(RecordError) in
            var packed = ByteBuffer()
            packed.writeBytes(magic)
            packed.writeInteger(version)
            packed.writeInteger(version)
            var position = 0
            while position < input.count {
                let end = min(position + blockSize, input.count)
                let source = UnsafeRawBufferPointer(rebasing: input[position..<end])
                let block = try ByteBuffer(
                    filling: snappy_max_compressed_length(source.count)
                ) { output throws(RecordError) in
                    var length = output.count
                    let status = snappy_compress(
                        source.bindMemory(to: CChar.self).baseAddress, source.count,
                        output.bindMemory(to: CChar.self).baseAddress, &length)
                    guard status == SNAPPY_OK else { throw .compressionFailed(.snappy, "status \(status.rawValue)") }
                    return length
                }
                packed.writeInteger(Int32(block.readableBytes))
                packed.writeImmutableBuffer(block)
                position = end
            }
            return packed
        }
    }

    static func decompress(_ bytes: ByteBuffer, limit: Int) throws(RecordError) -> ByteBuffer {
        guard bytes.readableBytes > 0 else { throw .decompressionFailed(.snappy, "no bytes") }
        var rest = bytes
        var unpacked = ByteBuffer()
        guard rest.readableBytesView.starts(with: magic) else {
            try appendBlock(rest, to: &unpacked, limit: limit)
            return unpacked
        }
        while rest.readableBytes > 0 {
            // A header may come again: concatenated streams are valid. No block's length looks like one, being negative.
            if rest.readableBytesView.starts(with: magic) {
                guard rest.readableBytes >= headerSize else {
                    throw .decompressionFailed(.snappy, "the header ends early")
                }
                rest.moveReaderIndex(forwardBy: headerSize)
                continue
            }
            guard let length = rest.readInteger(as: Int32.self), length >= 0,
                let block = rest.readSlice(length: Int(length))
            else { throw .decompressionFailed(.snappy, "a block ends early") }
            try appendBlock(block, to: &unpacked, limit: limit)
        }
        return unpacked
    }

    private static func appendBlock(
        _ block: ByteBuffer, to unpacked: inout ByteBuffer, limit: Int
    ) throws(RecordError) {
        try block.withReadableBytes { input throws(RecordError) in
            let source = input.bindMemory(to: CChar.self).baseAddress
            var size = 0
            guard snappy_uncompressed_length(source, input.count, &size) == SNAPPY_OK, size >= 0 else {
                throw .decompressionFailed(.snappy, "a block has no length")
            }
            // Only a claim so far. What these bytes can unpack to bounds it, before any memory is taken.
            guard size <= input.count * greatestExpansion else {
                throw .decompressionFailed(.snappy, "a block of \(input.count) bytes claims \(size)")
            }
            guard size <= limit - unpacked.readableBytes else { throw .decompressedSizeOverLimit(limit) }
            var status = SNAPPY_OK
            unpacked.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { output in
                var length = output.count
                status = snappy_uncompress(
                    source, input.count, output.bindMemory(to: CChar.self).baseAddress, &length)
                return status == SNAPPY_OK ? length : 0
            }
            guard status == SNAPPY_OK else { throw .decompressionFailed(.snappy, "status \(status.rawValue)") }
        }
    }
}
