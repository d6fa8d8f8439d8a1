import NIOCore

/// Cuts a byte stream into Kafka's frames: four bytes of size, then that many bytes.
///
/// Whole frames that arrive in one read are slices of that read's buffer. Only the unfinished tail of a read is copied,
/// into storage of its own, so that a later read never copies frames that a broker still holds.
///
/// Invariant: after `next()` has returned nil, `pending` is empty or starts with the size of an unfinished frame.
struct FrameDecoder {
    private let maximumFrameBytes: Int
    private var pending = ByteBuffer()
    /// Frames still share the storage of `pending`.
    private var hasHandedOutSlices = false
    /// Once a size makes no sense nothing after it does.
    private var violation: FrameViolation?

    /// Memory reserved for a frame before its bytes have come: a size is only a claim.
    private static let maximumReservation = 1 << 20

    /// What the unfinished frame takes in memory.
    var reservedBytes: Int { pending.capacity }

    init(maximumFrameBytes: Int) { self.maximumFrameBytes = maximumFrameBytes }

    mutating func append(_ bytes: ByteBuffer) {
        if pending.readableBytes == 0 {
            pending = bytes
            hasHandedOutSlices = false
        } else {
            pending.writeImmutableBuffer(bytes)
        }
    }

    /// The next whole frame without its size; nil until more bytes have come.
    mutating func next() throws(FrameViolation) -> ByteBuffer? {
        if let violation { throw violation }
        guard let size: Int32 = pending.getInteger(at: pending.readerIndex) else {
            detachTail(expecting: 4)
            return nil
        }
        guard size >= 0, Int(size) <= maximumFrameBytes else {
            let found = FrameViolation(size: size, limit: maximumFrameBytes)
            violation = found
            pending = ByteBuffer()
            throw found
        }
        guard pending.readableBytes >= 4 + Int(size) else {
            detachTail(expecting: min(4 + Int(size), Self.maximumReservation))
            return nil
        }
        pending.moveReaderIndex(forwardBy: 4)
        hasHandedOutSlices = true
        return pending.readSlice(length: Int(size))
    }

    /// Moves the unfinished frame out of the storage that frames were cut from, or that is too small for it: a large
    /// frame moves once, instead of each time that its storage would double.
    private mutating func detachTail(expecting capacity: Int) {
        guard hasHandedOutSlices || pending.readerIndex > 0 || pending.capacity < capacity else { return }
        hasHandedOutSlices = false
        guard pending.readableBytes > 0 else {
            pending = ByteBuffer()
            return
        }
        var tail = ByteBuffer()
        tail.reserveCapacity(max(capacity, pending.readableBytes))
        tail.writeImmutableBuffer(pending)
        pending = tail
    }
}

/// A size that cannot be a Kafka request's: nothing that follows on the connection can be read.
struct FrameViolation: Error, Hashable, CustomStringConvertible {
    var size: Int32
    var limit: Int

    var description: String {
        let fact =
            size < 0
            ? "the request claims a size of \(size) bytes"
            : "the request claims \(size) bytes, more than socket.request.max.bytes (\(limit))"
        return guess.map { "\(fact); this looks like \($0)" } ?? fact
    }

    /// What other protocols' first four bytes look like, read as a size.
    private var guess: String? {
        let bytes = UInt32(bitPattern: size)
        if bytes >> 16 == 0x1603 { return "TLS" }
        switch bytes {
        case 0x4745_5420, 0x504f_5354, 0x5055_5420, 0x4845_4144: return "HTTP"
        case 0x5353_482d: return "SSH"
        default: return nil
        }
    }
}
