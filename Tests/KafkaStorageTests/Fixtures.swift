import KafkaProtocol
import KafkaStorage
import NIOCore

let orders = TopicPartition(topic: "orders", partition: 0)

extension Instant {
    static func at(_ milliseconds: Int64) -> Self {
        Self(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: milliseconds)
    }
}

/// What tells one stored batch from another.
struct BatchID: Hashable {
    var firstOffset: Int64
    var lastOffset: Int64
    var epoch: Int32
    var crc: UInt32

    init(_ batch: RecordBatch) {
        firstOffset = batch.baseOffset
        lastOffset = batch.lastOffset
        epoch = batch.partitionLeaderEpoch
        crc = batch.crc
    }

    init(firstOffset: Int64, lastOffset: Int64, epoch: Int32, crc: UInt32) {
        self.firstOffset = firstOffset
        self.lastOffset = lastOffset
        self.epoch = epoch
        self.crc = crc
    }
}

struct Producer: Hashable {
    var id: Int64
    var epoch: Int16
    var sequence: Int32
}

enum Batches {
    /// A batch as a producer sends it: base offset 0, records of `valueBytes` each, one millisecond apart.
    static func make(
        _ count: Int = 1, valueBytes: Int = 10, timestamp: Int64 = 1_000, producer: Producer? = nil,
        compression: Compression = .none, isTransactional: Bool = false, timestamps: [Int64]? = nil
    ) throws -> RecordBatch {
        var builder = RecordBatchBuilder(
            compression: compression, producerId: producer?.id ?? -1, producerEpoch: producer?.epoch ?? -1,
            baseSequence: producer?.sequence ?? -1, isTransactional: isTransactional)
        for number in 0..<count {
            try builder.append(
                key: ByteBuffer(string: "k\(number)"), value: ByteBuffer(repeating: 0x61, count: valueBytes),
                timestamp: timestamps?[number] ?? timestamp + Int64(number))
        }
        return try builder.build()
    }
}

extension UnifiedLog {
    @discardableResult
    func append(_ batch: RecordBatch, epoch: Int32 = 0, now: Int64 = 1_000) throws(LogAppendError) -> LogAppendInfo {
        try appendAsLeader(batch.bytes, leaderEpoch: epoch, now: .at(now))
    }

    /// Every batch of the log, read one piece after the other, each with its checksum compared.
    func storedBatches() throws -> [RecordBatch] {
        var batches: [RecordBatch] = []
        var offset = logStartOffset
        while offset < logEndOffset {
            let found = try RecordBatches.all(in: readBytes(from: offset, maxBytes: 1 << 20))
            guard let last = found.last else { break }
            for batch in found { try batch.validate() }
            batches += found
            offset = last.nextOffset
        }
        return batches
    }

    func batchIDs() throws -> [BatchID] { try storedBatches().map { BatchID($0) } }
}

extension LogConfig {
    /// Segments of a few batches and an index entry for nearly each of them.
    static func tiny(segmentBytes: Int64 = 600, indexIntervalBytes: Int64 = 100) -> Self {
        var config = Self()
        config.segmentBytes = segmentBytes
        config.indexIntervalBytes = indexIntervalBytes
        return config
    }
}
