extension RecordError {
    /// What a producer is told. Where Kafka fails with an exception that it did not foresee, that is
    /// UNKNOWN_SERVER_ERROR here too, since clients may have learned what it means for them.
    package var errorCode: ErrorCode {
        switch self {
        case .batchTooShort, .batchSmallerThanHeader, .batchTruncated, .unknownMagic, .checksumMismatch:
            .corruptMessage
        case .batchLengthOverflow, .unknownCompression, .decompressionFailed, .recordLengthTooLong, .compressionFailed:
            .unknownServerError
        case .batchTooLarge, .decompressedSizeOverLimit:
            .messageTooLarge
        case .compressionNotAllowed:
            .unsupportedCompressionType
        case .timestampNotAllowed, .appendTimeFromClient:
            .invalidTimestamp
        case .unsupportedMagic, .invalidRecordCount, .recordsMissing, .bytesAfterRecords, .recordTruncated,
            .invalidRecordSize, .invalidRecordStructure, .invalidHeaderCount, .bytesAfterRecord, .invalidControlRecord,
            .noRecords, .offsetOutOfOrder, .tooManyHeaders, .noBatch, .moreThanOneBatch, .baseOffsetNotZero,
            .invalidOffsetRange, .inconsistentRecordCount, .invalidSequence, .controlBatchFromClient, .recordWithoutKey:
            .invalidRecord
        }
    }
}
