import KafkaProtocol
import NIOCore

extension MetadataImage {
    /// Applies one batch of the metadata log and tells what each of its records changed. Control batches, by which the
    /// controllers' quorum talks to itself, change nothing. Batches that were applied before are skipped, so that a
    /// fetch may answer from the start of a batch.
    ///
    /// A batch is applied as a whole: the image is as before when this throws.
    package mutating func replay(_ batch: RecordBatch) throws(MetadataReplayError) -> [MetadataChange] {
        if batch.lastOffset <= offset { return [] }
        if batch.isControl {
            skip(to: batch.lastOffset, epoch: batch.partitionLeaderEpoch)
            return []
        }
        let records = try Self.records(of: batch).filter { $0.offset > offset }
        // A copy of the whole image, kept beside it while it changes, would cost a walk through all topics.
        let before = (brokers, configsByResource, nextProducerId, offset, epoch)
        var changes: [MetadataChange] = []
        changes.reserveCapacity(records.count)
        for (record, offset) in records {
            do {
                changes.append(try replay(record, at: offset, epoch: batch.partitionLeaderEpoch))
            } catch {
                for change in changes.reversed() { takeBack(change) }
                (brokers, configsByResource, nextProducerId, self.offset, epoch) = before
                throw error
            }
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
