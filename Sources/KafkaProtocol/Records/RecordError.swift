/// What is wrong with a batch or a record, and where. `at` counts bytes in the buffer that was read.
package enum RecordError: Error, Hashable, Sendable {
    // The bytes that frame a batch.
    /// The length field is less than a batch of any magic needs.
    case batchTooShort(length: Int32, at: Int)
    /// The length field plus what it does not count is more than a 32-bit size can say.
    case batchLengthOverflow(length: Int32, at: Int)
    /// The size is less than a v2 header.
    case batchSmallerThanHeader(size: Int, at: Int)
    /// Fewer bytes are there than the batch needs.
    case batchTruncated(size: Int, available: Int)
    /// Magic 0 or 1: a message set of Kafka before 0.11, which this broker neither stores nor converts.
    case unsupportedMagic(Int8, at: Int)
    /// A magic that Kafka never had.
    case unknownMagic(Int8, at: Int)
    case checksumMismatch(stored: UInt32, computed: UInt32, baseOffset: Int64)
}

extension RecordError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .batchTooShort(let length, let at): "batch length \(length) at byte \(at) is less than any batch needs"
        case .batchLengthOverflow(let length, let at): "batch length \(length) at byte \(at) overflows the size"
        case .batchSmallerThanHeader(let size, let at):
            "batch of \(size) bytes at byte \(at) is smaller than its header of \(RecordBatchHeader.size)"
        case .batchTruncated(let size, let available): "batch needs \(size) bytes, \(available) are there"
        case .unsupportedMagic(let magic, let at): "batch at byte \(at) has magic \(magic), only 2 is supported"
        case .unknownMagic(let magic, let at): "batch at byte \(at) has unknown magic \(magic)"
        case .checksumMismatch(let stored, let computed, let baseOffset):
            "batch at offset \(baseOffset) has checksum \(stored), its bytes give \(computed)"
        }
    }
}
