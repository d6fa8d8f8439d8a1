import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@Suite struct RetentionTests {
    private func filled(_ disk: MemoryDisk, _ config: LogConfig) throws -> UnifiedLog {
        let log = try UnifiedLog.load(orders, on: disk, config: config, now: .at(0))
        for number in 0..<30 {
            try log.append(
                try Batches.make(2, valueBytes: 40, timestamp: Int64(number) * 100), epoch: Int32(number / 10))
        }
        return log
    }

    @Test func `segments older than retention.ms go, and never past the high watermark`() throws {
        // A record that is not replicated yet is not old, whatever its timestamp says.
        let disk = MemoryDisk()
        var config = LogConfig.tiny()
        config.retentionMs = 1_000
        let log = try filled(disk, config)
        #expect(try log.deleteOldSegments(upTo: 0, now: .at(2_500)) == 0)
        #expect(try log.deleteOldSegments(upTo: 60, now: .at(2_500)) > 0)
        let oldest = try #require(try log.storedBatches().first)
        #expect(oldest.baseOffset == log.logStartOffset)
        #expect(oldest.maxTimestamp <= 1_501 && oldest.maxTimestamp > 1_000)
        #expect(throws: LogReadError.self) { try log.read(from: 0, maxBytes: 1) }
        let files = try disk.list("orders-0").filter { $0.name.hasSuffix(".deleted") }
        #expect(!files.isEmpty)
        try log.deleteOldSegments(upTo: 60, now: .at(62_400))
        #expect(try disk.list("orders-0").contains { $0.name.hasSuffix(".deleted") })
        log.config.retentionMs = -1
        try log.deleteOldSegments(upTo: 60, now: .at(62_500))
        #expect(try disk.list("orders-0").count { $0.name.hasSuffix(".log.deleted") } < files.count)
    }

    @Test func `the whole log may grow old`() throws {
        // An idle topic empties, and goes on at the same offset.
        let disk = MemoryDisk()
        var config = LogConfig.tiny()
        config.retentionMs = 1_000
        let log = try filled(disk, config)
        try log.deleteOldSegments(upTo: 60, now: .at(100_000))
        #expect(log.logStartOffset == 60 && log.logEndOffset == 60 && log.sizeInBytes == 0)
        #expect(try log.append(try Batches.make(1, timestamp: 100_000), epoch: 3).firstOffset == 60)
        disk.kill()
        let again = try UnifiedLog.load(orders, on: disk, config: config, now: .at(100_000))
        #expect(again.logStartOffset == 60 && again.logEndOffset == 61)
    }

    @Test func `without a cleanup policy nothing grows old`() throws {
        // An empty list is how a user says: keep it for ever.
        var config = LogConfig.tiny()
        config.retentionMs = 1_000
        config.retentionBytes = 1
        config.cleanupPolicy = .neither
        let log = try filled(MemoryDisk(), config)
        #expect(try log.deleteOldSegments(upTo: 60, now: .at(100_000)) == 0 && !log.config.compacts)
        try log.updateLogStartOffset(40)
        #expect(try log.deleteOldSegments(upTo: 60, now: .at(100_000)) > 0 && log.logStartOffset == 40)
    }

    @Test func `who wrote what retention took is known after a kill`() throws {
        // A producer that never heard of its batch sends it again (seed 2108525): by the snapshot alone it is known.
        let disk = MemoryDisk()
        var config = LogConfig.tiny()
        config.retentionMs = 1_000
        let log = try UnifiedLog.load(orders, on: disk, config: config, now: .at(0))
        let last = try Batches.make(2, timestamp: 0, producer: Producer(id: 7, epoch: 0, sequence: 0))
        try log.append(last)
        try log.deleteOldSegments(upTo: 2, now: .at(100_000))
        #expect(log.logStartOffset == 2)
        disk.kill()
        let again = try UnifiedLog.load(orders, on: disk, config: config, recoveryPoint: 0, now: .at(100_000))
        let info = try again.append(last)
        #expect(info.isDuplicate && info.firstOffset == 0 && again.logEndOffset == 2)
    }

    @Test func `the oldest segments go while the log is over retention.bytes`() throws {
        // Kafka keeps at least that many bytes.
        let disk = MemoryDisk()
        var config = LogConfig.tiny()
        config.retentionBytes = 2_000
        config.retentionMs = -1
        let log = try filled(disk, config)
        try log.deleteOldSegments(upTo: 60, now: .at(0))
        #expect(log.sizeInBytes >= 2_000 && log.sizeInBytes < 2_600)
        #expect(try log.storedBatches().last?.lastOffset == 59)
    }

    @Test func `segments before the log start go`() throws {
        // DeleteRecords raises the start; the space comes back with the next round.
        let disk = MemoryDisk()
        let log = try filled(disk, .tiny())
        try log.updateLogStartOffset(31)
        #expect(log.segmentBaseOffsets[0] == 0)
        try log.deleteOldSegments(upTo: 60, now: .at(0))
        #expect(log.logStartOffset == 31)
        #expect(log.segmentBaseOffsets[0] <= 31 && log.segmentBaseOffsets[1] > 31)
        #expect(try RecordBatches.all(in: log.readBytes(from: 31, maxBytes: 1)).first?.lastOffset == 31)
    }

    @Test func `a deleted log leaves nothing, wherever the deletion stops`() throws {
        // A folder with half a log in it would come back as a partition.
        for change in 0..<10 {
            let disk = MemoryDisk()
            let log = try filled(disk, .tiny())
            disk.crash = .init(changesBefore: change, tornBytes: 0)
            try? log.delete()
            disk.kill()
            try UnifiedLog.removeDeletedDirectories(on: disk)
            let left = try disk.list("").map(\.name)
            #expect(left == [] || left == ["orders-0"])
            if left == ["orders-0"] {
                #expect(try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0)).logEndOffset == 60)
            }
        }
    }
}
