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
        case .unknownCompression(let id): "no codec has the number \(id)"
        case .decompressionFailed(let codec, let reason): "\(codec) cannot unpack the records: \(reason)"
        case .decompressedSizeOverLimit(let limit): "the records unpack to more than \(limit) bytes"
        case .compressionFailed(let codec, let reason): "\(codec) cannot pack the records: \(reason)"
        case .invalidRecordCount(let count): "batch declares \(count) records"
        case .recordsMissing(let declared, let found): "batch declares \(declared) records, \(found) are there"
        case .bytesAfterRecords(let count, let at): "\(count) bytes follow the last record at byte \(at)"
        case .recordLengthTooLong(let at): "the length of the record at byte \(at) has more than five bytes"
        case .recordTruncated(let size, let available, let at):
            "record of \(size) bytes at byte \(at), \(available) are there"
        case .invalidRecordSize(let size, let at): "record at byte \(at) has size \(size)"
        case .invalidRecordStructure(let field, let at):
            "the \(field.rawValue) of the record at byte \(at) does not fit"
        case .invalidHeaderCount(let count, let at): "record at byte \(at) declares \(count) headers"
        case .bytesAfterRecord(let count, let at): "\(count) bytes are left over in the record at byte \(at)"
        case .invalidControlRecord: "control record without a version and type"
        case .noRecords: "batch without records"
        case .offsetOutOfOrder(let offset, let last): "offset \(offset) cannot follow \(last) in one batch"
        case .tooManyHeaders(let count): "\(count) headers are more than a record can count"
        case .batchTooLarge(let size, let limit): "batch of \(size) bytes is larger than \(limit)"
        case .noBatch: "a produce request holds one record batch per partition, this has none"
        case .moreThanOneBatch: "a produce request holds one record batch per partition, this has more"
        case .baseOffsetNotZero(let offset): "the base offset of a produced batch is 0, this has \(offset)"
        case .compressionNotAllowed(let codec): "\(codec) is not allowed in this version of the request"
        case .invalidOffsetRange(let delta): "last offset delta \(delta)"
        case .inconsistentRecordCount(let count, let delta): "\(count) records with a last offset delta of \(delta)"
        case .invalidSequence(let sequence, let producerId): "sequence \(sequence) of producer \(producerId)"
        case .controlBatchFromClient: "clients may not write control records"
        case .timestampNotAllowed(let timestamp): "timestamp \(timestamp) is not allowed here"
        case .appendTimeFromClient: "clients may not say that their records bear the broker's time"
        case .recordWithoutKey(let at): "record at byte \(at) has no key, which a compacted topic needs"
        }
    }
}
