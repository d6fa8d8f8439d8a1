import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

/// One history of appends, flushes, epochs and truncations, stopped at every change that it makes to the disk.
@Suite struct LogCrashTests {
    /// What the history has seen happen, for the moment at which it is cut off.
    private struct Journal {
        /// The log after each step since the last flush that has ended, that flush's own state first.
        var states: [[BatchID]] = [[]]
        /// What the step that is under way would make of it.
        var intended: [BatchID] = []

        var current: [BatchID] { states[states.count - 1] }
    }

    private static let config = LogConfig.tiny(segmentBytes: 500, indexIntervalBytes: 120)
    private static let recoveryPoints = CheckpointFile.recoveryPoints

    private func load(_ disk: MemoryDisk) throws -> UnifiedLog {
        let points = try CheckpointFile.readOffsets(Self.recoveryPoints, on: disk)
        return try UnifiedLog.load(
            orders, on: disk, config: Self.config, recoveryPoint: points.first?.1 ?? 0, now: .at(1_000))
    }

    private func run(_ journal: inout Journal, on disk: MemoryDisk, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let log = try load(disk)
        var epoch: Int32 = 0
        var sequence: [Int64: Int32] = [:]
        for step in 0..<40 {
            switch step % 8 {
            case 3, 7:
                journal.intended = journal.current
                try log.flush()
                journal.states = [journal.current]
                try checkpoint(log, on: disk)
            case 5 where step % 3 == 2:
                // A new leader has fewer records: a follower cuts its log, and goes on in a new epoch.
                let end = log.logEndOffset
                let offset = max(0, end - Int64.random(in: 1...9, using: &generator))
                let kept = journal.current.filter { $0.lastOffset < offset }
                journal.intended = kept
                try log.truncate(to: kept.last.map { $0.lastOffset + 1 } ?? 0)
                journal.states.append(kept)
                for state in log.producerStates { sequence[state.producerID] = state.lastSequence + 1 }
                for id in [Int64(1), 2] where !log.producerStates.contains(where: { $0.producerID == id }) {
                    sequence[id] = nil
                }
                if log.recoveryPoint < end { try checkpoint(log, on: disk) }
                epoch += 1
            default:
                let id = Int64.random(in: 1...2, using: &generator)
                let batch = try Batches.make(
                    Int.random(in: 1...4, using: &generator), timestamp: Int64(1_000 + step),
                    producer: Producer(id: id, epoch: 0, sequence: sequence[id] ?? 0))
                let first = log.logEndOffset
                journal.intended =
                    journal.current + [
                        BatchID(
                            firstOffset: first, lastOffset: first + Int64(batch.lastOffsetDelta), epoch: epoch,
                            crc: batch.crc)
                    ]
                try log.append(batch, epoch: epoch)
                sequence[id] = batch.lastSequence + 1
                journal.states.append(journal.intended)
            }
        }
        journal.intended = journal.current
        try log.close()
        journal.states = [journal.current]
    }

    private func checkpoint(_ log: UnifiedLog, on disk: MemoryDisk) throws {
        try CheckpointFile.writeOffsets([(orders, log.recoveryPoint)], to: Self.recoveryPoints, on: disk)
    }

    /// What must be true of every log that was just recovered.
    private func checkSound(_ log: UnifiedLog, on disk: MemoryDisk) throws {
        let batches = try log.storedBatches()
        #expect(log.logEndOffset == batches.last?.nextOffset ?? log.logStartOffset)
        var expected: Int64 = log.logStartOffset
        for batch in batches {
            #expect(batch.baseOffset == expected)
            expected = batch.nextOffset
        }
        #expect(log.producerStates == rebuilt(batches))
        for batch in batches {
            #expect(log.epoch(at: batch.baseOffset) == batch.partitionLeaderEpoch)
            let bytes = try log.readBytes(from: batch.lastOffset, maxBytes: 1)
            #expect(try RecordBatches.all(in: bytes).first == batch)
        }
        // A log that recovered is a log that works.
        let next = try log.append(try Batches.make(2), epoch: 99)
        #expect(next.firstOffset == expected)
    }

