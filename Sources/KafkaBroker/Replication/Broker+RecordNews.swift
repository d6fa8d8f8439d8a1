import KafkaProtocol
import KafkaStorage
import NIOCore

/// What the ledger and the journeys of records hear of a broker's logs.
extension Broker {
    mutating func mark(_ partition: Partition, _ mark: LogMark) {
        if settings.tellsLedger { out.append(.mark(partition.id, partition.topicId, mark)) }
    }

    /// One mark for each epoch: what a follower fetches at once may come from several.
    mutating func markCopied(_ info: LogAppendInfo, to partition: Partition) {
        guard settings.tellsLedger, info.firstOffset <= info.lastOffset, let epoch = partition.log.latestEpoch else {
            return
        }
        guard let start = partition.log.latestEpochStartOffset, start > info.firstOffset else {
            return mark(partition, .copied(info.firstOffset...info.lastOffset, leaderEpoch: epoch))
        }
        var end = info.lastOffset
        for entry in partition.log.epochEntries.reversed() where entry.startOffset <= end {
            mark(partition, .copied(max(entry.startOffset, info.firstOffset)...end, leaderEpoch: entry.epoch))
            if entry.startOffset <= info.firstOffset { return }
            end = entry.startOffset - 1
        }
    }

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
