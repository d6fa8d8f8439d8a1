import KafkaProtocol

/// What a record shares with those that it was written with: its batch's header.
package struct RecordBatchFacts: Hashable, Sendable {
    package struct Producer: Hashable, Sendable {
        package var id: Int64
        package var epoch: Int16
        /// Of the batch's first record; negative where the producer counts none.
        package var baseSequence: Int32

        package init(id: Int64, epoch: Int16, baseSequence: Int32) {
            self.id = id
            self.epoch = epoch
            self.baseSequence = baseSequence
        }
    }

    package var baseOffset: Int64
    package var lastOffset: Int64
    /// Fewer than there are offsets where compaction took some.
    package var count: Int32
    package var sizeInBytes: Int
    /// Nil where its number names none.
    package var compression: Compression?
    /// Under which leader it was appended.
    package var leaderEpoch: Int32
    /// Nil for a producer that is not idempotent.
    package var producer: Producer?
    package var isTransactional: Bool
    package var hasAppendTime: Bool

    package init(_ batch: RecordBatch) {
        baseOffset = batch.baseOffset
        lastOffset = batch.lastOffset
        count = batch.count
        sizeInBytes = batch.sizeInBytes
        compression = batch.compression
        leaderEpoch = batch.partitionLeaderEpoch
        isTransactional = batch.isTransactional
        hasAppendTime = batch.timestampType == .logAppendTime
        if batch.hasProducerId {
            producer = Producer(id: batch.producerId, epoch: batch.producerEpoch, baseSequence: batch.baseSequence)
        }
    }

    /// The sequence of the record at an offset; after the greatest number it begins anew with 0.
    func sequence(at offset: Int64) -> Int32? {
        guard let producer, producer.baseSequence >= 0, (baseOffset...max(baseOffset, lastOffset)).contains(offset)
        else {
            return nil
        }
        let (distance, isFar) = offset.subtractingReportingOverflow(baseOffset)
        guard !isFar, distance <= Int64(Int32.max) else { return nil }
        return Int32(truncatingIfNeeded: (Int64(producer.baseSequence) + distance) % (Int64(Int32.max) + 1))
    }
}
