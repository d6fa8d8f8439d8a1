import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@Suite struct LeaderEpochTests {
    private func log(_ epochs: [(Int32, Int)], start: Int64 = 0) throws -> UnifiedLog {
        let log = try UnifiedLog.load(orders, on: MemoryDisk(), config: .tiny(), logStartOffset: start, now: .at(0))
        for (epoch, count) in epochs {
            try log.assignEpoch(epoch, startOffset: log.logEndOffset)
            for _ in 0..<count { try log.append(try Batches.make(1), epoch: epoch) }
        }
        return log
    }

    @Test func `an epoch ends where the next one begins`() throws {
        // The largest epoch that is not larger than the one asked for, and the start of the one after it.
        let log = try log([(2, 5), (4, 5), (7, 3)])
        let expected: [(Int32, Int32, Int64)] = [
            (-1, -1, -1), (0, 0, 0), (1, 1, 0), (2, 2, 5), (3, 2, 5), (4, 4, 10), (5, 4, 10), (6, 4, 10), (7, 7, 13),
            (8, -1, -1),
        ]
        for (asked, epoch, offset) in expected {
            #expect(log.endOffset(forEpoch: asked) == EpochEndOffset(leaderEpoch: epoch, endOffset: offset))
        }
        #expect(log.latestEpoch == 7 && log.latestEpochStartOffset == 10)
        #expect(
            (Int64(0)..<13).map { log.epoch(at: $0) } == [Int32](repeating: 2, count: 5) + [4, 4, 4, 4, 4, 7, 7, 7])
    }

    @Test func `an epoch in which nothing was written gives way to the next`() throws {
        // Two elections in a row, no record in between: both begin at the same offset.
        let log = try log([(1, 3), (2, 0), (3, 2)])
        #expect(log.endOffset(forEpoch: 1) == EpochEndOffset(leaderEpoch: 1, endOffset: 3))
        #expect(log.endOffset(forEpoch: 2) == EpochEndOffset(leaderEpoch: 1, endOffset: 3))
        #expect(log.endOffset(forEpoch: 3) == EpochEndOffset(leaderEpoch: 3, endOffset: 5))
    }

    @Test func `the log start takes the epochs before it along`() throws {
        // The epoch that is under way at the start begins there.
        let log = try log([(1, 4), (2, 4), (3, 4)])
        try log.updateLogStartOffset(6)
        #expect(log.endOffset(forEpoch: 1) == EpochEndOffset(leaderEpoch: 1, endOffset: 6))
        #expect(log.endOffset(forEpoch: 2) == EpochEndOffset(leaderEpoch: 2, endOffset: 8))
        #expect(log.epoch(at: 6) == 2 && log.epoch(at: 5) == nil)
    }
}
