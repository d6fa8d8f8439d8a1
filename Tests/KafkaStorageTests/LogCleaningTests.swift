import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

/// Compaction, one rule at a time. `CompactionModelTests` asks for all of them at once.
@Suite struct LogCleaningTests {
    private func compacted(segmentBytes: Int64 = 400) -> LogConfig {
        var config = LogConfig.tiny(segmentBytes: segmentBytes)
        config.cleanupPolicy = .compact
        config.minCleanableDirtyRatio = 0
        config.deleteRetentionMs = 1_000
        return config
    }

    private func log(_ disk: MemoryDisk = MemoryDisk(), _ config: LogConfig? = nil) throws -> UnifiedLog {
        try UnifiedLog.load(orders, on: disk, config: config ?? compacted(), now: .at(0))
    }

    @Test func `of each key the last record stays, at its offset`() throws {
        // Whoever reads a compacted topic from its start learns the latest value of everything.
        let log = try log()
        for number in 0..<60 { try log.append(Keyed.batch([("k\(number % 5)", "v\(number)")])) }
        let before = log.sizeInBytes
        try log.compact(upTo: log.logEndOffset, now: 10)
        #expect(log.sizeInBytes < before)
        let base = try #require(log.segmentBaseOffsets.last)
        let records = try Keyed.records(of: log)
        #expect(records.map(\.offset) == Array(base - 5..<60))
        #expect(records.last?.value == "v59")
        #expect(log.cleanedUpTo == base)
        // Every offset can still be asked for.
        for offset in 0..<60 {
            let batches = try RecordBatches.all(in: log.readBytes(from: Int64(offset), maxBytes: 1 << 20))
            #expect(try #require(batches.first).lastOffset >= offset)
        }
    }

    @Test func `an epoch whose first records are cleaned away begins where it began, after a crash too`() throws {
        // A follower that has others there must cut them, though the leader has none left to compare (simulator's seed
        // 134922154).
        let disk = MemoryDisk()
        let log = try log(disk)
        for number in 0..<90 {
            try log.append(Keyed.batch([("k\(number % 5)", "v\(number)")]), epoch: [0, 2, 5][number / 30])
        }
        let ends = (Int32(0)...5).map { log.endOffset(forEpoch: $0) }
        try log.compact(upTo: log.logEndOffset, now: 10)
        let left = try log.storedBatches().map(\.baseOffset)
        #expect(!left.contains(30) && !left.contains(60))
        disk.kill()
        let again = try self.log(disk)
        #expect((Int32(0)...5).map { again.endOffset(forEpoch: $0) } == ends)
        #expect(ends[0].endOffset == 30)
    }

    @Test func `neither the active segment nor what is not committed is touched`() throws {
        // A record past the high watermark may be cut off, and what it replaced would be missed.
        let log = try log()
        for number in 0..<60 { try log.append(Keyed.batch([("k", "v\(number)")])) }
        try log.compact(upTo: 20, now: 10)
        let records = try Keyed.records(of: log)
        #expect(log.cleanedUpTo <= 20 && log.cleanedUpTo > 10)
        #expect(records.map(\.offset) == Array(log.cleanedUpTo - 1..<60))
        #expect(try log.cleanability(upTo: 20, now: .at(10)) == nil)
    }

    @Test func `what is not durable replaces nothing`() throws {
        // Power may go: then the record that was to take another's place is lost, and the other must still be there.
        let disk = MemoryDisk()
        let log = try log(disk)
        for number in 0..<60 { try log.append(Keyed.batch([("k", "v\(number)")])) }
        #expect(try log.cleanability(upTo: 60, now: .at(10)) == nil)
        try log.flushEndedSegments(now: 10, on: disk)
        #expect(try log.cleanability(upTo: 60, now: .at(10))?.endOffset == log.segmentBaseOffsets.last)
    }

    @Test func `a record younger than min.compaction.lag.ms stays`() throws {
        // Consumers are promised that long to see every record.
        var config = compacted()
        config.minCompactionLagMs = 500
        let log = try log(MemoryDisk(), config)
        for number in 0..<60 { try log.append(Keyed.batch([("k", "v\(number)")], timestamp: Int64(number * 10))) }
        try log.flush()
        #expect(try log.cleanability(upTo: 60, now: .at(400)) == nil)
        try log.compact(upTo: 60, now: 800)
        let offsets = try Keyed.records(of: log).map(\.offset)
        #expect(offsets.suffix(30) == Array(30..<60) && offsets.count < 40)
    }

