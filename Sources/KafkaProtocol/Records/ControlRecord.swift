import NIOCore

/// What a record of a control batch says; the record's key holds a version and this number.
package enum ControlRecordType: Int16, Hashable, Sendable, CaseIterable {
    case abort = 0
    case commit = 1
    case leaderChange = 2
    case snapshotHeader = 3
    case snapshotFooter = 4
    case kraftVersion = 5
    case kraftVoters = 6

    /// Reads a control record's key. Nil for a type that is not known here: consumers step over such records.
    package init?(key: ByteBuffer?) throws(RecordError) {
        guard let key, let version = key.getInteger(at: key.readerIndex, as: Int16.self),
            let type = key.getInteger(at: key.readerIndex + 2, as: Int16.self), version >= 0
        else { throw .invalidControlRecord }
        self.init(rawValue: type)
    }

    /// The key of a record of this type.
    package var key: ByteBuffer {
        var key = ByteBuffer()
        key.writeInteger(Int16(0))
        key.writeInteger(rawValue)
        return key
    }
}

/// The end of a transaction in one partition, written by the partition's leader when the coordinator says so.
package struct EndTransactionMarker: Hashable, Sendable {
    package var isCommit: Bool
    /// The epoch of the coordinator: a marker of an older one is refused.
    package var coordinatorEpoch: Int32

    package init(isCommit: Bool, coordinatorEpoch: Int32) {
        self.isCommit = isCommit
        self.coordinatorEpoch = coordinatorEpoch
    }

    /// Reads a marker; nil if the control record is of another type.
    package init?(_ record: Record) throws(RecordError) {
        let type = try ControlRecordType(key: record.key)
        guard type == .commit || type == .abort else { return nil }
        guard let value = record.value, let version = value.getInteger(at: value.readerIndex, as: Int16.self),
            let epoch = value.getInteger(at: value.readerIndex + 2, as: Int32.self), version >= 0
        else { throw .invalidControlRecord }
        self.init(isCommit: type == .commit, coordinatorEpoch: epoch)
    }

    /// The batch that ends the producer's transaction. Markers carry no sequence number.
    package func batch(
        producerId: Int64, producerEpoch: Int16, timestamp: Int64, baseOffset: Int64 = 0,
        partitionLeaderEpoch: Int32 = -1
    ) throws(RecordError) -> RecordBatch {
        var value = ByteBuffer()
        value.writeInteger(Int16(0))
        value.writeInteger(coordinatorEpoch)
        var builder = RecordBatchBuilder(
            baseOffset: baseOffset, partitionLeaderEpoch: partitionLeaderEpoch, producerId: producerId,
            producerEpoch: producerEpoch, isTransactional: true, isControl: true)
        let type: ControlRecordType = isCommit ? .commit : .abort
        try builder.append(key: type.key, value: value, timestamp: timestamp)
        return try builder.build()
    }
}

extension RecordBatch {
    /// A control batch of one record outside any transaction, as the metadata quorum writes them: leader changes,
    /// snapshot headers and footers. `body` is the message as its own definition encodes it.
    package static func control(
        _ type: ControlRecordType, body: ByteBuffer, timestamp: Int64, baseOffset: Int64, partitionLeaderEpoch: Int32
    ) throws(RecordError) -> RecordBatch {
        var builder = RecordBatchBuilder(
            baseOffset: baseOffset, partitionLeaderEpoch: partitionLeaderEpoch, isControl: true)
        try builder.append(key: type.key, value: body, timestamp: timestamp)
        return try builder.build()
    }
}
