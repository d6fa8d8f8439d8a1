import Glibc
import KafkaProtocol
import KafkaServer
import KafkaStorage
import NIOCore

/// A log of any length whose files are mostly holes.
///
/// Segments of 1 GiB hold batches of 4 KiB, ten records each. Every segment has the offset index that appending those
/// batches would have made, entry by entry. Of the batches themselves only those lie in the files that the benchmark will
/// meet: a sample drawn beforehand with as many after it as a read brings, and the two before each, over which a reader
/// steps from the index entry. They are whole and sound; a reader cannot tell the difference.
struct SparseLog {
    static let segmentBytes: Int64 = 1 << 30
    static let batchBytes: Int64 = 4096
    static let recordsPerBatch: Int64 = 10
    static let batchesPerSegment = segmentBytes / batchBytes
    static let offsetsPerSegment = batchesPerSegment * recordsPerBatch

    let partition: TopicPartition
    let segmentCount: Int
    let root: String
    /// Offsets that can be read.
    private(set) var samples: [Int64] = []

    init(
        _ topic: String, segments: Int, samples count: Int, batchesARead: Int64, root: String, seed: UInt64
    ) throws {
        partition = TopicPartition(topic: topic, partition: 0)
        segmentCount = segments
        self.root = root
        var random = SeededGenerator(seed: seed)
        let batchCount = Int64(segments) * Self.batchesPerSegment
        var batches = (0..<count).map { _ in Int64.random(in: 0..<batchCount, using: &random) }
        samples = batches.map { $0 * Self.recordsPerBatch + Int64.random(in: 0..<10, using: &random) }
        batches.append(batchCount - 1)
        try build(batches, batchesARead)
        samples.shuffle(using: &random)
    }

    private var directory: String { root + "/" + partition.directoryName }

    func path(_ segment: Int, _ suffix: String) -> String {
        let digits = String(Int64(segment) * Self.offsetsPerSegment)
        return directory + "/" + String(repeating: "0", count: 20 - digits.count) + digits + suffix
    }

    /// Where the batch with this offset lies.
    func position(of offset: Int64) -> (segment: Int, position: Int64) {
        let batch = offset / Self.recordsPerBatch
        return (Int(batch / Self.batchesPerSegment), batch % Self.batchesPerSegment * Self.batchBytes)
    }

    func load(on disk: any Disk) throws -> UnifiedLog {
        let now = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 2_000)
        return try UnifiedLog.load(partition, on: disk, wasCleanlyStopped: true, now: now)
    }

    // MARK: Building

    private func build(_ wanted: [Int64], _ batchesARead: Int64) throws {
        guard mkdir(directory, 0o755) == 0 else { throw BenchmarkError(reason: "cannot create \(directory)") }
        try write(ByteBuffer(string: "0\n1\n0 0\n"), "leader-epoch-checkpoint")
        let index = Self.offsetIndex()
        for segment in 0..<segmentCount {
            try write(index, at: path(segment, ".index"))
            var times = ByteBuffer()
            times.writeMultipleIntegers(Int64(1_000), Int32(Self.offsetsPerSegment - 1))
            try write(times, at: path(segment, ".timeindex"))
            let file = try open(path(segment, ".log"))
            defer { close(file) }
            guard ftruncate(file, Int(Self.segmentBytes)) == 0 else { throw BenchmarkError(reason: "ftruncate") }
        }
        var batch = try Self.batch()
        for number in wanted.sorted() {
            let segment = Int(number / Self.batchesPerSegment)
            let file = try open(path(segment, ".log"))
            defer { close(file) }
            let first = Int64(segment) * Self.batchesPerSegment
            let end = min(number + batchesARead, first + Self.batchesPerSegment)
            for number in max(number - 2, first)..<end {
                batch.setInteger(number * Self.recordsPerBatch, at: 0)
                let position = number % Self.batchesPerSegment * Self.batchBytes
                let count = batch.withUnsafeReadableBytes { pwrite(file, $0.baseAddress, $0.count, Int(position)) }
                guard count == Int(Self.batchBytes) else { throw BenchmarkError(reason: "pwrite: errno \(errno)") }
            }
        }
        // The producers' state at a clean stop: there are none.
        var body = ByteBuffer()
        body.writeInteger(Int32(0))
        var snapshot = ByteBuffer()
        snapshot.writeMultipleIntegers(Int16(1), CRC32C.checksum(body))
        snapshot.writeBuffer(&body)
        try write(snapshot, at: path(segmentCount, ".snapshot"))
    }

    /// What `index.interval.bytes=4096` makes of batches of 4096 bytes: an entry for every second one.
    private static func offsetIndex() -> ByteBuffer {
        var index = ByteBuffer()
        for batch in stride(from: Int64(2), to: batchesPerSegment, by: 2) {
            index.writeMultipleIntegers(Int32((batch + 1) * recordsPerBatch - 1), Int32(batch * batchBytes))
        }
        return index
    }

    private static func batch() throws -> ByteBuffer {
        func built(_ lastValueBytes: Int) throws -> RecordBatch {
            var builder = RecordBatchBuilder(partitionLeaderEpoch: 0)
            for record in 0..<recordsPerBatch {
                let size = record == recordsPerBatch - 1 ? lastValueBytes : 390
                try builder.append(key: nil, value: ByteBuffer(repeating: 0x61, count: size), timestamp: 1_000)
            }
            return try builder.build()
        }
        let batch = try built(390 + Int(batchBytes) - built(390).sizeInBytes)
        precondition(batch.sizeInBytes == Int(batchBytes), "the batch fills its place exactly")
        return ByteBuffer(bytes: batch.bytes.readableBytesView)
    }

    private func open(_ path: String) throws -> CInt {
        let file = Glibc.open(path, O_RDWR | O_CREAT, 0o644)
        guard file >= 0 else { throw BenchmarkError(reason: "cannot open \(path): errno \(errno)") }
        return file
    }

    private func write(_ bytes: ByteBuffer, _ name: String) throws { try write(bytes, at: directory + "/" + name) }

    private func write(_ bytes: ByteBuffer, at path: String) throws {
        let file = try open(path)
        defer { close(file) }
        let count = bytes.withUnsafeReadableBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
        guard count == bytes.readableBytes else { throw BenchmarkError(reason: "cannot write \(path)") }
    }
}
