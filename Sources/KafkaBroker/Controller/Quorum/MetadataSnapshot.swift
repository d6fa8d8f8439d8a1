import KafkaProtocol
import NIOCore

/// Names a snapshot of the metadata log: it stands for all records before `endOffset`, the last of which is of `epoch`.
package struct MetadataSnapshotID: Hashable, Comparable, Sendable {
    package var endOffset: Int64
    package var epoch: Int32

    package init(endOffset: Int64, epoch: Int32) {
        self.endOffset = endOffset
        self.epoch = epoch
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.endOffset, left.epoch) < (right.endOffset, right.epoch)
    }

    private static let suffix = ".checkpoint"

    /// As Kafka calls its file: twenty digits of offset, ten of epoch.
    package var fileName: String { Self.padded(endOffset, 20) + "-" + Self.padded(Int64(epoch), 10) + Self.suffix }

    package init?(fileName: String) {
        guard fileName.hasSuffix(Self.suffix) else { return nil }
        let parts = fileName.dropLast(Self.suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 20, parts[1].count == 10, let offset = Int64(parts[0]),
            let epoch = Int32(parts[1]), offset >= 0, epoch >= 0
        else { return nil }
        self.init(endOffset: offset, epoch: epoch)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// A snapshot's content in Kafka's form (KIP-630): a header, the records that lead to the image, a footer, in batches whose
/// offsets count from 0.
package enum MetadataSnapshot {
    package static func encode(
        _ records: [MetadataRecord], _ id: MetadataSnapshotID, timestamp: Int64
    ) throws(MetadataLogError) -> ByteBuffer {
        do {
            var header = SnapshotHeaderRecord()
            header.lastContainedLogTimestamp = timestamp
            var bytes = try RecordBatch.control(
                .snapshotHeader, body: try header.encode(version: 0), timestamp: timestamp, baseOffset: 0,
                partitionLeaderEpoch: id.epoch
            ).bytes
            var offset: Int64 = 1
            for start in stride(from: 0, to: records.count, by: MetadataLog.mostRecordsPerBatch) {
                var builder = RecordBatchBuilder(baseOffset: offset, partitionLeaderEpoch: id.epoch)
                for record in records[start..<min(start + MetadataLog.mostRecordsPerBatch, records.count)] {
                    try builder.append(key: nil, value: try record.encode(), timestamp: timestamp)
                }
                let batch = try builder.build()
                bytes.writeImmutableBuffer(batch.bytes)
                offset = batch.nextOffset
            }
            let footer = try RecordBatch.control(
                .snapshotFooter, body: try SnapshotFooterRecord().encode(version: 0), timestamp: timestamp,
                baseOffset: offset, partitionLeaderEpoch: id.epoch)
            bytes.writeImmutableBuffer(footer.bytes)
            return bytes
        } catch {
            throw MetadataLogError("cannot write a snapshot: \(error)")
        }
    }

    /// The records of a whole snapshot. Every checksum is compared, and the footer must be there.
    package static func decode(_ bytes: ByteBuffer) throws(MetadataLogError) -> [MetadataRecord] {
        var records: [MetadataRecord] = []
        var hasFooter = false
        do {
            var batches = RecordBatches(bytes)
            while let batch = try batches.next() {
                try batch.validate()
                for record in try batch.records() {
                    if batch.isControl {
                        if try ControlRecordType(key: record.key) == .snapshotFooter { hasFooter = true }
                    } else {
                        records.append(try MetadataRecord(decoding: record.value ?? ByteBuffer()))
                    }
                }
            }
            guard hasFooter, batches.remainingByteCount == 0 else {
                throw MetadataLogError("a snapshot without its end")
            }
        } catch let error as MetadataLogError {
            throw error
        } catch {
            throw MetadataLogError("a damaged snapshot: \(error)")
        }
        return records
    }
}
