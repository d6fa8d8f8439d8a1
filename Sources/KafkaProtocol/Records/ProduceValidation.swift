import NIOCore

/// How a leader looks at what a producer sends, before it appends it.
///
/// Header, checksum and structure are always checked. Records of uncompressed batches are walked as well, as Kafka does;
/// compressed batches are not unpacked unless asked, because that costs more than all the rest of an append. A consumer
/// then is the first to see a broken compressed payload with a right checksum, which only a faulty producer can make.
package struct ProduceValidation: Hashable, Sendable {
    package enum Depth: Hashable, Sendable {
        /// Header and checksum.
        case header
        /// The structure of uncompressed records too.
        case uncompressedRecords
        /// The structure of all records: exactly what Kafka checks.
        case allRecords
    }

    /// Whose time the records bear: `message.timestamp.type`.
    package enum Timestamps: Hashable, Sendable {
        /// That of the leader, as it writes them.
        case ofLeader
        /// That of the client, within these times, in milliseconds since 1970; nil for any.
        case ofClient(within: ClosedRange<Int64>?)
    }

    package var depth = Depth.uncompressedRecords
    package var timestamps = Timestamps.ofClient(within: nil)
    /// `max.message.bytes`: the greatest size of a batch.
    package var maxMessageBytes = Int.max
    /// Produce before version 7 does not know zstd.
    package var allowsZstd = true
    /// A compacted topic needs keys, so that all records are read whatever the depth.
    package var requiresKeys = false
    package var decompressionLimit = RecordBatch.defaultDecompressionLimit

    package init() {}
}

extension RecordBatches {
    /// The one batch that `buffer`, a partition's records in a Produce request of version 3 or later, must hold. The
    /// partial batch that may follow is not part of it.
    ///
    /// Its greatest timestamp is that of its records, as in Kafka (LogValidator.java), whatever the client says: searches
    /// by time, retention and the expiry of producers go by it. Compressed records are unpacked for that only where the
    /// header contradicts itself, or where times are limited.
    package static func validateForProduce(
        _ buffer: ByteBuffer, _ validation: ProduceValidation = ProduceValidation()
    ) throws(RecordError) -> RecordBatch {
        var batches = Self(buffer)
        guard var batch = try batches.next() else { throw .noBatch }
        guard validation.allowsZstd || batch.compression != .zstd else { throw .compressionNotAllowed(.zstd) }
        guard try batches.next() == nil else { throw .moreThanOneBatch }
        guard batch.baseOffset == 0 else { throw .baseOffsetNotZero(batch.baseOffset) }
        guard batch.sizeInBytes <= validation.maxMessageBytes else {
            throw .batchTooLarge(size: batch.sizeInBytes, limit: validation.maxMessageBytes)
        }
        try batch.validate()
        try validateHeader(of: batch)
        var greatest = batch.maxTimestamp
        if unpacks(batch, validation) { greatest = try validateRecords(of: batch, validation) }
        switch validation.timestamps {
        case .ofClient: batch.setTimestampType(.createTime, maxTimestamp: greatest)
        case .ofLeader: guard batch.header.timestampType == .createTime else { throw .appendTimeFromClient }
        }
        return batch
    }

    private static func unpacks(_ batch: RecordBatch, _ validation: ProduceValidation) -> Bool {
        if validation.requiresKeys { return true }
        if case .ofClient(within: .some) = validation.timestamps { return true }
        return switch validation.depth {
        case .header: false
        case .uncompressedRecords: batch.compression == Compression.none || batch.maxTimestamp < batch.baseTimestamp
        case .allRecords: true
        }
    }

    /// What the header must say about the batch's range before any record is looked at.
    private static func validateHeader(of batch: RecordBatch) throws(RecordError) {
        guard batch.lastOffsetDelta >= 0 else { throw .invalidOffsetRange(lastOffsetDelta: batch.lastOffsetDelta) }
        guard batch.count > 0 else { throw .invalidRecordCount(batch.count) }
        guard Int64(batch.lastOffsetDelta) + 1 == Int64(batch.count) else {
            throw .inconsistentRecordCount(batch.count, lastOffsetDelta: batch.lastOffsetDelta)
        }
        guard !batch.hasProducerId || batch.baseSequence >= 0 else {
            throw .invalidSequence(batch.baseSequence, producerId: batch.producerId)
        }
        guard !batch.isControl else { throw .controlBatchFromClient }
        guard batch.compression != nil else { throw .unknownCompression(id: batch.attributes.compressionID) }
    }

    /// Answers the greatest timestamp; -1 where no record has one.
    private static func validateRecords(
        of batch: RecordBatch, _ validation: ProduceValidation
    ) throws(RecordError) -> Int64 {
        let allowed: ClosedRange<Int64>? = if case .ofClient(let within) = validation.timestamps { within } else { nil }
        guard let compression = batch.compression else { throw .unknownCompression(id: batch.attributes.compressionID) }
        let payload = try compression.decompress(batch.payload, limit: validation.decompressionLimit)
        let base = batch.baseTimestamp
        return try payload.withReadableBytes { bytes throws(RecordError) in
            var scanner = try RecordScanner(count: batch.count)
            var greatest: Int64 = -1
            while true {
                let start = scanner.position
                guard let layout = try scanner.next(in: bytes) else { return greatest }
                if validation.requiresKeys, layout.key == nil { throw .recordWithoutKey(at: start) }
                let timestamp = base &+ layout.timestampDelta
                if timestamp > greatest { greatest = timestamp }
                if let allowed, timestamp != -1, !allowed.contains(timestamp) { throw .timestampNotAllowed(timestamp) }
            }
        }
    }
}
