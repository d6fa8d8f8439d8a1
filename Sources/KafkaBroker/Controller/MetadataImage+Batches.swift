import KafkaProtocol
import NIOCore

extension MetadataImage {
    /// Applies one batch of the metadata log and tells what each of its records changed. Control batches, by which the
    /// controllers' quorum talks to itself, change nothing. Batches that were applied before are skipped, so that a
    /// fetch may answer from the start of a batch.
    package mutating func replay(_ batch: RecordBatch) throws(MetadataReplayError) -> [MetadataChange] {
        if batch.lastOffset <= offset { return [] }
        if batch.isControl {
            skip(to: batch.lastOffset, epoch: batch.partitionLeaderEpoch)
            return []
        }
        var changes: [MetadataChange] = []
        for (record, offset) in try Self.records(of: batch) where offset > self.offset {
            changes.append(try replay(record, at: offset, epoch: batch.partitionLeaderEpoch))
        }
        return changes
    }

    private static func records(
        of batch: RecordBatch
    ) throws(MetadataReplayError) -> [(record: MetadataRecord, offset: Int64)] {
        var current = batch.baseOffset
        do {
            return try batch.records().map { record in
                current = record.offset
                // Without a value there is no frame version at its start, and decoding says so.
                return (try MetadataRecord(decoding: record.value ?? ByteBuffer()), record.offset)
            }
        } catch {
            throw MetadataReplayError(offset: current, reason: "\(error)")
        }
    }
}
