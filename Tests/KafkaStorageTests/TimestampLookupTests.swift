import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@Suite struct TimestampLookupTests {
    @Test(arguments: [UInt64](1...5), [false, true])
    func `the first record of a time or later is found`(seed: UInt64, reloaded: Bool) throws {
        // Timestamps come from producers and run back and forth.
        var generator = SeededGenerator(seed: seed)
        let disk = MemoryDisk()
        var log = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
        for number in 0..<60 {
            let count = Int.random(in: 1...4, using: &generator)
            let times = (0..<count).map { _ in Int64(number * 5) + Int64.random(in: 0...60, using: &generator) }
            let codec = [Compression.none, .gzip, .zstd].randomElement(using: &generator) ?? .none
            try log.append(try Batches.make(count, compression: codec, timestamps: times), epoch: Int32(number / 20))
        }
        if reloaded {
            try log.close()
            disk.kill()
            log = try .load(orders, on: disk, config: .tiny(), wasCleanlyStopped: true, now: .at(0))
        }
        let records = try log.storedBatches().flatMap { batch in
            try batch.records().map { (record: $0, epoch: batch.partitionLeaderEpoch) }
        }
        func check(from start: Int64) throws {
            let readable = records.filter { $0.record.offset >= start }
            for time in Int64(0)...380 {
                let expected = readable.first { $0.record.timestamp >= time }.map {
                    TimestampAndOffset(
                        timestamp: $0.record.timestamp, offset: $0.record.offset, leaderEpoch: $0.epoch)
                }
                #expect(try log.offset(forTimestamp: time) == expected)
            }
        }
        try check(from: 0)
        let latest = try #require(records.map(\.record.timestamp).max())
        #expect(
            try log.offsetOfMaxTimestamp()?.offset == records.first { $0.record.timestamp == latest }?.record.offset)
        try log.updateLogStartOffset(37)
        try check(from: 37)
    }

    @Test func `an empty log has no time`() throws {
        // -1 goes to the client, not an offset that does not exist.
        let log = try UnifiedLog.load(orders, on: MemoryDisk(), now: .at(0))
        #expect(try log.offset(forTimestamp: 0) == nil)
        #expect(try log.offsetOfMaxTimestamp() == nil)
    }
}
