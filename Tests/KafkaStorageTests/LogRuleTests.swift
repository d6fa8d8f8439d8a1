import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

/// Each rule of the log, kept and broken: what goes wrong without it is what the simulator must notice.
@Suite(.enabled(if: Rule.canBeBroken)) struct LogRuleTests {
    private func log(_ disk: MemoryDisk = MemoryDisk()) throws -> UnifiedLog {
        try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
    }

    private func batch(_ sequence: Int32) throws -> RecordBatch {
        try Batches.make(2, producer: Producer(id: 7, epoch: 0, sequence: sequence))
    }

    @Test(arguments: [nil, Rule.truncatesEpochCache])
    func `an epoch whose records were cut off is forgotten`(broken: Rule?) throws {
        // A follower that goes on naming it never agrees with its leader.
        try Rule.breaking(broken) {
            let log = try log()
            try log.append(try Batches.make(4), epoch: 1)
            try log.append(try Batches.make(4), epoch: 2)
            try log.truncate(to: 4)
            #expect(log.latestEpoch == (broken == nil ? 1 : 2))
            #expect(log.endOffset(forEpoch: 1).endOffset == 4)
            try log.truncateFullyAndStart(at: 20)
            #expect(log.latestEpoch == (broken == nil ? nil : 2))
        }
    }

    @Test(arguments: [nil, Rule.truncatesProducerState])
    func `a batch that was cut off may come again`(broken: Rule?) throws {
        // Taken for a duplicate, the retry would be acknowledged and yet be nowhere.
        try Rule.breaking(broken) {
            let log = try log()
            try log.append(try batch(0))
            try log.append(try batch(2))
            try log.truncate(to: 2)
            let again = try log.append(try batch(2))
            #expect(again.isDuplicate == (broken != nil))
            #expect(log.logEndOffset == (broken == nil ? 4 : 2))
        }
    }

    @Test(arguments: [nil, Rule.recoveryRebuildsProducerState])
    func `a retry is known after a crash`(broken: Rule?) throws {
        // The broker dies between the append and its answer, and the producer tries again.
        try Rule.breaking(broken) {
            let disk = MemoryDisk()
            let before = try log(disk)
            try before.append(try batch(0))
            disk.kill()
            let after = try log(disk)
            #expect(try after.append(try batch(0)).isDuplicate == (broken == nil))
            #expect(after.logEndOffset == (broken == nil ? 2 : 4))
        }
    }

    @Test(arguments: [nil, Rule.recoveryCutsTornBatch])
    func `what is appended after a torn write can be read after the next start`(broken: Rule?) throws {
        // Behind half a batch no other batch can be found.
        try Rule.breaking(broken) {
            let disk = MemoryDisk()
            let first = try log(disk)
            try first.append(try Batches.make(2))
            disk.crash = .init(changesBefore: 0, tornBytes: 70)
            #expect(throws: LogAppendError.self) { try first.append(try Batches.make(2)) }
            disk.kill()
            let second = try log(disk)
            #expect(second.bytesCutByRecovery == (broken == nil ? 70 : 0))
            try second.append(try Batches.make(2))
            #expect(second.logEndOffset == 4)
            disk.kill()
            #expect((try? log(disk))?.logEndOffset == (broken == nil ? 4 : nil))
        }
    }

    @Test(arguments: [nil, Rule.refusesDuplicates])
    func `a batch that comes twice is stored once`(broken: Rule?) throws {
        // Idempotence is nothing else.
        try Rule.breaking(broken) {
            let log = try log()
            try log.append(try batch(0))
            try log.append(try batch(0))
            #expect(log.logEndOffset == (broken == nil ? 2 : 4))
        }
    }
}
