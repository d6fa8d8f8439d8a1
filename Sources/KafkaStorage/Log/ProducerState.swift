import KafkaProtocol

/// What a log knows about one idempotent producer: its epoch and its last five batches.
package struct ProducerState: Hashable, Sendable {
    /// As many batches as a producer may have in flight: a retry of any of them is known again.
    static let rememberedBatches = 5

    /// One appended batch, as far as it takes to know it again.
    package struct Batch: Hashable, Sendable {
        package var lastSequence: Int32
        package var lastOffset: Int64
        /// The last offset less the first.
        package var offsetDelta: Int32
        package var timestamp: Int64

        package var firstOffset: Int64 { lastOffset - Int64(offsetDelta) }

        /// Sequences run from 0 to Int32.max and then begin again.
        package var firstSequence: Int32 {
            let (sequence, overflow) = lastSequence.subtractingReportingOverflow(offsetDelta)
            return overflow || sequence < 0
                ? Int32(truncatingIfNeeded: Int64(sequence) + Int64(Int32.max) + 1) : sequence
        }
    }

    package let producerID: Int64
    package internal(set) var producerEpoch: Int16
    /// Oldest first, all of `producerEpoch`.
    package internal(set) var batches: [Batch] = []
    package internal(set) var coordinatorEpoch: Int32 = -1
    package internal(set) var lastTimestamp: Int64 = -1
    /// Where the transaction that is under way began.
    package internal(set) var currentTransactionFirstOffset: Int64?

    init(producerID: Int64, producerEpoch: Int16) {
        self.producerID = producerID
        self.producerEpoch = producerEpoch
    }

    package var lastSequence: Int32 { batches.last?.lastSequence ?? -1 }

    /// The batch with the same epoch and sequences that came before, if it is one of the last five.
    func duplicate(of header: RecordBatchHeader) -> Batch? {
        guard header.producerEpoch == producerEpoch else { return nil }
        return batches.first {
            $0.lastSequence == header.lastSequence && $0.firstSequence == header.baseSequence
        }
    }

    /// Whether a producer's batch may follow. Kafka's rule: the epoch never goes back, a new one begins at 0, and within
    /// one no sequence is left out.
    func check(_ header: RecordBatchHeader) throws(LogAppendError) {
        if header.producerEpoch < producerEpoch {
            throw .invalidProducerEpoch(
                producerID: producerID, current: producerEpoch, found: header.producerEpoch)
        }
        let expected: Int32
        if header.producerEpoch > producerEpoch {
            expected = 0
        } else {
            expected = lastSequence == .max ? 0 : lastSequence + 1
        }
        if header.baseSequence != expected {
            throw .outOfOrderSequence(producerID: producerID, expected: expected, found: header.baseSequence)
        }
    }

    /// A batch of this producer was appended at the offsets that it says.
    mutating func append(_ header: RecordBatchHeader) {
        moveTo(epoch: header.producerEpoch)
        if batches.count == Self.rememberedBatches { batches.removeFirst() }
        batches.append(
            Batch(
                lastSequence: header.lastSequence, lastOffset: header.lastOffset, offsetDelta: header.lastOffsetDelta,
                timestamp: header.maxTimestamp))
        lastTimestamp = header.maxTimestamp
        if header.isTransactional {
            if currentTransactionFirstOffset == nil { currentTransactionFirstOffset = header.baseOffset }
        } else {
            currentTransactionFirstOffset = nil
        }
    }

    /// The marker that ends the producer's transaction was appended.
    mutating func endTransaction(_ header: RecordBatchHeader, coordinatorEpoch: Int32) {
        moveTo(epoch: header.producerEpoch)
        self.coordinatorEpoch = coordinatorEpoch
        lastTimestamp = header.maxTimestamp
        currentTransactionFirstOffset = nil
    }

    private mutating func moveTo(epoch: Int16) {
        guard epoch != producerEpoch else { return }
        producerEpoch = epoch
        batches.removeAll(keepingCapacity: true)
    }
}
