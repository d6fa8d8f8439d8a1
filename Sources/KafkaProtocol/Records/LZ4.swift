import CLZ4
import NIOCore

/// The lz4 codec: one frame of independent 64 KiB blocks without checksums (the batch has its own), as Kafka writes it.
enum LZ4 {
    static func compress(_ bytes: ByteBuffer, level: Int32?) throws(RecordError) -> ByteBuffer {
        var preferences = LZ4F_preferences_t()
        preferences.frameInfo.blockSizeID = LZ4F_max64KB
        preferences.frameInfo.blockMode = LZ4F_blockIndependent
        preferences.compressionLevel = level ?? 0
        return try bytes.withReadableBytes { input throws(RecordError) in
            let capacity = LZ4F_compressFrameBound(input.count, &preferences)
            return try ByteBuffer(filling: capacity) { output throws(RecordError) in
                let count = LZ4F_compressFrame(
                    output.baseAddress, output.count, input.baseAddress, input.count, &preferences)
                guard LZ4F_isError(count) == 0 else { throw .compressionFailed(.lz4, name(of: count)) }
                return count
            }
        }
    }

    /// Reads one frame; what follows it is ignored, as in Kafka.
    static func decompress(_ bytes: ByteBuffer, limit: Int) throws(RecordError) -> ByteBuffer {
        var context: OpaquePointer?
        let code = LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(code) == 0, let context else { throw .decompressionFailed(.lz4, name(of: code)) }
        defer { LZ4F_freeDecompressionContext(context) }
        return try bytes.withReadableBytes { input throws(RecordError) in
            var unpacked = DecompressedBytes(limit: limit)
            var position = 0
            while true {
                var isAtEnd = false
                try unpacked.fill { output throws(RecordError) in
                    var written = output.count
                    var read = input.count - position
                    let hint = LZ4F_decompress(
                        context, output.baseAddress, &written,
                        read > 0 ? input.baseAddress?.advanced(by: position) : nil, &read, nil)
                    guard LZ4F_isError(hint) == 0 else { throw .decompressionFailed(.lz4, name(of: hint)) }
                    position += read
                    isAtEnd = hint == 0
                    if !isAtEnd, read == 0, written == 0 {
                        throw .decompressionFailed(.lz4, "the frame ends early")
                    }
                    return written
                }
                if isAtEnd { return unpacked.bytes }
            }
        }
    }

    private static func name(of code: Int) -> String { String(cString: LZ4F_getErrorName(code)) }
}
