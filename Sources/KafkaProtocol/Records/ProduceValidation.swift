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

    package var depth = Depth.uncompressedRecords
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
    package static func validateForProduce(
        _ buffer: ByteBuffer, _ validation: ProduceValidation = ProduceValidation()
    ) throws(RecordError) -> RecordBatch {
        var batches = Self(buffer)
        guard let batch = try batches.next() else { throw .noBatch }
        guard validation.allowsZstd || batch.compression != .zstd else { throw .compressionNotAllowed(.zstd) }
        guard try batches.next() == nil else { throw .moreThanOneBatch }
        guard batch.baseOffset == 0 else { throw .baseOffsetNotZero(batch.baseOffset) }
        guard batch.sizeInBytes <= validation.maxMessageBytes else {
            throw .batchTooLarge(size: batch.sizeInBytes, limit: validation.maxMessageBytes)
        }
        try batch.validate()
        try validateHeader(of: batch)
        switch (validation.depth, batch.compression) {
        case (.header, _) where !validation.requiresKeys: break
        case (.uncompressedRecords, let codec?) where codec != .none && !validation.requiresKeys: break
        default: try validateRecords(of: batch, validation)
        }
        return batch
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

    private static func validateRecords(
        of batch: RecordBatch, _ validation: ProduceValidation
    ) throws(RecordError) {
        guard let compression = batch.compression else { throw .unknownCompression(id: batch.attributes.compressionID) }
        let payload = try compression.decompress(batch.payload, limit: validation.decompressionLimit)
        try payload.withReadableBytes { bytes throws(RecordError) in
            var scanner = try RecordScanner(count: batch.count)
            while true {
                let start = scanner.position
                guard let layout = try scanner.next(in: bytes) else { return }
                if validation.requiresKeys, layout.key == nil { throw .recordWithoutKey(at: start) }
            }
        }
    }
}
