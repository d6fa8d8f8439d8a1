import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@Suite struct ProducerStateTests {
    private func batch(_ count: Int, _ id: Int64, _ epoch: Int16, _ sequence: Int32) throws -> RecordBatch {
        try Batches.make(count, producer: Producer(id: id, epoch: epoch, sequence: sequence))
    }

    @Test func `a retry of any of the last five batches gets its old offset`() throws {
        // A producer has up to five requests in flight, and retries all of them when a connection breaks.
        let log = try UnifiedLog.load(orders, on: MemoryDisk(), now: .at(0))
        var infos: [LogAppendInfo] = []
        for number in 0..<7 { infos.append(try log.append(try batch(3, 1, 0, Int32(number * 3)))) }
        for number in 2..<7 {
            let again = try log.append(try batch(3, 1, 0, Int32(number * 3)))
            #expect(again.isDuplicate)
            #expect(again.firstOffset == infos[number].firstOffset && again.lastOffset == infos[number].lastOffset)
        }
        #expect(log.logEndOffset == 21)
        #expect(throws: LogAppendError.outOfOrderSequence(producerID: 1, expected: 21, found: 3)) {
            try log.append(try batch(3, 1, 0, 3))
        }
    }

    @Test func `a gap, an old epoch and a late start are told apart`() throws {
        // Each asks something else of the producer.
        let log = try UnifiedLog.load(orders, on: MemoryDisk(), now: .at(0))
        try log.append(try batch(2, 1, 5, 40))
        #expect(throws: LogAppendError.outOfOrderSequence(producerID: 1, expected: 42, found: 43)) {
            try log.append(try batch(1, 1, 5, 43))
        }
        let fenced = #expect(throws: LogAppendError.self) { try log.append(try batch(1, 1, 4, 42)) }
        #expect(fenced?.errorCode == .invalidProducerEpoch)
        let late = #expect(throws: LogAppendError.self) { try log.append(try batch(1, 1, 6, 42)) }
        #expect(late?.errorCode == .outOfOrderSequenceNumber)
        #expect(try log.append(try batch(1, 1, 6, 0)).firstOffset == 2)
        #expect(log.logEndOffset == 3)
    }

    @Test func `sequences begin again after the largest number`() throws {
        // A producer that runs for months gets there.
        let log = try UnifiedLog.load(orders, on: MemoryDisk(), now: .at(0))
        try log.append(try batch(3, 1, 0, .max - 2))
        try log.append(try batch(2, 1, 0, 0))
        let crossing = try UnifiedLog.load(orders, on: MemoryDisk(), now: .at(0))
        try crossing.append(try batch(4, 1, 0, .max - 1))
        #expect(crossing.producerStates[0].lastSequence == 1)
        #expect(try crossing.append(try batch(4, 1, 0, .max - 1)).isDuplicate)
        try crossing.append(try batch(1, 1, 0, 2))
        #expect(crossing.logEndOffset == 5)
    }

    @Test(arguments: [UInt64](1...8))
    func `whatever a producer sends, the log agrees with a plain list`(seed: UInt64) throws {
        // The model remembers everything and asks Kafka's rule in so many words.
        var generator = SeededGenerator(seed: seed)
        let disk = MemoryDisk()
        var log = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
        var accepted: [Int64: [(epoch: Int16, sequence: Int32, count: Int32, offset: Int64)]] = [:]
        for step in 0..<400 {
            let id = Int64.random(in: 0...2, using: &generator)
            let history = accepted[id] ?? []
            let last = history.last
            let epoch = Int16(max(0, Int(last?.epoch ?? 0) + [0, 0, 0, 0, 0, 1, -1].randomElement(using: &generator)!))
            let count = Int32.random(in: 1...3, using: &generator)
            let due = last.map { $0.sequence + $0.count } ?? 0
            let retry = history.suffix(7).randomElement(using: &generator)
            let choice = Int.random(in: 0...9, using: &generator)
            let (sequence, size): (Int32, Int32) =
                switch choice {
                case 0: (max(0, due + 1), count)
                case 1: (0, count)
                case 2, 3: (retry?.sequence ?? due, retry?.count ?? count)
                default: (due, count)
                }
            let recent = history.reversed().prefix { $0.epoch == last?.epoch }.prefix(5)
            let duplicate = recent.first { $0.epoch == epoch && $0.sequence == sequence && $0.count == size }
            let result = Result { () throws(LogAppendError) in
                try log.append(try! batch(Int(size), id, epoch, sequence))
            }
            if let duplicate {
                #expect(try result.get().isDuplicate)
                #expect(try result.get().firstOffset == duplicate.offset)
            } else if let last, epoch < last.epoch {
                #expect(throws: LogAppendError.invalidProducerEpoch(producerID: id, current: last.epoch, found: epoch))
                {
                    try result.get()
                }
            } else if let last, sequence != (epoch == last.epoch ? due : 0) {
                #expect(throws: LogAppendError.self) { try result.get() }
            } else {
                let info = try result.get()
                #expect(!info.isDuplicate)
                accepted[id, default: []].append((epoch, sequence, size, info.firstOffset))
            }
            if step % 50 == 49 {
                let isClean = step % 100 == 99
                let states = log.producerStates
                if isClean { try log.close() }
                disk.kill()
                log = try .load(orders, on: disk, config: .tiny(), wasCleanlyStopped: isClean, now: .at(0))
                #expect(log.producerStates == states)
            }
        }
        #expect(log.logEndOffset > 100)
    }

    @Test func `a snapshot is Kafka's, byte for byte, for a producer with one batch`() throws {
        // Kafka's own broker and tools read it.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, now: .at(0))
        try log.append(try Batches.make(3, timestamp: 500, producer: Producer(id: 77, epoch: 2, sequence: 0)))
        try log.close()
        var bytes = try #require(try disk.contents(of: "orders-0/00000000000000000003.snapshot"))
        #expect(bytes.readInteger(as: Int16.self) == 1)
        let crc = bytes.readInteger(as: UInt32.self)
        #expect(crc == CRC32C.checksum(bytes))
        var expected = ByteBuffer()
        expected.writeInteger(Int32(1))
        expected.writeMultipleIntegers(
            Int64(77), Int16(2), Int32(2), Int64(2), Int32(2), Int64(502), Int32(-1), Int64(-1))
        #expect(bytes == expected)
    }

    @Test func `a damaged snapshot is left out and the log is read instead`() throws {
        // Snapshots are not flushed; a loss of power may leave anything in them.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
        for number in 0..<20 { try log.append(try batch(2, 9, 0, Int32(number * 2))) }
        let states = log.producerStates
        try log.close()
        disk.kill()
        for entry in try disk.list("orders-0") where entry.name.hasSuffix(".snapshot") {
            try disk.replace("orders-0/" + entry.name, with: ByteBuffer(string: "not this"), durably: true)
        }
        let again = try UnifiedLog.load(orders, on: disk, config: .tiny(), wasCleanlyStopped: true, now: .at(0))
        #expect(again.producerStates == states)
        #expect(states.first?.batches.count == 5)
    }

    @Test func `an idle producer is forgotten after producer.id.expiration.ms`() throws {
        // Every short-lived producer would stay for ever otherwise.
        let log = try UnifiedLog.load(orders, on: MemoryDisk(), now: .at(0))
        log.config.producerIdExpirationMs = 1_000
        try log.append(try Batches.make(1, timestamp: 0, producer: Producer(id: 1, epoch: 0, sequence: 0)))
        try log.append(try Batches.make(1, timestamp: 600, producer: Producer(id: 2, epoch: 0, sequence: 0)))
        log.removeExpiredProducers(now: .at(1_000))
        #expect(log.producerStates.map(\.producerID) == [2])
        try log.append(try Batches.make(1, timestamp: 0, producer: Producer(id: 1, epoch: 0, sequence: 17)))
        #expect(log.logEndOffset == 3)
    }

    @Test func `a transaction holds the first unstable offset until its marker`() throws {
        // read_committed consumers stop there.
        let disk = MemoryDisk()
        let log = try UnifiedLog.load(orders, on: disk, now: .at(0))
        try log.append(try Batches.make(2))
        try log.append(
            try Batches.make(2, producer: Producer(id: 5, epoch: 1, sequence: 0), isTransactional: true))
        try log.append(
            try Batches.make(2, producer: Producer(id: 6, epoch: 0, sequence: 0), isTransactional: true))
        #expect(log.firstUnstableOffset == 2)
        let marker = try EndTransactionMarker(isCommit: true, coordinatorEpoch: 3)
            .batch(producerId: 5, producerEpoch: 1, timestamp: 2_000)
        _ = try log.appendAsLeader(marker.bytes, leaderEpoch: 0, origin: .internal, now: .at(0))
        #expect(log.firstUnstableOffset == 4)
        disk.kill()
        let again = try UnifiedLog.load(orders, on: disk, now: .at(0))
        #expect(again.firstUnstableOffset == 4)
        #expect(again.producerStates == log.producerStates)
        #expect(again.producerStates.map(\.coordinatorEpoch) == [3, -1])
    }
}
