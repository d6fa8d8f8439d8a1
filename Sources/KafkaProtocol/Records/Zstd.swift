import CZstd
import NIOCore

/// The zstd codec.
///
/// Unpacks in one piece into a buffer that is tried larger and larger: a streaming decoder would first allocate the
/// window that the frame asks for, up to 128 MiB on a stranger's word.
enum Zstd {
    private static let defaultLevel: Int32 = 3

    static func compress(_ bytes: ByteBuffer, level: Int32?) throws(RecordError) -> ByteBuffer {
        try bytes.withReadableBytes { input throws(RecordError) in
            try ByteBuffer(filling: ZSTD_compressBound(input.count)) { output throws(RecordError) in
                let count = ZSTD_compress(
                    output.baseAddress, output.count, input.baseAddress, input.count, level ?? defaultLevel)
                guard ZSTD_isError(count) == 0 else { throw .compressionFailed(.zstd, name(of: count)) }
                return count
            }
        }
    }

    static func decompress(_ bytes: ByteBuffer, limit: Int) throws(RecordError) -> ByteBuffer {
        guard let context = ZSTD_createDCtx() else { throw .decompressionFailed(.zstd, "no memory") }
        defer { ZSTD_freeDCtx(context) }
        return try bytes.withReadableBytes { input throws(RecordError) in
            let limit = max(0, limit)
            var capacity = min(max(64 << 10, 4 * input.count), limit)
            while true {
                var isTooSmall = false
                let unpacked = try ByteBuffer(filling: capacity) { output throws(RecordError) in
                    let count = ZSTD_decompressDCtx(
                        context, output.baseAddress, output.count, input.baseAddress, input.count)
                    guard ZSTD_isError(count) != 0 else { return count }
                    isTooSmall = ZSTD_getErrorCode(count) == ZSTD_error_dstSize_tooSmall
                    guard isTooSmall else { throw .decompressionFailed(.zstd, name(of: count)) }
                    return 0
                }
                guard isTooSmall else { return unpacked }
                guard capacity < limit else { throw .decompressedSizeOverLimit(limit) }
                capacity = min(4 * capacity, limit)
            }
        }
    }

    private static func name(of code: Int) -> String { String(cString: ZSTD_getErrorName(code)) }
}
