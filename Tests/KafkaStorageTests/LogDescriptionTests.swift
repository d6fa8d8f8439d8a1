import KafkaProtocol
import KafkaStorage
import Testing

/// What people see who look into a log.
@Suite struct LogDescriptionTests {
    private func log(on disk: MemoryDisk = MemoryDisk()) throws -> UnifiedLog {
        let log = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
        for number in 0..<7 {
            try log.append(try Batches.make(2, valueBytes: 40, timestamp: Int64(number) * 10), epoch: 4)
        }
        return log
    }

    @Test func `segments are told with their files, sizes and indexes`() throws {
        // The files that lie in the folder are what one wants to recognise.
        let disk = MemoryDisk()
        let log = try log(on: disk)
        let told = log.describe()
        let files = try disk.list("orders-0").filter { $0.name.hasSuffix(".log") }
        #expect(told.segments.map(\.file) == files.map(\.name) && told.segments.map(\.size) == files.map(\.size))
        #expect(told.segments.map(\.baseOffset) == log.segmentBaseOffsets && told.directory == "orders-0")
        #expect(told.segments.map(\.isActive) == [false, false, true])
        #expect(told.segments[0].offsetIndexSize == 16 && told.segments[0].timeIndexSize == 24)
        #expect(told.sizeInBytes == files.reduce(0) { $0 + $1.size })
    }

    @Test func `batches are counted a few at a time, to the same result`() throws {
        // A long segment must not hold up the broker while somebody looks.
        let log = try log()
        for base in log.segmentBaseOffsets {
            let whole = try #require(try log.count(inSegmentAt: base, after: BatchCount()))
            var slow = BatchCount()
            var turns = 0
            while !slow.isComplete {
                slow = try #require(try log.count(inSegmentAt: base, after: slow, maxBatches: 1))
                turns += 1
            }
            #expect(whole == slow && turns >= Int(whole.batches) && whole.isComplete)
            #expect(whole.firstOffset == base && whole.records == 2 * whole.batches)
        }
        let first = try #require(try log.count(inSegmentAt: 0, after: BatchCount()))
        #expect(first.batches == 3 && first.lastOffset == 5 && first.largestTimestamp == 21)
        #expect(try log.count(inSegmentAt: 1, after: BatchCount()) == nil, "there is no such segment")
    }

    @Test func `the segment that grows is counted up to now, and an empty one holds nothing`() throws {
        // The count goes on where it stood.
        let log = try UnifiedLog.load(orders, on: MemoryDisk(), now: .at(0))
        let empty = try #require(try log.count(inSegmentAt: 0, after: BatchCount()))
        #expect(empty.isComplete && empty.batches == 0 && empty.firstOffset == nil)
        try log.append(try Batches.make(3))
        let one = try #require(try log.count(inSegmentAt: 0, after: BatchCount()))
        try log.append(try Batches.make(1))
        let two = try #require(try log.count(inSegmentAt: 0, after: one))
        #expect(two.batches == 2 && two.records == 4 && two.lastOffset == 3)
    }
}
