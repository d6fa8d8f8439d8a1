import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage
import NIOCore

/// The last batches of a segment's file, read before a fault takes them.
struct LogTail {
    let partition: TopicPartition
    let records: DroppedRecords

    /// Of one log where there are `count`: a disk with thousands of them must not hold up its node for long.
    static func mostBytes(ofOneAmong count: Int) -> Int {
        max(64 << 10, min(DroppedRecords.mostBytes, (128 << 20) / max(1, count)))
    }

    /// Reads whole batches from `safeBytes` on, or those of the last `mostBytes`. Nil for a file that is no segment of a
    /// topic's partition, or that has no such batch.
    init?(of path: String, on disk: any Disk, from safeBytes: Int64, mostBytes: Int) {
        guard let partition = Self.partition(of: path), let file = try? disk.open(path, creating: false)
        else { return nil }
        defer { disk.close(file) }
        guard let size = try? disk.size(of: file), size > safeBytes else { return nil }
        let wanted = max(safeBytes, size - Int64(mostBytes))
        var position = Self.indexed(path, on: disk, atOrBefore: wanted)
        while position < wanted, let header = Self.header(file, on: disk, at: position) {
            position += Int64(header.sizeInBytes)
        }
        guard position < size,
            var bytes = try? disk.read(file, at: position, count: Int(size - position)),
            let offsets = RecordBatches.trim(&bytes)
        else { return nil }
        self.partition = partition
        records = DroppedRecords(firstOffset: offsets.lowerBound, endOffset: offsets.upperBound, batches: bytes)
    }

    /// Nil for a file that is no segment of a topic's partition.
    fileprivate static func partition(of path: String) -> TopicPartition? {
        let names = path.split(separator: "/")
        guard names.count == 2, names[1].hasSuffix(".log") else { return nil }
        return TopicPartition(directoryName: String(names[0]))
    }

    /// Where a batch begins, as the offset index says: not far before `limit` if it has been written.
    fileprivate static func indexed(_ path: String, on disk: any Disk, atOrBefore limit: Int64) -> Int64 {
        guard limit > 0, let bytes = try? disk.contents(of: path.dropLast(".log".count) + ".index") else { return 0 }
        var best: Int64 = 0
        for at in stride(from: bytes.readerIndex + 4, to: bytes.writerIndex - 3, by: 8) {
            guard let position = bytes.getInteger(at: at, as: Int32.self), Int64(position) <= limit else { break }
            best = max(best, Int64(position))
        }
        return best
    }

    fileprivate static func header(_ file: FileID, on disk: any Disk, at position: Int64) -> RecordBatchHeader? {
        guard let bytes = try? disk.read(file, at: position, count: RecordBatchHeader.size) else { return nil }
        return try? RecordBatchHeader.read(from: bytes)
    }
}

extension LostTail {
    /// What goes of a segment when its file is cut to this size. Nil for a file that is no segment of a topic's partition,
    /// or that loses no whole batch.
    init?(of path: String, on disk: any Disk, cutTo cut: Int64) {
        guard let partition = LogTail.partition(of: path), let file = try? disk.open(path, creating: false) else {
            return nil
        }
        defer { disk.close(file) }
        guard let size = try? disk.size(of: file) else { return nil }
        var position = LogTail.indexed(path, on: disk, atOrBefore: cut)
        // A batch of which a part goes is gone.
        while let header = LogTail.header(file, on: disk, at: position), position + Int64(header.sizeInBytes) <= cut {
            position += Int64(header.sizeInBytes)
        }
        guard let first = LogTail.header(file, on: disk, at: position)?.baseOffset else { return nil }
        var end = first
        position = max(position, LogTail.indexed(path, on: disk, atOrBefore: size))
        while let header = LogTail.header(file, on: disk, at: position), position + Int64(header.sizeInBytes) <= size {
            (position, end) = (position + Int64(header.sizeInBytes), header.nextOffset)
        }
        guard first < end else { return nil }
        self.init(partition: partition, offsets: first..<end, bytes: size - cut)
    }
}

extension [LostTail] {
    /// Segments of one log stand together, the oldest first: one tail of each log.
    var joined: Self {
        reduce(into: []) { logs, tail in
            guard let last = logs.last, last.partition == tail.partition else { return logs.append(tail) }
            logs[logs.count - 1].offsets =
                last.offsets.lowerBound..<Swift.max(last.offsets.upperBound, tail.offsets.upperBound)
            logs[logs.count - 1].bytes += tail.bytes
        }
    }
}
