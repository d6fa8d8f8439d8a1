import KafkaProtocol
import NIOCore

/// Batches that a replica dropped, kept for as long as they may turn out to have been lost.
struct DroppedContent {
    var drop: Loss.Drop
    var offsets: Range<Int64>
    /// Whole batches, one after the other.
    var batches: ByteBuffer

    /// The records of an epoch at these offsets, and how many more there are than are wanted. A batch that cannot be read
    /// ends the search.
    func records(of epoch: Int32, where isWanted: (Int64) -> Bool, most: Int) -> (records: [Record], leftOut: Int) {
        var found: [Record] = []
        var leftOut = 0
        var batches = RecordBatches(batches)
        while let batch = try? batches.next() {
            guard batch.partitionLeaderEpoch == epoch, !batch.isControl, var reader = try? batch.reader() else {
                continue
            }
            while let record = try? reader.next() {
                guard isWanted(record.offset) else { continue }
                if found.count < most { found.append(record) } else { leftOut += 1 }
            }
        }
        return (found, leftOut)
    }
}

/// What replicas dropped lately, of all partitions together in bounded memory: what came first goes first.
struct DroppedContents {
    static let mostBytes = 64 << 20
    /// What one takes besides its batches.
    private static let overhead = 256

    private var contents: [TopicPartition: [DroppedContent]] = [:]
    /// In the order in which they came; those before `first` are gone.
    private var order: [TopicPartition] = []
    private var first = 0
    private(set) var bytes = 0

    subscript(partition: TopicPartition) -> [DroppedContent] { contents[partition] ?? [] }

    mutating func keep(_ content: DroppedContent, of partition: TopicPartition) {
        contents[partition, default: []].append(content)
        order.append(partition)
        bytes += Self.size(of: content)
        while bytes > Self.mostBytes, first + 1 < order.count {
            let oldest = order[first]
            first += 1
            if let gone = contents[oldest]?.removeFirst() { bytes -= Self.size(of: gone) }
            if contents[oldest]?.isEmpty == true { contents[oldest] = nil }
        }
        if first > order.count / 2 {
            order.removeSubrange(..<first)
            first = 0
        }
    }

    mutating func remove(_ topic: String) {
        let (gone, left) = order[first...].reduce(into: ([TopicPartition](), [TopicPartition]())) { parts, partition in
            if partition.topic == topic { parts.0.append(partition) } else { parts.1.append(partition) }
        }
        for partition in gone {
            bytes -= (contents.removeValue(forKey: partition) ?? []).reduce(0) { $0 + Self.size(of: $1) }
        }
        order = left
        first = 0
    }

    private static func size(of content: DroppedContent) -> Int { content.batches.readableBytes + overhead }
}
