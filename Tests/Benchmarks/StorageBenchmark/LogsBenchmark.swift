import KafkaProtocol
import KafkaServer
import KafkaStorage
import NIOCore

/// Many small logs on one disk: what each takes of memory and descriptors, and how long they take to come up.
struct LogsBenchmark {
    let folder: String
    let count: Int

    private let now = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 1_000)

    func run() throws {
        print("\(count) logs; descriptors: \(Machine.raiseDescriptorLimit())")
        let resident = Machine.residentBytes
        let disk = try FileDisk(root: folder)
        var logs: [UnifiedLog] = []
        var began = Machine.nanoseconds
        for number in 0..<count {
            let log = try load(number, on: disk, wasCleanlyStopped: false)
            try log.assignTopicID(Uuid(high: 1, low: UInt64(number)))
            try log.assignEpoch(0, startOffset: 0)
            logs.append(log)
        }
        report("created, empty", since: began, resident, disk)
        began = Machine.nanoseconds
        for log in logs { try append(to: log) }
        report("with a batch each", since: began, resident, disk)
        began = Machine.nanoseconds
        for log in logs { try log.assignEpoch(1, startOffset: 1) }
        report("with a new epoch each", since: began, resident, disk)
        began = Machine.nanoseconds
        for log in logs { try log.prepareToClose() }
        let isDurable = try disk.flushEverything()
        for log in logs { try log.close(isDurable: isDurable) }
        report("closed", since: began, resident, disk)
        logs = []
        let (again, before) = (Machine.residentBytes, Machine.bytesRead)
        began = Machine.nanoseconds
        for number in 0..<count { logs.append(try load(number, on: disk, wasCleanlyStopped: true)) }
        report("opened after a clean stop", since: began, again, disk)
        print("  \((Machine.bytesRead - before) / count) bytes read a log")
        began = Machine.nanoseconds
        for log in logs { try append(to: log) }
        report("with another batch each", since: began, again, disk)
        precondition(logs.allSatisfy { $0.logEndOffset == 2 }, "every log has both batches")
    }

    private func load(_ number: Int, on disk: any Disk, wasCleanlyStopped: Bool) throws -> UnifiedLog {
        try UnifiedLog.load(
            TopicPartition(topic: "orders", partition: Int32(number)), on: disk, wasCleanlyStopped: wasCleanlyStopped,
            now: now)
    }

    private func append(to log: UnifiedLog) throws {
        var builder = RecordBatchBuilder()
        try builder.append(key: nil, value: ByteBuffer(repeating: 0x61, count: 100), timestamp: 1_000)
        _ = try log.appendAsLeader(try builder.build().bytes, leaderEpoch: 0, now: now)
    }

    private func report(_ what: String, since began: Int64, _ resident: Int, _ disk: FileDisk) {
        let bytes = Machine.residentBytes - resident
        print(
            "\(what): \(milliseconds(since: began)) ms, \(bytes / count) bytes a log, "
                + "\(disk.openDescriptorCount) descriptors")
    }
}
