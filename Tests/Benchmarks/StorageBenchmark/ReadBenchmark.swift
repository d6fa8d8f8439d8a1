import Glibc
import KafkaProtocol
import KafkaServer
import KafkaStorage
import NIOCore

/// A read at a random offset of a log of 1 TiB, against one of 1 GiB.
///
/// Both logs are read by the same offsets many times over, a stretch of one and a stretch of the other in turn, so that
/// what else the machine does hits both. The baseline is a bare pread of as much at the places of the very same batches,
/// which has the same misses of caches that no log can avoid.
struct ReadBenchmark {
    let folder: String
    let sampleCount: Int
    /// What one read brings at most.
    let bytesARead: Int

    /// What a consumer asks of a partition at once unless it is told otherwise: max.partition.fetch.bytes.
    static let bytesAFetch = 1 << 20
    /// The least that a read costs: one batch.
    static let bytesABatch = Int(SparseLog.batchBytes)

    private static let rounds = 9

    func run() throws {
        print("descriptors: \(Machine.raiseDescriptorLimit())")
        let folder = folder + "/\(bytesARead)"
        guard mkdir(folder, 0o755) == 0 else { throw BenchmarkError(reason: "cannot create \(folder)") }
        let batches = Int64(bytesARead) / SparseLog.batchBytes
        let small = try SparseLog(
            "small", segments: 1, samples: sampleCount, batchesARead: batches, root: folder, seed: 1)
        let large = try SparseLog(
            "large", segments: 1024, samples: sampleCount, batchesARead: batches, root: folder, seed: 2)
        sync()
        let disk = try FileDisk(root: folder)
        var logs: [(SparseLog, UnifiedLog)] = []
        for sparse in [small, large] {
            let (began, before) = (Machine.nanoseconds, Machine.bytesRead)
            let log = try sparse.load(on: disk)
            print(
                "\(sparse.partition): \(log.sizeInBytes >> 30) GiB, \(log.segmentCount) segments, opened in "
                    + "\(milliseconds(since: began)) ms, \(Machine.bytesRead - before) bytes read")
            logs.append((sparse, log))
        }
        let files = try logs.map { try descriptors(of: $0.0) }
        for (index, (sparse, log)) in logs.enumerated() {
            // Once to warm up, and to see that the right records come.
            for offset in sparse.samples { try check(log, offset) }
            _ = baseline(sparse, files[index])
        }
        var reads: [[Double]] = [[], []]
        var lookups: [[Double]] = [[], []]
        var preads: [[Double]] = [[], []]
        for _ in 0..<Self.rounds {
            for (index, (sparse, log)) in logs.enumerated() {
                reads[index].append(
                    try time(sparse) { try log.readBytes(from: $0, maxBytes: bytesARead).readableBytes })
                // More than a page stays in the file, so this is the search alone.
                lookups[index].append(try time(sparse) { try log.read(from: $0, maxBytes: 1 << 20).sizeInBytes })
                preads[index].append(baseline(sparse, files[index]))
            }
        }
        report("read of \(bytesARead >> 10) KiB", reads)
        report("search alone", lookups)
        report("baseline: pread of \(bytesARead >> 10) KiB", preads)
        print("descriptors held by the disk: \(disk.openDescriptorCount)")
        for descriptor in files.joined() { close(descriptor) }
    }

    private func check(_ log: UnifiedLog, _ offset: Int64) throws {
        let bytes = try log.readBytes(from: offset, maxBytes: 4096)
        let batch = try RecordBatch(bytes)
        try batch.validate()
        guard batch.baseOffset <= offset, batch.lastOffset >= offset else {
            throw BenchmarkError(reason: "offset \(offset) gave the batch at \(batch.baseOffset)")
        }
    }

    /// Nanoseconds a read.
    private func time(_ sparse: SparseLog, _ read: (Int64) throws -> Int) throws -> Double {
        let began = Machine.nanoseconds
        var total = 0
        for offset in sparse.samples { total += try read(offset) }
        precondition(total >= sparse.samples.count * 4096, "every read gives a batch")
        return Double(Machine.nanoseconds - began) / Double(sparse.samples.count)
    }

    private func descriptors(of sparse: SparseLog) throws -> [CInt] {
        try (0..<sparse.segmentCount).map { segment in
            let file = open(sparse.path(segment, ".log"), O_RDONLY)
            guard file >= 0 else { throw BenchmarkError(reason: "cannot open a segment: errno \(errno)") }
            return file
        }
    }

    private func baseline(_ sparse: SparseLog, _ files: [CInt]) -> Double {
        var page = [UInt8](repeating: 0, count: bytesARead)
        let began = Machine.nanoseconds
        var total = 0
        for offset in sparse.samples {
            let (segment, position) = sparse.position(of: offset)
            total += pread(files[segment], &page, page.count, Int(position))
        }
        precondition(total >= sparse.samples.count * 4096, "every pread gives a page")
        return Double(Machine.nanoseconds - began) / Double(sparse.samples.count)
    }

    private func report(_ name: String, _ rounds: [[Double]]) {
        let medians = rounds.map { $0.sorted()[$0.count / 2] / 1000 }
        print(
            "\(name): 1 GiB \(medians[0].short) us, 1 TiB \(medians[1].short) us, ratio "
                + (medians[1] / medians[0]).short)
    }
}

func milliseconds(since began: Int64) -> Int64 { (Machine.nanoseconds - began) / 1_000_000 }