    @Test func `min.cleanable.dirty.ratio keeps the cleaner away, max.compaction.lag.ms calls it`() throws {
        // Cleaning rewrites the whole log: it waits until that is worth it, but not for ever.
        var config = compacted()
        config.minCleanableDirtyRatio = 0.9
        let log = try log(MemoryDisk(), config)
        for number in 0..<40 { try log.append(Keyed.batch([("k\(number)", "v")], timestamp: 100)) }
        try log.compact(upTo: 40, now: 200)
        for number in 0..<10 { try log.append(Keyed.batch([("k\(number)", "w")], timestamp: 300)) }
        try log.flush()
        #expect(try log.cleanability(upTo: 50, now: .at(10_000)) == nil)
        log.config.maxCompactionLagMs = 5_000
        #expect(try log.cleanability(upTo: 50, now: .at(5_000)) == nil)
        let overdue = try #require(try log.cleanability(upTo: 50, now: .at(10_000)))
        #expect(overdue.isOverdue && overdue.dirtyRatio < 0.5)
        // What must be compacted soon does not stay in the active segment.
        #expect(try log.append(Keyed.batch([("x", "y")], timestamp: 10_000), now: 10_000).firstOffset == 50)
        #expect(log.segmentBaseOffsets.last == 50)
    }

    @Test func `a tombstone stays until its delete horizon`() throws {
        // A reader that is on its way must see the deletion, or it keeps the old value for ever.
        let log = try log()
        try log.append(Keyed.batch([("gone", "v"), ("stays", "v")]))
        try log.append(Keyed.batch([("gone", nil)]))
        func cycle(_ now: Int64) throws {
            for number in 0..<10 { try log.append(Keyed.batch([("filler", "\(number)")])) }
            try log.compact(upTo: log.logEndOffset, now: now)
        }
        try cycle(5_000)
        #expect(try Keyed.records(of: log).prefix(2).map(\.value) == ["v", nil])
        let batch = try #require(try log.storedBatches().first { $0.lastOffset == 2 })
        #expect(batch.deleteHorizonMs == 6_000 && batch.baseOffset == 2)
        #expect(try batch.records().first?.timestamp == 1_000)
        try cycle(5_999)
        #expect(try Keyed.records(of: log).prefix(2).map(\.key) == ["stays", "gone"])
        try cycle(6_000)
        #expect(try Keyed.records(of: log).map(\.key).contains("gone") == false)
        #expect(try Keyed.records(of: log).first?.key == "stays")
    }

    @Test(arguments: Compression.allCases)
    func `a compressed batch stays compressed`(compression: Compression) throws {
        // A topic's readers and its disk were sized for that.
        let log = try log(MemoryDisk(), compacted(segmentBytes: 2_000))
        let values = String(repeating: "long ", count: 50)
        for number in 0..<60 {
            try log.append(
                Keyed.batch([("k", "\(number)"), ("k\(number)", values), ("k", values)], compression: compression))
        }
        try log.compact(upTo: log.logEndOffset, now: 10)
        let batches = try log.storedBatches().filter { $0.baseOffset < log.cleanedUpTo }
        #expect(batches.count > 10 && batches.allSatisfy { $0.compression == compression })
        #expect(batches.dropLast().allSatisfy { $0.count == 1 && $0.lastOffsetDelta == 2 })
        #expect(try batches.dropLast().allSatisfy { try $0.records().map(\.offset) == [$0.baseOffset + 1] })
    }

