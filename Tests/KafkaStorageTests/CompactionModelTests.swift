import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

/// Random histories of a compacted log, compared with a plain dictionary, and stopped at every change to the disk.
@Suite struct CompactionModelTests {
    /// Everything that was ever appended, and what the dictionary says now.
    private struct Model {
        var all: [Int64: Keyed.Entry] = [:]
        var latest: [String: Keyed.Entry] = [:]

        mutating func append(_ records: [(key: String, value: String?)], at offset: Int64) {
            for (number, record) in records.enumerated() {
                let entry = Keyed.Entry(offset: offset + Int64(number), key: record.key, value: record.value)
                all[entry.offset] = entry
                latest[entry.key] = entry
            }
        }

        /// What a reader from the start must find, whatever was compacted away.
        func check(_ log: UnifiedLog, _ comment: Comment) throws {
            let found = try Keyed.records(of: log)
            for (earlier, later) in zip(found, found.dropFirst()) {
                #expect(earlier.offset < later.offset, comment)
            }
            // Nothing is there that was not appended just there.
            for entry in found { #expect(all[entry.offset] == entry, comment) }
            var built: [String: Keyed.Entry] = [:]
            for entry in found { built[entry.key] = entry }
            for (key, entry) in latest {
                if entry.value == nil {
                    #expect(built[key] == nil || built[key] == entry, "\(comment): \(key) was deleted")
                } else {
                    #expect(built[key] == entry, "\(comment): \(key)")
                }
            }
            #expect(log.logEndOffset == Int64(all.count), comment)
            // From every offset on, the same order.
            for offset in stride(from: Int64(0), to: log.logEndOffset, by: 7) {
                let bytes = try log.readBytes(from: offset, maxBytes: 200)
                let records = try RecordBatches.all(in: bytes).filter { !$0.isControl }.flatMap { try $0.records() }
                    .map(\.offset).filter { $0 >= offset }
                let expected = found.map(\.offset).filter { $0 >= offset }
                #expect(expected.starts(with: records), comment)
            }
        }
    }

    private static let config: LogConfig = {
        var config = LogConfig.tiny(segmentBytes: 500, indexIntervalBytes: 120)
        config.cleanupPolicy = .compact
        config.minCleanableDirtyRatio = 0.2
        config.deleteRetentionMs = 300
        return config
    }()

    private func load(_ disk: MemoryDisk) throws -> UnifiedLog {
        let points = try CheckpointFile.readOffsets(CheckpointFile.recoveryPoints, on: disk)
        let log = try UnifiedLog.load(
            orders, on: disk, config: Self.config, recoveryPoint: points.first?.1 ?? 0, now: .at(1_000))
        let cleaned = try CheckpointFile.readOffsets(CheckpointFile.cleanedOffsets, on: disk)
        log.noteCleaned(upTo: cleaned.first?.1 ?? 0)
        return log
    }

    /// Appends and cleans; `model` holds what was acknowledged, `pending` what was under way.
    private func run(
        _ model: inout Model, _ pending: inout (records: [(key: String, value: String?)], offset: Int64)?,
        on disk: MemoryDisk, seed: UInt64, steps: Int
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let log = try load(disk)
        let codecs: [Compression] = [.none, .none, .gzip, .lz4]
        for step in 0..<steps {
            let now = Int64(1_000 + step * 20)
            if step % 10 == 9 {
                if step % 30 == 29 {
                    try log.flush()
                    try CheckpointFile.writeOffsets(
                        [(orders, log.recoveryPoint)], to: CheckpointFile.recoveryPoints, on: disk)
                }
                try log.compact(upTo: log.logEndOffset, now: now, on: disk)
                try CheckpointFile.writeOffsets(
                    [(orders, log.cleanedUpTo)], to: CheckpointFile.cleanedOffsets, on: disk)
                try log.deleteOldSegments(upTo: log.logEndOffset, now: .at(now))
                continue
            }
            var records: [(key: String, value: String?)] = []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let key = "k\(Int.random(in: 0...11, using: &generator))"
                let isTombstone = Int.random(in: 0...4, using: &generator) == 0
                records.append((key, isTombstone ? nil : "\(step)"))
            }
            let batch = try Keyed.batch(
                records, timestamp: now, compression: codecs[Int.random(in: 0..<codecs.count, using: &generator)])
            pending = (records, log.logEndOffset)
            try log.append(batch, epoch: Int32(step / 25), now: now)
            model.append(records, at: log.logEndOffset - Int64(records.count))
            pending = nil
        }
    }

    @Test(arguments: [UInt64](1...12))
    func `whatever is compacted, the last value of each key stays`(seed: UInt64) throws {
        // Several cleanings, each of them over what the ones before it left.
        let disk = MemoryDisk()
        var model = Model()
        var pending: (records: [(key: String, value: String?)], offset: Int64)?
        for part in 0..<5 {
            try run(&model, &pending, on: disk, seed: seed * 100 + UInt64(part), steps: 120)
            let log = try load(disk)
            try model.check(log, "part \(part)")
            // Twelve keys: what is compacted cannot be long.
            let compacted = try Keyed.records(of: log).count { $0.offset < log.cleanedUpTo }
            #expect(compacted <= 30)
            disk.kill()
        }
    }

