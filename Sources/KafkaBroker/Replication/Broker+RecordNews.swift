import KafkaProtocol
import KafkaStorage
import NIOCore

/// What the ledger hears of a broker's logs.
extension Broker {
    mutating func tellOfLead(_ partition: Partition) {
        guard settings.tellsLedger else { return }
        let log = partition.log
        out.append(
            .tell(
                .led(
                    partition.id,
                    LedLog(
                        topicID: partition.topicId, leaderEpoch: partition.leaderEpoch,
                        logStartOffset: log.logStartOffset,
                        cleanedUpTo: log.cleanedUpTo, logEndOffset: log.logEndOffset, epochs: log.epochEntries))))
    }

    /// Reads what a replica is about to drop: afterwards nobody can say what it was.
    func recordsToDrop(of partition: Partition, from offset: Int64) -> DroppedRecords? {
        let log = partition.log
        guard settings.tellsLedger, offset < log.logEndOffset else { return nil }
        var records = DroppedRecords(firstOffset: offset, endOffset: log.logEndOffset, batches: ByteBuffer())
        var next = max(offset, log.logStartOffset)
        while next < log.logEndOffset, records.batches.readableBytes < DroppedRecords.mostBytes {
            let room = DroppedRecords.mostBytes - records.batches.readableBytes
            guard var read = try? log.readBytes(from: next, maxBytes: room), let offsets = RecordBatches.trim(&read)
            else {
                break
            }
            records.batches.writeBuffer(&read)
            next = offsets.upperBound
        }
        return records
    }

    mutating func tellOfDropped(_ records: DroppedRecords?, of partition: Partition) {
        if let records { out.append(.tell(.dropped(partition.id, records))) }
    }
}
