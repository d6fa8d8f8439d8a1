// The header's fields, so that a batch reads as one thing. Each is explained in RecordBatchHeader.
extension RecordBatch {
    package var baseOffset: Int64 { header.baseOffset }
    package var sizeInBytes: Int { header.sizeInBytes }
    package var partitionLeaderEpoch: Int32 { header.partitionLeaderEpoch }
    package var crc: UInt32 { header.crc }
    package var attributes: RecordBatchAttributes { header.attributes }
    package var compression: Compression? { header.compression }
    package var timestampType: TimestampType { header.timestampType }
    package var isTransactional: Bool { header.isTransactional }
    package var isControl: Bool { header.isControl }
    package var hasDeleteHorizon: Bool { header.hasDeleteHorizon }
    package var deleteHorizonMs: Int64? { header.deleteHorizonMs }
    package var lastOffsetDelta: Int32 { header.lastOffsetDelta }
    package var lastOffset: Int64 { header.lastOffset }
    package var nextOffset: Int64 { header.nextOffset }
    package var baseTimestamp: Int64 { header.baseTimestamp }
    package var maxTimestamp: Int64 { header.maxTimestamp }
    package var hasProducerId: Bool { header.hasProducerId }
    package var producerId: Int64 { header.producerId }
    package var producerEpoch: Int16 { header.producerEpoch }
    package var baseSequence: Int32 { header.baseSequence }
    package var lastSequence: Int32 { header.lastSequence }
    package var count: Int32 { header.count }
}
