import NIOCore

/// Collects what a codec unpacks and stops it at a limit.
///
/// Grows with what has really come out, at most doubling, never by a size that the compressed bytes claim: a few bytes
/// can claim gigabytes.
struct DecompressedBytes {
    private(set) var bytes = ByteBuffer()
    private let limit: Int

    init(limit: Int) { self.limit = max(0, limit) }

    /// Hands out room; `body` says how much of it it has filled. One byte more than the limit is offered, so that a
    /// stream which ends exactly there is told from one that does not.
    mutating func fill(_ body: (UnsafeMutableRawBufferPointer) throws(RecordError) -> Int) throws(RecordError) {
        let room = min(max(16 << 10, bytes.readableBytes), limit - bytes.readableBytes + 1)
        var failure: RecordError?
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { all in
            do throws(RecordError) {
                return try body(UnsafeMutableRawBufferPointer(rebasing: all[..<room]))
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        guard bytes.readableBytes <= limit else { throw .decompressedSizeOverLimit(limit) }
    }
}

extension ByteBuffer {
    /// `withUnsafeReadableBytes` for closures with a typed error, which ByteBuffer's own does not carry.
    func withReadableBytes<T>(
        _ body: (UnsafeRawBufferPointer) throws(RecordError) -> T
    ) throws(RecordError) -> T {
        try withUnsafeReadableBytes { bytes in
            Result { () throws(RecordError) in try body(bytes) }
        }.get()
    }

    /// A buffer of up to `capacity` bytes that `body` fills, of which it returns the count.
    init(
        filling capacity: Int, _ body: (UnsafeMutableRawBufferPointer) throws(RecordError) -> Int
    ) throws(RecordError) {
        self.init()
        var failure: RecordError?
        writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { all in
            do throws(RecordError) {
                return try body(UnsafeMutableRawBufferPointer(rebasing: all[..<capacity]))
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
    }
}
