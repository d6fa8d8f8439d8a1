import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@Suite struct LogRecoveryTests {
    private func filled(_ disk: MemoryDisk, batches: Int = 30, config: LogConfig = .tiny()) throws -> UnifiedLog {
        let log = try UnifiedLog.load(orders, on: disk, config: config, now: .at(0))
        for number in 0..<batches {
            let producer = Producer(id: 7, epoch: 0, sequence: Int32(number * 2))
            try log.append(
                try Batches.make(2, valueBytes: 20, timestamp: Int64(number * 10), producer: producer),
                epoch: Int32(number / 12))
        }
        return log
    }

    private func damage(_ path: String, at offset: Int64, on disk: MemoryDisk) throws {
        let file = try disk.open(path, creating: false)
        var byte = try disk.read(file, at: offset, count: 1)
        byte.setInteger((byte.getInteger(at: 0, as: UInt8.self) ?? 0) ^ 0x40, at: 0)
        try disk.write(byte, to: file, at: offset)
        disk.close(file)
    }

    @Test func `recovery cuts at the first bad checksum and drops later segments`() throws {
        // Batches behind a damaged one cannot be trusted to follow what is before it.
        for number in 0..<30 {
            let disk = MemoryDisk()
            let log = try filled(disk)
            let all = try log.storedBatches()
            let victim = all[number]
            let base = try #require(log.segmentBaseOffsets.last { $0 <= victim.baseOffset })
            let before = all.filter { $0.baseOffset >= base && $0.baseOffset < victim.baseOffset }
            let position = before.reduce(0) { $0 + $1.sizeInBytes }
            disk.kill()
            let digits = String(base)
            let path = "orders-0/" + String(repeating: "0", count: 20 - digits.count) + digits + ".log"
            try damage(path, at: Int64(position + 70), on: disk)
            let again = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
            #expect(try again.storedBatches() == Array(all[..<number]))
            #expect(again.bytesCutByRecovery == Int64(all[number...].reduce(0) { $0 + $1.sizeInBytes }))
            #expect(again.producerStates.first?.lastSequence ?? -1 == Int32(number * 2 - 1))
        }
    }

    @Test func `no record outlives the word of whose it is`() throws {
        // Power is lost: else the folder would be taken for that of the next topic of its name (seed 1487).
        for mayFlush in [false, true] {
            let disk = MemoryDisk()
            let log = try UnifiedLog.load(orders, on: disk, now: .at(0))
            let id = Uuid(high: 1, low: 2)
            try log.assignTopicID(id)
            try log.append(try Batches.make(2))
            if mayFlush { try log.flush() }
            disk.losePower { path, changes in path.hasSuffix(".log") ? .init(changes: changes, tornBytes: 0) : .nothing
            }
            let found = try UnifiedLog.load(orders, on: disk, now: .at(1))
            #expect(found.topicID == id)
            #expect(found.logEndOffset == 2)
        }
    }

    @Test(arguments: [false, true])
    func `a cut that a loss of power takes back is noticed`(flushesInBetween: Bool) throws {
        // The cut end of a segment came back under the segment that followed it: readers met its records twice, and its
        // producers' sequences counted again (seed 198613245).
        let config = LogConfig.tiny(segmentBytes: 1000)
        // Whatever is known of the recovery point: its file may be an older one.
        for known: Int64 in [0, 1, 2, 5] {
            let disk = MemoryDisk()
            let log = try UnifiedLog.load(orders, on: disk, config: config, now: .at(0))
            for number in 0..<5 {
                try log.append(try Batches.make(producer: Producer(id: 7, epoch: 0, sequence: Int32(number))))
            }
            try log.flush()
            try log.truncate(to: 1)
            // Too large for the rest of the segment.
            try log.append(try Batches.make(valueBytes: 900), epoch: 1)
            #expect(log.segmentBaseOffsets == [0, 1])
            if flushesInBetween {
                try log.flush()
                #expect(log.recoveryPoint == 2)
            }
            disk.losePower()
            let again = try UnifiedLog.load(orders, on: disk, config: config, recoveryPoint: known, now: .at(0))
            let found = try again.batchIDs()
            #expect(found.map(\.firstOffset) == Array(0..<Int64(found.count)))
            #expect(found.map(\.epoch) == (flushesInBetween ? [0, 1] : [0, 0, 0, 0, 0]))
            #expect(again.logEndOffset == Int64(found.count))
            #expect(again.producerStates.first?.lastSequence == (flushesInBetween ? 0 : 4))
        }
    }

    @Test func `segments before the recovery point are not read again`() throws {
        // They were flushed; a broker with a terabyte must not read it after every crash.
        let disk = MemoryDisk()
        let log = try filled(disk, batches: 2_000, config: .tiny(segmentBytes: 20_000, indexIntervalBytes: 1_000))
        try log.flush()
        let recoveryPoint = log.recoveryPoint
        #expect(recoveryPoint == log.logEndOffset)
        disk.kill()
        let before = disk.bytesRead
        let again = try UnifiedLog.load(
            orders, on: disk, config: .tiny(segmentBytes: 20_000, indexIntervalBytes: 1_000),
            recoveryPoint: recoveryPoint,
            now: .at(0))
        #expect(again.logEndOffset == 4_000)
        #expect(disk.bytesRead - before < 60_000)
        #expect(again.sizeInBytes > 200_000)
    }

    @Test func `after a clean stop no segment is read`() throws {
        // Ten thousand partitions must start in seconds.
        let disk = MemoryDisk()
        let log = try filled(disk, batches: 2_000, config: .tiny(segmentBytes: 20_000, indexIntervalBytes: 1_000))
        let (states, size) = (log.producerStates, log.sizeInBytes)
        try log.close()
        disk.kill()
        let (reads, bytes) = (disk.readCount, disk.bytesRead)
        let again = try UnifiedLog.load(
            orders, on: disk, config: .tiny(segmentBytes: 20_000, indexIntervalBytes: 1_000), wasCleanlyStopped: true,
            now: .at(0))
        #expect(again.logEndOffset == 4_000)
        #expect(again.recoveryPoint == 4_000)
        #expect(again.sizeInBytes == size)
        #expect(again.producerStates == states)
        #expect(disk.readCount - reads <= 8)
        #expect(disk.bytesRead - bytes < 10_000)
        #expect(disk.openFileCount <= 3)
    }

    @Test(arguments: ["missing", "empty", "zeros", "cut"])
    func `a damaged index is built anew`(how: String) throws {
        // An index is only a hint for finding batches; the batches are still there.
        for suffix in [".index", ".timeindex"] {
            let disk = MemoryDisk()
            let log = try filled(disk)
            let all = try log.storedBatches()
            let found = try (0..<30).map { try log.offset(forTimestamp: Int64($0 * 10)) }
            try log.close()
            disk.kill()
            for entry in try disk.list("orders-0") where entry.name.hasSuffix(suffix) {
                let path = "orders-0/" + entry.name
                let file = try disk.open(path, creating: false)
                defer { disk.close(file) }
                switch how {
                case "missing": try disk.remove(path)
                case "empty": try disk.truncate(file, to: 0)
                case "zeros": try disk.write(ByteBuffer(repeating: 0, count: Int(entry.size)), to: file, at: 0)
                default: try disk.truncate(file, to: max(0, entry.size - 5))
                }
            }
            let again = try UnifiedLog.load(orders, on: disk, config: .tiny(), wasCleanlyStopped: true, now: .at(0))
            #expect(try again.storedBatches() == all)
            for batch in all {
                let first = try RecordBatches.all(in: again.readBytes(from: batch.lastOffset, maxBytes: 1)).first
                #expect(first == batch)
            }
            if how != "empty" && how != "cut" || suffix == ".index" {
                for number in 0..<30 { #expect(try again.offset(forTimestamp: Int64(number * 10)) == found[number]) }
            }
        }
    }

    @Test func `a torn end that a false marker calls clean is found all the same`() throws {
        // The marker says that the broker meant to stop in order, not that the disk did.
        let disk = MemoryDisk()
        let log = try filled(disk)
        let all = try log.storedBatches()
        try log.close()
        disk.kill()
        let last = try #require(try disk.list("orders-0").last { $0.name.hasSuffix(".log") })
        let file = try disk.open("orders-0/" + last.name, creating: false)
        try disk.truncate(file, to: last.size - 3)
        let again = try UnifiedLog.load(orders, on: disk, config: .tiny(), wasCleanlyStopped: true, now: .at(0))
        #expect(try again.storedBatches() == Array(all.dropLast()))
        #expect(again.logEndOffset == all[28].nextOffset)
    }

    @Test func `recovery runs in slices`() throws {
        // A broker that recovers for a minute still sends its heartbeats.
        let disk = MemoryDisk()
        let log = try filled(disk, batches: 200)
        let (all, states) = (try log.storedBatches(), log.producerStates)
        disk.kill()
        var loader = LogLoader(
            orders, on: disk, config: .tiny(), recoveryPoint: 0, logStartOffset: 0, wasCleanlyStopped: false)
        var slices = 0
        var loaded: UnifiedLog?
        while loaded == nil, slices < 1_000 {
            let before = disk.bytesRead
            loaded = try loader.run(maxBytes: 700, now: .at(0))
            #expect(disk.bytesRead - before < 5_000)
            slices += 1
        }
        #expect(slices > 30)
        #expect(try loaded?.storedBatches() == all)
        #expect(loaded?.producerStates == states)
    }

    @Test func `leader epochs whose file is gone are read from the batches`() throws {
        // Without epochs a follower could not tell where its log parts from the leader's.
        for isClean in [true, false] {
            let disk = MemoryDisk()
            let log = try filled(disk)
            let ends = (Int32(0)...3).map { log.endOffset(forEpoch: $0) }
            try log.close()
            disk.kill()
            try disk.remove("orders-0/leader-epoch-checkpoint")
            let again = try UnifiedLog.load(
                orders, on: disk, config: .tiny(), recoveryPoint: 60, wasCleanlyStopped: isClean, now: .at(0))
            #expect((Int32(0)...3).map { again.endOffset(forEpoch: $0) } == ends)
        }
    }

    @Test func `files of interrupted deletions go`() throws {
        // They would stay for ever otherwise.
        let disk = MemoryDisk()
        let log = try filled(disk)
        try log.truncate(to: 20)
        #expect(try disk.list("orders-0").contains { $0.name.hasSuffix(".deleted") })
        disk.kill()
        let again = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
        #expect(again.logEndOffset == 20)
        #expect(try !disk.list("orders-0").contains { $0.name.hasSuffix(".deleted") })
    }

    @Test func `a log that ends before its start begins anew there`() throws {
        // DeleteRecords raised the start, and the crash took what was behind it.
        let disk = MemoryDisk()
        try filled(disk).close()
        disk.kill()
        let again = try UnifiedLog.load(orders, on: disk, config: .tiny(), logStartOffset: 500, now: .at(0))
        #expect(again.logStartOffset == 500 && again.logEndOffset == 500)
        #expect(again.segmentBaseOffsets == [500])
        #expect(again.latestEpoch == nil)
        #expect(again.producerStates.isEmpty)
    }
}
