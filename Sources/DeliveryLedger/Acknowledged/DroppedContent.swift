import KafkaProtocol
import NIOCore

/// Batches that a replica dropped, kept for as long as they may turn out to have been lost.
struct DroppedContent {
    var drop: Loss.Drop
    var offsets: Range<Int64>
    /// Whole batches, one after the other.
    var batches: ByteBuffer

    /// The records of an epoch at these offsets. A batch that cannot be read ends the search.
    func records(of epoch: Int32, where isWanted: (Int64) -> Bool, most: Int) -> [Record] {
        var found: [Record] = []
        var batches = RecordBatches(batches)
        while found.count < most, let batch = try? batches.next() {
            guard batch.partitionLeaderEpoch == epoch, !batch.isControl, var reader = try? batch.reader() else {
                continue
            }
            while found.count < most, let record = try? reader.next() {
                if isWanted(record.offset) { found.append(record) }
            }
        }
        return found
    }
}
