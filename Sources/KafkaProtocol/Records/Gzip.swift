import CZlib
import NIOCore

/// The gzip codec: one deflate stream with gzip's header and trailer; several members in a row read as one.
enum Gzip {
    /// The largest window (15 bits), plus 16: gzip's framing instead of zlib's.
    private static let windowBits: Int32 = 15 + 16
    private static let memoryLevel: Int32 = 8
    private static let streamSize = Int32(MemoryLayout<z_stream>.size)

    static func compress(_ bytes: ByteBuffer, level: Int32?) throws(RecordError) -> ByteBuffer {
        // zlib's state points back at the stream, which therefore must not move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        let code = deflateInit2_(
            stream, level ?? Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY,
            ZLIB_VERSION, streamSize)
        guard code == Z_OK else { throw .compressionFailed(.gzip, "deflateInit2 gave \(code)") }
        defer { deflateEnd(stream) }
        return try bytes.withReadableBytes { input throws(RecordError) in
            feed(input, to: stream)
            let capacity = Int(deflateBound(stream, UInt(input.count)))
            return try ByteBuffer(filling: capacity) { output throws(RecordError) in
                drain(stream, into: output)
                let code = deflate(stream, Z_FINISH)
                guard code == Z_STREAM_END else { throw .compressionFailed(.gzip, "deflate gave \(code)") }
                return output.count - Int(stream.pointee.avail_out)
            }
        }
    }

    static func decompress(_ bytes: ByteBuffer, limit: Int) throws(RecordError) -> ByteBuffer {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        let code = inflateInit2_(stream, windowBits, ZLIB_VERSION, streamSize)
        guard code == Z_OK else { throw .decompressionFailed(.gzip, "inflateInit2 gave \(code)") }
        defer { inflateEnd(stream) }
        return try bytes.withReadableBytes { input throws(RecordError) in
            feed(input, to: stream)
            var unpacked = DecompressedBytes(limit: limit)
            while true {
                var isAtEnd = false
                try unpacked.fill { output throws(RecordError) in
                    drain(stream, into: output)
                    switch inflate(stream, Z_NO_FLUSH) {
                    case Z_STREAM_END:
                        isAtEnd = stream.pointee.avail_in == 0
                        if !isAtEnd { inflateReset(stream) }
                    case Z_OK where stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0: break
                    case Z_OK, Z_BUF_ERROR: throw .decompressionFailed(.gzip, "the stream ends early")
                    default:
                        let reason = stream.pointee.msg.map { String(cString: $0) }
                        throw .decompressionFailed(.gzip, reason ?? "not a gzip stream")
                    }
                    return output.count - Int(stream.pointee.avail_out)
                }
                if isAtEnd { return unpacked.bytes }
            }
        }
    }

    private static func feed(_ input: UnsafeRawBufferPointer, to stream: UnsafeMutablePointer<z_stream>) {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        // A batch's size is a signed 32-bit number, so that this is never cut.
        stream.pointee.avail_in = UInt32(clamping: input.count)
    }

    private static func drain(
        _ stream: UnsafeMutablePointer<z_stream>, into output: UnsafeMutableRawBufferPointer
    ) {
        stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(clamping: output.count)
    }
}