    private func rebuilt(_ batches: [RecordBatch]) -> [ProducerState] {
        let disk = MemoryDisk()
        guard let log = try? UnifiedLog.load(orders, on: disk, now: .at(1_000)) else { return [] }
        for batch in batches { _ = try? log.appendAsFollower(batch.bytes, now: .at(1_000)) }
        return log.producerStates
    }

    private func changes(of seed: UInt64) throws -> Int {
        let disk = MemoryDisk()
        var journal = Journal()
        try run(&journal, on: disk, seed: seed)
        return disk.changeCount
    }

    @Test(arguments: [UInt64](1...2))
    func `a process that dies at any write loses nothing that it had appended`(seed: UInt64) throws {
        // kill -9 keeps the page cache; the write that was under way may be torn anywhere.
        for change in 0..<(try changes(of: seed)) {
            for torn in [0, 12, 80] {
                let disk = MemoryDisk()
                var journal = Journal()
                disk.crash = .init(changesBefore: change, tornBytes: torn)
                #expect(throws: (any Error).self) { try run(&journal, on: disk, seed: seed) }
                disk.kill()
                let log = try load(disk)
                let found = try log.batchIDs()
                #expect(
                    found == journal.current || found == journal.intended || isBetween(found, journal),
                    "stopped at change \(change), \(torn) bytes of it written")
                try checkSound(log, on: disk)
            }
        }
    }

    /// A truncation over several segments stops between two of them.
    private func isBetween(_ found: [BatchID], _ journal: Journal) -> Bool {
        journal.current.starts(with: found) && found.starts(with: journal.intended)
    }

    @Test(arguments: [UInt64](1...2), ["nothing", "half", "torn", "mixed"])
    func `a machine that loses power keeps all that was flushed`(seed: UInt64, surviving: String) throws {
        // Between two flushes, any part of what was written may have reached the platter.
        var generator = SeededGenerator(seed: seed)
        for change in 0...(try changes(of: seed)) {
            let disk = MemoryDisk()
            var journal = Journal()
            disk.crash = .init(changesBefore: change, tornBytes: 0)
            try? run(&journal, on: disk, seed: seed)
            disk.losePower { _, unflushed in
                switch surviving {
                case "half": .init(changes: unflushed / 2, tornBytes: 0)
                case "torn": .init(changes: unflushed / 2, tornBytes: 30)
                case "mixed":
                    .init(
                        changes: Int.random(in: 0...unflushed, using: &generator),
                        tornBytes: Int.random(in: 0...100, using: &generator))
                default: .nothing
                }
            }
            let log = try load(disk)
            let found = try log.batchIDs()
            let possible = journal.states + [journal.intended]
            let flushed = possible.dropFirst().reduce(possible[0]) { common, state in
                Array(zip(common, state).prefix { $0 == $1 }.map(\.0))
            }
            #expect(found.starts(with: flushed), "power lost at change \(change): flushed records are gone")
            #expect(
                possible.contains { $0.starts(with: found) }, "power lost at change \(change): not a log that ever was")
            try checkSound(log, on: disk)
        }
    }

    @Test func `a crash during recovery is recovered from`() throws {
        // The machine may go down again while it comes up.
        let disk = MemoryDisk()
        var journal = Journal()
        disk.crash = .init(changesBefore: 60, tornBytes: 40)
        try? run(&journal, on: disk, seed: 2)
        disk.kill()
        var attempts = 0
        while attempts < 200 {
            disk.crash = .init(changesBefore: attempts, tornBytes: 5)
            let log = try? load(disk)
            disk.kill()
            attempts += 1
            if log != nil { break }
        }
        #expect(attempts > 1 && attempts < 200)
        let log = try load(disk)
        let found = try log.batchIDs()
        #expect(found == journal.current || found == journal.intended)
        try checkSound(log, on: disk)
    }
}
