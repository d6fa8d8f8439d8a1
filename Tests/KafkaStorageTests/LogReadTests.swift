import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

/// A log of many small segments against the plain list of its batches.
@Suite struct LogReadTests {
    private struct Model {
        var log: UnifiedLog
        var batches: [RecordBatch]
    }

    private func model(
        on disk: MemoryDisk, seed: UInt64, count: Int, config: LogConfig, firstSegmentAt start: Int64 = 0
    ) throws -> Model {
        var generator = SeededGenerator(seed: seed)
        let log = try UnifiedLog.load(orders, on: disk, config: config, logStartOffset: start, now: .at(0))
        var batches: [RecordBatch] = []
        for number in 0..<count {
            var batch = try Batches.make(
                Int.random(in: 1...6, using: &generator), valueBytes: Int.random(in: 0...60, using: &generator),
                timestamp: 1_000 + Int64(number))
            let info = try log.append(batch, epoch: 3)
            batch.assign(baseOffset: info.firstOffset, partitionLeaderEpoch: 3)
            batches.append(batch)
        }
        return Model(log: log, batches: batches)
    }

    private func expected(
        _ model: Model, from offset: Int64, upTo limit: Int64
    ) -> ArraySlice<RecordBatch> {
        guard let first = model.batches.firstIndex(where: { $0.lastOffset >= offset }) else { return [] }
        return model.batches[first...].prefix { $0.lastOffset < limit }
    }

    @Test(arguments: [UInt64](1...4), [false, true])
    func `a read at any offset begins with the batch that holds it`(seed: UInt64, reloaded: Bool) throws {
        // Segments, index entries and batches end at different places; each offset meets another mixture of them.
        let disk = MemoryDisk()
        var model = try model(on: disk, seed: seed, count: 60, config: .tiny(), firstSegmentAt: Int64(seed * 7))
        if reloaded {
            try model.log.close()
            disk.kill()
            model.log = try .load(
                orders, on: disk, config: .tiny(), logStartOffset: Int64(seed * 7), wasCleanlyStopped: true, now: .at(0)
            )
        }
        #expect(model.log.segmentCount > 10)
        for offset in model.log.logStartOffset..<model.log.logEndOffset {
            let found = try RecordBatches.all(in: model.log.readBytes(from: offset, maxBytes: 1 << 20))
            let expected = expected(model, from: offset, upTo: .max)
            #expect(!found.isEmpty && found == Array(expected.prefix(found.count)))
        }
        #expect(try model.log.storedBatches() == model.batches)
    }

    @Test func `no read passes its limit`() throws {
        // The limit is the high watermark; what lies behind it may still be taken back.
        let disk = MemoryDisk()
        let model = try model(on: disk, seed: 9, count: 40, config: .tiny())
        let end = model.log.logEndOffset
        for offset in 0..<end {
            for limit in stride(from: offset, through: end, by: 3) {
                let found = try RecordBatches.all(
                    in: model.log.readBytes(from: offset, maxBytes: 1 << 20, upTo: limit))
                let expected = expected(model, from: offset, upTo: limit)
                #expect(found == Array(expected.prefix(found.count)))
                #expect(found.isEmpty == expected.isEmpty)
            }
        }
    }

    @Test func `a byte limit cuts the run, but never the first batch`() throws {
        // A consumer with a small limit must still get on.
        let disk = MemoryDisk()
        let model = try model(on: disk, seed: 5, count: 30, config: .tiny(segmentBytes: 4_000))
        for batch in model.batches {
            for maxBytes in [0, 1, 100, 300, 1_000] {
                let bytes = try model.log.readBytes(from: batch.lastOffset, maxBytes: maxBytes)
                #expect(bytes.readableBytes <= max(maxBytes, batch.sizeInBytes))
                #expect(try RecordBatches.all(in: bytes).first == batch)
                let strict = try model.log.readBytes(from: batch.lastOffset, maxBytes: maxBytes, minOneBatch: false)
                #expect(strict.readableBytes == (maxBytes < batch.sizeInBytes ? 0 : bytes.readableBytes))
            }
        }
    }

    @Test func `offsets outside the log are out of range`() throws {
        // A consumer must learn that its records are gone, or were never there.
        let disk = MemoryDisk()
        let log = try model(on: disk, seed: 2, count: 5, config: .tiny(), firstSegmentAt: 50).log
        let end = log.logEndOffset
        for offset in [Int64.min, -1, 49, end + 1, .max] {
            #expect(throws: LogReadError.offsetOutOfRange(offset: offset, logStartOffset: 50, logEndOffset: end)) {
                try log.read(from: offset, maxBytes: 100)
            }
        }
        #expect(try log.read(from: end, maxBytes: 100).isEmpty)
    }

    @Test func `many bytes stay in the file, few come as bytes`() throws {
        // sendfile pays only above some size.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, now: .at(0))
        let batch = try Batches.make(10, valueBytes: 1_000)
        for _ in 0..<10 { try log.append(batch) }
        guard case .bytes(let few) = try log.read(from: 0, maxBytes: 12_000).records else {
            Issue.record("12,000 bytes came as a range of a file")
            return
        }
        #expect(few.readableBytes == 12_000)
        guard case .file(let file, let offset, let length) = try log.read(from: 25, maxBytes: 1 << 20).records else {
            Issue.record("a megabyte came as bytes")
            return
        }
        #expect(offset == Int64(2 * batch.sizeInBytes))
        #expect(length == 8 * batch.sizeInBytes)
        let bytes = try disk.read(file, at: offset, count: length)
        #expect(try RecordBatches.all(in: bytes).map(\.baseOffset) == [20, 30, 40, 50, 60, 70, 80, 90])
    }

    @Test func `a read costs the same wherever it begins in a long log`() throws {
        // Without the index it would walk from the segment's start.
        let disk = MemoryDisk()
        var config = LogConfig()
        config.segmentBytes = 1 << 20
        let log = try UnifiedLog.load(orders, on: disk, config: config, now: .at(0))
        let batch = try Batches.make(1, valueBytes: 20)
        for _ in 0..<40_000 { try log.append(batch) }
        try log.close()
        disk.kill()
        let again = try UnifiedLog.load(orders, on: disk, config: config, wasCleanlyStopped: true, now: .at(0))
        #expect(again.segmentCount > 2)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            let offset = Int64.random(in: 0..<40_000, using: &generator)
            let reads = disk.readCount
            let bytes = disk.bytesRead
            _ = try again.read(from: offset, maxBytes: 1 << 20, upTo: 40_000)
            #expect(disk.readCount - reads <= 8)
            #expect(disk.bytesRead - bytes <= 50_000)
        }
    }

    @Test func `reading at the end of the log reads no index and no header`() throws {
        // Nearly every fetch is one of these.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, now: .at(0))
        let batch = try Batches.make(1, valueBytes: 20_000)
        for _ in 0..<500 { try log.append(batch) }
        let reads = disk.readCount
        for offset in Int64(450)..<500 {
            guard case .file = try log.read(from: offset, maxBytes: 1 << 20, upTo: 500).records else {
                Issue.record("offset \(offset) came as bytes")
                continue
            }
        }
        #expect(disk.readCount == reads)
    }

    @Test func `an append is one call to the disk`() throws {
        // Index entries wait in memory until they fill a block.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, now: .at(0))
        let batch = try Batches.make(10, valueBytes: 1_000)
        try log.append(batch)
        let changes = disk.changeCount
        for _ in 0..<300 { try log.append(batch) }
        #expect(disk.changeCount - changes == 300)
    }
}
