import KafkaProtocol
import NIOCore

/// What compaction keeps of each batch. Offsets, epochs and sequences stay as they are, and a batch keeps its range even
/// where its last records are gone.
///
/// - A record stays unless a later one of its key came in the dirty part; one without a key goes.
/// - A tombstone stays until the delete horizon of its batch, which is set when a cleaning first meets it as the last of
///   its key. So does the marker of a transaction once all of its records are gone.
/// - Records of an aborted transaction go.
/// - The last batch of a producer stays, empty if need be, since its sequence is in no other place; and so does the last
///   batch of a segment, so that the segment ends where the next one begins.
struct BatchCleaner {
    /// Who wrote a producer's last batch.
    struct LastBatch {
        /// Nil for a producer of which only markers are left.
        var lastDataOffset: Int64?
        var producerEpoch: Int16
    }

    let offsets: OffsetMap
    let transactions: DirtyTransactions
    /// Beyond this nothing is known, and everything stays.
    let endOffset: Int64
    let lastBatches: [Int64: LastBatch]
    /// Producers whose transactional records have been met since their last marker.
    private var withRecords: Set<Int64> = []

    init(
        offsets: OffsetMap, transactions: DirtyTransactions, endOffset: Int64, lastBatches: [Int64: LastBatch]
    ) {
        self.offsets = offsets
        self.transactions = transactions
        self.endOffset = endOffset
        self.lastBatches = lastBatches
    }

    /// The batch as it is to be stored; nil where nothing of it stays. Batches come in the order of the log.
    mutating func clean(
        _ batch: RecordBatch, endsSegment: Bool, deleteRetentionMs: Int64, now: Int64
    ) throws(RecordError) -> RecordBatch? {
        guard batch.lastOffset < endOffset else { return batch }
        let isPastHorizon = batch.deleteHorizonMs.map { $0 <= now } ?? false
        let newHorizon = now.addingReportingOverflow(deleteRetentionMs)
        let horizon = batch.deleteHorizonMs ?? (newHorizon.overflow ? .max : newHorizon.partialValue)
        if batch.isControl {
            guard EndTransactionMarker(controlBatch: batch.bytes) != nil else { return batch }
            let isNeeded = withRecords.remove(batch.producerId) != nil
            if isNeeded || batch.count == 0 { return batch.count > 0 || mustStay(batch, endsSegment) ? batch : nil }
            if isPastHorizon { return mustStay(batch, endsSegment) ? try batch.emptied() : nil }
            return batch.hasDeleteHorizon ? batch : try rebuilt(batch, try batch.records(), horizon: horizon)
        }
        let isAborted = batch.isTransactional && transactions.isAborted(batch.header)
        if batch.isTransactional { withRecords.insert(batch.producerId) }
        var kept: [Record] = []
        var hasTombstones = false
        if !isAborted, batch.count > 0 {
            var reader = try batch.reader()
            while let record = try reader.next() {
                guard let key = record.key, record.value != nil || !isPastHorizon else { continue }
                let hash = key.withUnsafeReadableBytes { KeyHash($0) }
                guard offsets[hash].map({ record.offset >= $0 }) ?? true else { continue }
                if record.value == nil { hasTombstones = true }
                kept.append(record)
            }
        }
        if kept.isEmpty {
            guard mustStay(batch, endsSegment) else { return nil }
            return batch.count == 0 ? batch : try batch.emptied()
        }
        let needsHorizon = hasTombstones && !batch.hasDeleteHorizon
        if kept.count == Int(batch.count), !needsHorizon { return batch }
        return try rebuilt(batch, kept, horizon: needsHorizon || batch.hasDeleteHorizon ? horizon : nil)
    }

    private func mustStay(_ batch: RecordBatch, _ endsSegment: Bool) -> Bool {
        if endsSegment { return true }
        guard batch.hasProducerId, let last = lastBatches[batch.producerId] else { return false }
        if let offset = last.lastDataOffset { return batch.lastOffset == offset }
        return batch.isControl && batch.producerEpoch == last.producerEpoch
    }

    private func rebuilt(_ batch: RecordBatch, _ records: [Record], horizon: Int64?) throws(RecordError) -> RecordBatch
    {
        guard let compression = batch.compression else {
            throw .unknownCompression(id: batch.attributes.compressionID)
        }
        var builder = RecordBatchBuilder(
            baseOffset: batch.baseOffset, partitionLeaderEpoch: batch.partitionLeaderEpoch, compression: compression,
            producerId: batch.producerId, producerEpoch: batch.producerEpoch, baseSequence: batch.baseSequence,
            isTransactional: batch.isTransactional, isControl: batch.isControl,
            logAppendTime: batch.timestampType == .logAppendTime ? batch.maxTimestamp : nil, deleteHorizonMs: horizon)
        for record in records { try builder.append(record) }
        return try builder.build(lastOffset: batch.lastOffset)
    }
}

/// How the transactions of a log's dirty part ended.
struct DirtyTransactions {
    private struct Marker {
        var offset: Int64
        var isCommit: Bool
    }

    private var markers: [Int64: [Marker]] = [:]
    private let startOffset: Int64

    /// Nothing is known of what lies before `startOffset`.
    init(from startOffset: Int64) { self.startOffset = startOffset }

    /// Markers come in the order of the log.
    mutating func note(_ marker: EndTransactionMarker, of header: RecordBatchHeader) {
        markers[header.producerId, default: []].append(Marker(offset: header.baseOffset, isCommit: marker.isCommit))
    }

    /// Whether the transaction to which these records belong was aborted.
    func isAborted(_ header: RecordBatchHeader) -> Bool {
        guard header.baseOffset >= startOffset, let markers = markers[header.producerId] else { return false }
        let end = markers.lowerBound { $0.offset < header.baseOffset }
        return end < markers.count && !markers[end].isCommit
    }
}
