import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@Suite struct LogTruncationTests {
    @Test(arguments: [UInt64](1...6))
    func `two logs that parted agree again after truncation by epoch`(seed: UInt64) throws {
        // KIP-101 and KIP-279: a replica that was leader alone gives up what no other has, and nothing else.
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<10 {
            let disks = [MemoryDisk(), MemoryDisk()]
            let logs = try disks.map { try UnifiedLog.load(orders, on: $0, config: .tiny(), now: .at(0)) }
            var shared: [BatchID] = []
            var epoch: Int32 = 0
            // Both replicas share a history under several leaders ...
            for _ in 0..<Int.random(in: 0...5, using: &generator) {
                epoch += Int32.random(in: 1...2, using: &generator)
                for _ in 0..<Int.random(in: 0...6, using: &generator) {
                    let batch = try Batches.make(Int.random(in: 1...4, using: &generator))
                    let end = logs[0].logEndOffset
                    try logs[0].append(batch, epoch: epoch)
                    _ = try logs[1].appendAsFollower(logs[0].readBytes(from: end, maxBytes: 1 << 20), now: .at(0))
                }
            }
            shared = try logs[0].batchIDs()
            // ... and then each leads alone, in epochs of its own.
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                epoch += 1
                let alone = logs[Int.random(in: 0...1, using: &generator)]
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    try alone.append(try Batches.make(Int.random(in: 1...4, using: &generator)), epoch: epoch)
                }
            }
            let (follower, leader) = (logs[0], logs[1])
            // The follower asks for the end of its latest epoch until both know the same one.
            for _ in 0..<20 {
                guard let latest = follower.latestEpoch else { break }
                let end = leader.endOffset(forEpoch: latest)
                if end == .undefined {
                    let mine = follower.endOffset(forEpoch: leader.latestEpoch ?? -1)
                    try follower.truncate(to: max(0, min(mine.endOffset, leader.logEndOffset)))
                    continue
                }
                let mine = follower.endOffset(forEpoch: end.leaderEpoch)
                try follower.truncate(to: min(end.endOffset, max(mine.endOffset, 0)))
                if end.leaderEpoch == latest { break }
            }
            let kept = try follower.batchIDs()
            #expect(kept.starts(with: shared))
            #expect(try leader.batchIDs().starts(with: kept))
            if follower.logEndOffset < leader.logEndOffset {
                _ = try follower.appendAsFollower(
                    leader.readBytes(from: follower.logEndOffset, maxBytes: 100), now: .at(0))
            }
        }
    }

    @Test(arguments: [false, true])
    func `a log can be cut at every offset`(reloaded: Bool) throws {
        // The cut may fall on a segment's first batch, within a batch, or behind everything.
        for offset in Int64(0)...62 {
            let disk = MemoryDisk()
            var log = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
            for number in 0..<30 {
                let producer = Producer(id: Int64(number % 3), epoch: 0, sequence: Int32(number / 3 * 2))
                try log.append(
                    try Batches.make(2, valueBytes: 30, timestamp: Int64(number), producer: producer),
                    epoch: Int32(number / 7))
            }
            if reloaded {
                try log.close()
                disk.kill()
                log = try .load(orders, on: disk, config: .tiny(), wasCleanlyStopped: true, now: .at(0))
            }
            let all = try log.storedBatches()
            let kept = all.filter { $0.lastOffset < offset }
            try log.truncate(to: offset)
            #expect(try log.storedBatches() == kept)
            #expect(log.logEndOffset == kept.last?.nextOffset ?? 0)
            #expect(log.sizeInBytes == Int64(kept.reduce(0) { $0 + $1.sizeInBytes }))
            #expect(log.latestEpoch == kept.last?.partitionLeaderEpoch)
            let reference = try UnifiedLog.load(orders, on: MemoryDisk(), now: .at(0))
            for batch in kept { _ = try reference.appendAsFollower(batch.bytes, now: .at(0)) }
            #expect(log.producerStates == reference.producerStates)
            #expect(try log.offsetOfMaxTimestamp() == reference.offsetOfMaxTimestamp())
            let next = try log.append(try Batches.make(1, timestamp: 999), epoch: 50)
            #expect(next.firstOffset == kept.last?.nextOffset ?? 0)
            #expect(try log.offsetOfMaxTimestamp()?.offset == next.firstOffset)
        }
    }

    @Test func `a replica that is too far behind begins anew at the leader's start`() throws {
        // The leader has deleted what the follower would need next.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
        for _ in 0..<20 { try log.append(try Batches.make(2), epoch: 1) }
        try log.truncateFullyAndStart(at: 1_000)
        #expect(log.logStartOffset == 1_000 && log.logEndOffset == 1_000 && log.sizeInBytes == 0)
        #expect(log.latestEpoch == nil)
        var batch = try Batches.make(3)
        batch.assign(baseOffset: 1_000, partitionLeaderEpoch: 4)
        _ = try log.appendAsFollower(batch.bytes, now: .at(0))
        disk.kill()
        let again = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
        #expect(again.logStartOffset == 1_000 && again.logEndOffset == 1_003)
        #expect(again.endOffset(forEpoch: 4) == EpochEndOffset(leaderEpoch: 4, endOffset: 1_003))
    }

    @Test func `a log keeps a segment wherever its disk fails while it begins anew`() throws {
        // Timers still ask a failed log what is due, and one without a segment stopped the whole process.
        var failures = 0
        for count in 0..<60 {
            let disk = MemoryDisk()
            let log = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
            for _ in 0..<3 { try log.append(try Batches.make(2), epoch: 1) }
            nonisolated(unsafe) var left = count
            disk.failure = { _, _ in
                left -= 1
                return left < 0 ? "Input/output error" : nil
            }
            do throws(DiskError) {
                try log.truncateFullyAndStart(at: 1_000)
            } catch {
                failures += 1
                #expect(log.failure != nil)
            }
            #expect(!log.segmentBaseOffsets.isEmpty)
            _ = try? log.flushDue(now: .at(0))
        }
        #expect(failures > 5 && failures < 60)
    }

    @Test func `a flush says nothing about what was written after a truncation`() throws {
        // The flush that was under way covered other bytes at these offsets.
        let log = try UnifiedLog.load(orders, on: MemoryDisk(), now: .at(0))
        for _ in 0..<5 { try log.append(try Batches.make(2)) }
        let flush = try #require(try log.beginFlush(now: .at(0)))
        #expect(flush.upTo == 10)
        try log.truncate(to: 4)
        for _ in 0..<5 { try log.append(try Batches.make(2)) }
        log.completeFlush(flush)
        #expect(log.recoveryPoint == 0)
        log.completeFlush(try #require(try log.beginFlush(now: .at(0))))
        #expect(log.recoveryPoint == 14)
        #expect(try log.beginFlush(now: .at(0)) == nil)
    }

    @Test func `ended segments are due for a flush, the active one only by its settings`() throws {
        // Kafka leaves the active segment to the operating system unless told otherwise.
        let log = try UnifiedLog.load(orders, on: MemoryDisk(), config: .tiny(), now: .at(0))
        try log.append(try Batches.make(2, valueBytes: 100))
        #expect(try log.flushDue(now: .at(0)) == nil)
        while log.segmentCount == 1 { try log.append(try Batches.make(2, valueBytes: 100)) }
        let due = try #require(try log.flushDue(now: .at(0)))
        #expect(due.upTo == log.segmentBaseOffsets[1])
        #expect(due.files.count == 3)
        #expect(try log.flushDue(now: .at(0)) == nil)
        log.completeFlush(due)
        #expect(log.recoveryPoint == log.segmentBaseOffsets[1])
        log.config.flushMs = 100
        #expect(try log.flushDue(now: .at(99)) == nil)
        #expect(try log.flushDue(now: .at(100))?.upTo == log.logEndOffset)
        log.config.flushMessages = 3
        #expect(try log.append(try Batches.make(2)).mustFlushBeforeAnswer == false)
        #expect(try log.append(try Batches.make(1)).mustFlushBeforeAnswer)
        #expect(try log.flushDue(now: .at(100))?.upTo == log.logEndOffset)
    }
}