    @Test func `the last batch of a producer stays, so that its retry is still known`() throws {
        // Its sequence number is in no other place once the snapshots are gone.
        let disk = MemoryDisk()
        var log = try log(disk)
        try log.append(Keyed.batch([("k", "first")], producer: Producer(id: 9, epoch: 2, sequence: 0)))
        let last = try Keyed.batch([("k", "second")], producer: Producer(id: 9, epoch: 2, sequence: 1))
        try log.append(last)
        for number in 0..<30 { try log.append(Keyed.batch([("k", "\(number)")])) }
        try log.compact(upTo: log.logEndOffset, now: 10)
        let kept = try #require(try log.storedBatches().first)
        #expect(kept.producerId == 9 && kept.count == 0 && kept.baseOffset == 1 && kept.lastSequence == 1)
        for entry in try disk.list("orders-0") where entry.name.hasSuffix(".snapshot") {
            try disk.remove("orders-0/" + entry.name)
        }
        disk.kill()
        log = try self.log(disk)
        let again = try log.append(last)
        #expect(again.isDuplicate && again.firstOffset == 1)
    }

    @Test func `aborted records go, and markers stay until their delete horizon`() throws {
        // A marker without records ends nothing, but a reader that saw the records still needs it.
        let log = try log(MemoryDisk(), compacted(segmentBytes: 300))
        func transaction(_ key: String, sequence: Int32, isCommit: Bool) throws {
            try log.append(
                Keyed.batch(
                    [(key, isCommit ? "committed" : "aborted")],
                    producer: Producer(id: 3, epoch: 0, sequence: sequence),
                    isTransactional: true))
            let marker = try EndTransactionMarker(isCommit: isCommit, coordinatorEpoch: 1)
                .batch(producerId: 3, producerEpoch: 0, timestamp: 1_000)
            _ = try log.appendAsLeader(marker.bytes, leaderEpoch: 0, origin: .internal, now: .at(1_000))
        }
        func cycle(_ now: Int64) throws {
            for number in 0..<10 { try log.append(Keyed.batch([("filler", "\(number)")])) }
            try log.compact(upTo: log.logEndOffset, now: now)
        }
        try log.append(Keyed.batch([("k", "before")]))
        try transaction("k", sequence: 0, isCommit: false)
        try transaction("other", sequence: 1, isCommit: true)
        try transaction("last", sequence: 2, isCommit: true)
        try cycle(5_000)
        #expect(try Keyed.records(of: log).prefix(3).map(\.value) == ["before", "committed", "committed"])
        #expect(try markers(log) == [2, 4, 6])
        try cycle(5_100)
        #expect(try log.storedBatches().first { $0.baseOffset == 2 }?.deleteHorizonMs == 6_100)
        #expect(try markers(log) == [2, 4, 6])
        try cycle(6_100)
        #expect(try markers(log) == [4, 6])
    }

    private func markers(_ log: UnifiedLog) throws -> [Int64] {
        try log.storedBatches().filter { $0.isControl && $0.count > 0 }.map(\.baseOffset)
    }

    @Test func `more keys than the map holds are cleaned in several rounds`() throws {
        // Memory is bounded, whatever the log holds.
        let log = try log()
        for round in 0..<3 {
            for number in 0..<200 { try log.append(Keyed.batch([("k\(number)", "v\(round)")])) }
        }
        try log.flush()
        var rounds = 0
        while let range = try log.cleanability(upTo: 600, now: .at(10)) {
            var cleaning = LogCleaning(log, range, mapBytes: 2_000)
            while try !cleaning.run(maxBytes: 1_000, now: .at(10)) {}
            rounds += 1
        }
        #expect(rounds > 5)
        let records = try Keyed.records(of: log)
        #expect(records.count <= 210 && records.allSatisfy { $0.value == "v2" || $0.offset + 200 >= log.cleanedUpTo })
    }

    @Test func `a cleaning gives up when segments go meanwhile`() throws {
        // A truncation between two slices changes what the last record of a key is.
        for slices in 1..<30 {
            let disk = MemoryDisk()
            let log = try log(disk)
            for number in 0..<60 { try log.append(Keyed.batch([("k\(number % 7)", "v\(number)")])) }
            try log.flush()
            let range = try #require(try log.cleanability(upTo: 60, now: .at(10)))
            var cleaning = LogCleaning(log, range, mapBytes: 1 << 20)
            for _ in 0..<slices { _ = try cleaning.run(maxBytes: 300, now: .at(10)) }
            try log.truncate(to: 30)
            #expect(try cleaning.run(maxBytes: 300, now: .at(10)))
            #expect(try !disk.list("orders-0").contains { $0.name.hasSuffix(".cleaned") })
            #expect(log.logEndOffset == 30 && log.cleanedUpTo <= 30)
            #expect(try log.append(Keyed.batch([("k", "v")])).firstOffset == 30)
            let latest = Dictionary(try Keyed.records(of: log).map { ($0.key, $0.offset) }, uniquingKeysWith: max)
            // What the truncation took away may have been all that there was of a key, never more than that.
            #expect(latest["k"] == 30)
        }
    }

