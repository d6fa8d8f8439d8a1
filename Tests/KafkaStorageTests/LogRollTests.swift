import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@Suite struct LogRollTests {
    @Test func `files bear Kafka's names and hold Kafka's entries`() throws {
        // Kafka's own tools must be able to read them.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
        let batch = try Batches.make(2, valueBytes: 40)
        for number in 0..<6 {
            try log.append(try Batches.make(2, valueBytes: 40, timestamp: Int64(number) * 10), epoch: 4)
        }
        try log.close()
        let size = batch.sizeInBytes
        #expect(600 / size == 3)
        #expect(
            try disk.list("orders-0").map(\.name) == [
                "00000000000000000000.index", "00000000000000000000.log", "00000000000000000000.timeindex",
                "00000000000000000006.index", "00000000000000000006.log", "00000000000000000006.snapshot",
                "00000000000000000006.timeindex", "00000000000000000012.snapshot", "leader-epoch-checkpoint",
            ])
        var index = ByteBuffer()
        for (offset, position) in [(Int32(3), Int32(size)), (5, Int32(2 * size))] {
            index.writeMultipleIntegers(offset, position)
        }
        #expect(try disk.contents(of: "orders-0/00000000000000000000.index") == index)
        var times = ByteBuffer()
        for (time, offset) in [(Int64(11), Int32(3)), (21, 5)] { times.writeMultipleIntegers(time, offset) }
        #expect(try disk.contents(of: "orders-0/00000000000000000000.timeindex") == times)
        #expect(try disk.text(of: "orders-0/leader-epoch-checkpoint") == "0\n1\n4 0\n")
        #expect(try disk.contents(of: "orders-0/00000000000000000000.log")?.readableBytes == 3 * size)
    }

    @Test func `a segment ends before it would outgrow its size`() throws {
        // segment.bytes is a bound, not a hint.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, config: .tiny(segmentBytes: 1_000), now: .at(0))
        for number in 0..<50 { try log.append(try Batches.make(1, valueBytes: number * 15)) }
        for entry in try disk.list("orders-0") where entry.name.hasSuffix(".log") { #expect(entry.size <= 1_000) }
        #expect(
            log.sizeInBytes
                == (try disk.list("orders-0").filter { $0.name.hasSuffix(".log") }.reduce(0) { $0 + $1.size }))
    }

    @Test func `a segment ends by the time of its records`() throws {
        // Retention deletes whole segments, so an old record must not wait for a full one.
        let disk = MemoryDisk()
        var config = LogConfig()
        config.segmentMs = 1_000
        let log = try UnifiedLog.load(orders, on: disk, config: config, now: .at(0))
        for time in [Int64(0), 1_000, 1_001, 2_001, 2_002] {
            try log.append(try Batches.make(1, timestamp: time), now: time)
        }
        #expect(log.segmentBaseOffsets == [0, 2, 4])
    }

    @Test func `a full index ends its segment`() throws {
        // Without an entry a read would have to walk.
        let disk = MemoryDisk()
        var config = LogConfig.tiny(segmentBytes: 1 << 20, indexIntervalBytes: 0)
        config.segmentIndexBytes = 120
        let log = try UnifiedLog.load(orders, on: disk, config: config, now: .at(0))
        for number in 0..<60 { try log.append(try Batches.make(1, timestamp: Int64(number))) }
        #expect(log.segmentCount > 3)
        try log.close()
        for entry in try disk.list("orders-0") where entry.name.hasSuffix("index") { #expect(entry.size <= 120) }
    }

    @Test func `a follower splits a long fetch over its own segments`() throws {
        // A fetch is up to a megabyte, and a lab's segments are smaller.
        let leaderDisk = MemoryDisk()
        let leader = try UnifiedLog.load(orders, on: leaderDisk, now: .at(0))
        for number in 0..<40 {
            try leader.append(try Batches.make(2, timestamp: Int64(number)), epoch: Int32(number / 10))
        }
        let disk = MemoryDisk()
        let follower = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
        let bytes = try leader.readBytes(from: 0, maxBytes: 3_000)
        let info = try follower.appendAsFollower(bytes, now: .at(0))
        #expect(info.firstOffset == 0)
        #expect(follower.logEndOffset == info.lastOffset + 1)
        #expect(follower.segmentCount > 4)
        _ = try follower.appendAsFollower(
            leader.readBytes(from: follower.logEndOffset, maxBytes: 1 << 20), now: .at(0))
        #expect(try follower.batchIDs() == leader.batchIDs())
        for epoch in Int32(0)...4 { #expect(follower.endOffset(forEpoch: epoch) == leader.endOffset(forEpoch: epoch)) }
    }

    @Test func `a follower refuses records that do not follow its end`() throws {
        // A gap below would be a log that has silently lost records.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, now: .at(0))
        try log.append(try Batches.make(5))
        var batch = try Batches.make(2)
        batch.assign(baseOffset: 4, partitionLeaderEpoch: 0)
        #expect(throws: LogAppendError.unexpectedOffset(expected: 5, found: 4)) {
            try log.appendAsFollower(batch.bytes, now: .at(0))
        }
        #expect(log.logEndOffset == 5)
    }

    @Test func `LogAppendTime is stamped on every batch, and its checksum holds`() throws {
        // The timestamp lies under the checksum.
        let disk = MemoryDisk()
        var config = LogConfig()
        config.messageTimestampType = .logAppendTime
        let log = try UnifiedLog.load(orders, on: disk, config: config, now: .at(0))
        let info = try log.append(try Batches.make(3, timestamp: 5), now: 77_000)
        #expect(info.logAppendTime == 77_000)
        let records = try log.storedBatches().flatMap { try $0.records() }
        #expect(records.map(\.timestamp) == [77_000, 77_000, 77_000])
    }

    @Test func `a batch over max.message.bytes is refused with its own error`() throws {
        // Producers split a batch on exactly this error.
        let disk = MemoryDisk()
        var config = LogConfig()
        config.maxMessageBytes = 500
        let log = try UnifiedLog.load(orders, on: disk, config: config, now: .at(0))
        let batch = try Batches.make(1, valueBytes: 600)
        let error = #expect(throws: LogAppendError.self) { try log.append(batch) }
        #expect(error?.errorCode == .messageTooLarge)
        #expect(log.logEndOffset == 0)
        let info = try log.appendAsLeader(batch.bytes, leaderEpoch: 0, origin: .internal, now: .at(0))
        #expect(info.lastOffset == 0)
    }

    @Test func `a damaged batch from a producer is refused`() throws {
        // What is stored unsound would stop every consumer.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, now: .at(0))
        var bytes = try Batches.make(3).bytes
        bytes.setInteger(UInt8(0xEE), at: bytes.writerIndex - 2)
        let error = #expect(throws: LogAppendError.self) {
            try log.appendAsLeader(bytes, leaderEpoch: 0, now: .at(0))
        }
        #expect(error?.errorCode == .corruptMessage)
        #expect(log.sizeInBytes == 0)
    }

    @Test func `after the disk has failed the log is offline`() throws {
        // Memory and disk may differ then; only loading it anew makes sure.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, now: .at(0))
        try log.append(try Batches.make(2))
        disk.crash = .init(changesBefore: 0, tornBytes: 10)
        let error = #expect(throws: LogAppendError.self) { try log.append(try Batches.make(2)) }
        #expect(error?.errorCode == .kafkaStorageError)
        disk.kill()
        #expect(throws: LogAppendError.self) { try log.append(try Batches.make(2)) }
        let again = try UnifiedLog.load(orders, on: disk, now: .at(0))
        #expect(again.logEndOffset == 2)
        #expect(again.bytesCutByRecovery == 10)
    }
}