    @Test(arguments: [UInt64](1...2))
    func `a process that dies at any change of a cleaning loses no value`(seed: UInt64) throws {
        // The swap of segments is finished or undone, never half done.
        let whole = MemoryDisk()
        var model = Model()
        var pending: (records: [(key: String, value: String?)], offset: Int64)?
        try run(&model, &pending, on: whole, seed: seed, steps: 60)
        for change in stride(from: Int(seed) - 1, to: whole.changeCount, by: 5) {
            let disk = MemoryDisk()
            var model = Model()
            disk.crash = .init(changesBefore: change, tornBytes: change % 90)
            try? run(&model, &pending, on: disk, seed: seed, steps: 60)
            disk.kill()
            let log = try load(disk)
            if let pending, log.logEndOffset > pending.offset { model.append(pending.records, at: pending.offset) }
            try model.check(log, "stopped at change \(change)")
            #expect(try !disk.list("orders-0").contains { $0.name.hasSuffix(".swap") || $0.name.hasSuffix(".cleaned") })
            // It can be cleaned again, and appended to.
            try log.append(Keyed.batch([("k1", "after")]), epoch: 99)
            model.append([("k1", "after")], at: log.logEndOffset - 1)
            try log.compact(upTo: log.logEndOffset, now: 10_000)
            try model.check(log, "cleaned again after change \(change)")
        }
    }

    @Test(arguments: [UInt64](1...2), [0, 2])
    func `a machine that loses power keeps every flushed value`(seed: UInt64, part: Int) throws {
        // Old segments go only when the new one has reached the platter.
        let whole = MemoryDisk()
        var model = Model()
        var pending: (records: [(key: String, value: String?)], offset: Int64)?
        try run(&model, &pending, on: whole, seed: seed, steps: 60)
        for change in stride(from: part + Int(seed) - 1, to: whole.changeCount, by: 11) {
            let disk = MemoryDisk()
            var model = Model()
            var pending: (records: [(key: String, value: String?)], offset: Int64)?
            disk.crash = .init(changesBefore: change, tornBytes: 0)
            try? run(&model, &pending, on: disk, seed: seed, steps: 60)
            let flushed = try recoveryPoint(disk)
            disk.losePower { _, unflushed in .init(changes: unflushed / (1 + change % 3), tornBytes: change % 50) }
            let log = try load(disk)
            #expect(log.logEndOffset >= flushed, "power lost at change \(change)")
            // The dictionary as it was when the log ended there.
            var shorter = Model()
            for offset in 0..<log.logEndOffset {
                let entry = try #require(model.all[offset] ?? pendingEntry(pending, offset))
                shorter.append([(entry.key, entry.value)], at: offset)
            }
            try shorter.check(log, "power lost at change \(change)")
        }
    }

    private func pendingEntry(
        _ pending: (records: [(key: String, value: String?)], offset: Int64)?, _ offset: Int64
    ) -> Keyed.Entry? {
        guard let pending, offset >= pending.offset, offset - pending.offset < pending.records.count else { return nil }
        let record = pending.records[Int(offset - pending.offset)]
        return Keyed.Entry(offset: offset, key: record.key, value: record.value)
    }

    /// What was durable for sure when the machine stopped.
    private func recoveryPoint(_ disk: MemoryDisk) throws -> Int64 {
        disk.kill()
        return try CheckpointFile.readOffsets(CheckpointFile.recoveryPoints, on: disk).first?.1 ?? 0
    }

    @Test(arguments: [UInt64](1...6))
    func `replicas that were compacted at different times stay equal per offset`(seed: UInt64) throws {
        // A follower cleans by itself, and copies what the leader has left at the time.
        var generator = SeededGenerator(seed: seed)
        let disks = [MemoryDisk(), MemoryDisk()]
        let logs = try disks.map { try load($0) }
        var model = Model()
        for step in 0..<400 {
            let now = Int64(1_000 + step * 20)
            switch Int.random(in: 0...9, using: &generator) {
            case 0:
                let log = logs[Int.random(in: 0...1, using: &generator)]
                try log.compact(upTo: min(logs[0].logEndOffset, logs[1].logEndOffset), now: now)
            case 1...3:
                while logs[1].logEndOffset < logs[0].logEndOffset {
                    let bytes = try logs[0].readBytes(from: logs[1].logEndOffset, maxBytes: 300)
                    _ = try logs[1].appendAsFollower(bytes, now: .at(now))
                }
            default:
                var records: [(key: String, value: String?)] = []
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    let isTombstone = Int.random(in: 0...5, using: &generator) == 0
                    records.append(("k\(Int.random(in: 0...9, using: &generator))", isTombstone ? nil : "\(step)"))
                }
                let first = try logs[0].append(Keyed.batch(records, timestamp: now), now: now).firstOffset
                model.append(records, at: first)
            }
        }
        while logs[1].logEndOffset < logs[0].logEndOffset {
            let bytes = try logs[0].readBytes(from: logs[1].logEndOffset, maxBytes: 300)
            _ = try logs[1].appendAsFollower(bytes, now: .at(10_000))
        }
        for log in logs { try model.check(log, "seed \(seed)") }
        let records = try logs.map { log in
            Dictionary(uniqueKeysWithValues: try Keyed.records(of: log).map { ($0.offset, $0) })
        }
        for (offset, entry) in records[0] { #expect(records[1][offset] == nil || records[1][offset] == entry) }
        // And each comes up again as it was.
        for (disk, log) in zip(disks, logs) {
            let end = log.logEndOffset
            let found = try Keyed.records(of: log)
            disk.kill()
            let again = try load(disk)
            #expect(again.logEndOffset == end)
            #expect(try Keyed.records(of: again) == found)
        }
    }
}