    @Test func `damage is found and left alone`() throws {
        // Written anew it would get a checksum that says all is well.
        let disk = MemoryDisk()
        let log = try log(disk)
        for number in 0..<60 { try log.append(Keyed.batch([("k\(number)", "v\(number)")])) }
        let file = try disk.open("orders-0/00000000000000000000.log", creating: false)
        try disk.write(ByteBuffer(string: "?"), to: file, at: 70)
        let bytes = try disk.read(file, at: 0, count: 1 << 20)
        let error = #expect(throws: DiskError.self) { try log.compact(upTo: 60, now: 10) }
        #expect(error?.isDamage == true && log.failure == nil && log.cleanedUpTo == 0)
        #expect(try disk.read(file, at: 0, count: 1 << 20) == bytes)
        #expect(try log.append(Keyed.batch([("k", "v")])).firstOffset == 60)
    }

    @Test func `a topic that is also deleted loses old segments as well`() throws {
        // cleanup.policy=compact,delete keeps the latest values of a while.
        var config = compacted()
        config.cleanupPolicy = .compactAndDelete
        config.retentionMs = 1_000
        let log = try log(MemoryDisk(), config)
        for number in 0..<60 { try log.append(Keyed.batch([("k\(number)", "v")], timestamp: Int64(number * 100))) }
        try log.compact(upTo: 60, now: 6_000)
        #expect(try Keyed.records(of: log).count == 60)
        try log.deleteOldSegments(upTo: 60, now: .at(6_000))
        #expect(log.logStartOffset > 40)
        config.cleanupPolicy = .compact
        log.config = config
        let start = log.logStartOffset
        try log.deleteOldSegments(upTo: 60, now: .at(60_000))
        #expect(log.logStartOffset == start)
    }
}

/// Batches of texts by key.
enum Keyed {
    struct Entry: Hashable {
        var offset: Int64
        var key: String
        var value: String?
    }

    static func batch(
        _ records: [(key: String, value: String?)], timestamp: Int64 = 1_000, producer: Producer? = nil,
        compression: Compression = .none, isTransactional: Bool = false
    ) throws -> RecordBatch {
        var builder = RecordBatchBuilder(
            compression: compression, producerId: producer?.id ?? -1, producerEpoch: producer?.epoch ?? -1,
            baseSequence: producer?.sequence ?? -1, isTransactional: isTransactional)
        for (key, value) in records {
            try builder.append(
                key: ByteBuffer(string: key), value: value.map { ByteBuffer(string: $0) }, timestamp: timestamp)
        }
        return try builder.build()
    }

    /// All data records of a log, in the order in which a reader meets them.
    static func records(of log: UnifiedLog) throws -> [Entry] {
        try log.storedBatches().filter { !$0.isControl }.flatMap { try $0.records() }
            .map {
                Entry(
                    offset: $0.offset, key: $0.key.map { String(buffer: $0) } ?? "",
                    value: $0.value.map { String(buffer: $0) })
            }
    }
}

extension UnifiedLog {
    /// Makes durable what has ended, as the broker does after each append.
    func flushEndedSegments(now: Int64, on disk: MemoryDisk) throws {
        guard let due = try flushDue(now: .at(now)) else { return }
        for file in due.files { try disk.flush(file) }
        completeFlush(due)
    }

    /// Cleans once, in small slices, if there is anything to clean.
    func compact(upTo limit: Int64, now: Int64, on disk: MemoryDisk? = nil) throws {
        if let disk { try flushEndedSegments(now: now, on: disk) } else { try flush() }
        guard let range = try cleanability(upTo: limit, now: .at(now)) else { return }
        var cleaning = LogCleaning(self, range, mapBytes: 1 << 20)
        do {
            while try !cleaning.run(maxBytes: 500, now: .at(now)) {}
        } catch {
            cleaning.abandon()
            throw error
        }
    }
}
