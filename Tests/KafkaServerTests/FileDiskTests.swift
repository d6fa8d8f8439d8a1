import Glibc
import KafkaProtocol
import KafkaServer
import KafkaStorage
import NIOCore
import Testing

/// The real disk against the one in memory, which all other tests of storage use.
@Suite struct FileDiskTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        var template = Array(("/tmp/klamm-disk-" + String(repeating: "X", count: 6)).utf8CString)
        let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!).map { String(cString: $0) } }
        let folder = try #require(made)
        defer {
            let disk = try? FileDisk(root: folder)
            for entry in (try? disk?.list("")) ?? [] { try? disk?.remove(entry.name) }
            rmdir(folder)
        }
        try body(folder)
    }

    /// One call and what it gave back, for comparison.
    private func answer(_ call: () throws(DiskError) -> String) -> String {
        do throws(DiskError) { return try call() } catch { return "failed to \(error.operation)" }
    }

    private func all(_ disk: any Disk, _ path: String = "") throws(DiskError) -> [String] {
        var lines: [String] = []
        for entry in try disk.list(path) {
            let name = path.isEmpty ? entry.name : path + "/" + entry.name
            if entry.isDirectory {
                lines.append(name + "/")
                lines += try all(disk, name)
            } else {
                lines.append("\(name) \(entry.size) \(try disk.text(of: name) ?? "?")")
            }
        }
        return lines
    }

    @Test(arguments: [UInt64](1...6))
    func `a real disk answers as the one in memory does`(seed: UInt64) throws {
        // What is proven on MemoryDisk must hold on the file system.
        try withFolder { folder in
            let real = try FileDisk(root: folder + "/deep/root", descriptorLimit: 3)
            let disks: [any Disk] = [MemoryDisk(), real]
            var open: [(path: String, ids: [FileID])] = []
            var state = seed
            func random(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            let names = ["a", "b", "dir/a", "dir/b", "dir/sub/c", "e"]
            for step in 0..<600 {
                let name = names[random(names.count)]
                let other = names[random(names.count)]
                let bytes = ByteBuffer(
                    string: String(repeating: Character(Unicode.Scalar(UInt8(97 + step % 26))), count: random(40)))
                let offset = Int64(random(60))
                let count = random(50)
                let file = open.isEmpty ? nil : open[random(open.count)]
                var answers: [String] = []
                let operation = random(12)
                for (number, disk) in disks.enumerated() {
                    let id = file?.ids[number]
                    answers.append(
                        answer { () throws(DiskError) in
                            switch (operation, id) {
                            case (0, _): try disk.createDirectory("dir/sub")
                            case (1, _):
                                // Files are closed before they are removed or replaced.
                                if !open.contains(where: { $0.path == name }) { try disk.remove(name) }
                            case (2, _):
                                if !open.contains(where: { $0.path == other || $0.path == name }), name != other {
                                    try disk.rename(name, to: other)
                                }
                            case (3, _):
                                if !open.contains(where: { $0.path == name }) {
                                    try disk.replace(name, with: bytes, durably: step % 2 == 0)
                                }
                            case (4, _): return try disk.text(of: name) ?? "none"
                            case (5, let id?): try disk.truncate(id, to: offset)
                            case (6, let id?): return "\(try disk.size(of: id))"
                            case (7, let id?): try disk.flush(id)
                            case (8, let id?), (9, let id?): try disk.write(bytes, to: id, at: offset)
                            case (10, let id?): return String(buffer: try disk.read(id, at: offset, count: count))
                            default: return "nothing to do"
                            }
                            return "done"
                        })
                }
                #expect(answers[0] == answers[1], "step \(step), operation \(operation) on \(name)")
                if operation == 11, open.count < 8 {
                    let ids = disks.map { try? $0.open(name, creating: step % 3 > 0) }
                    #expect((ids[0] == nil) == (ids[1] == nil))
                    if let one = ids[0], let two = ids[1] { open.append((name, [one, two])) }
                } else if operation == 0, step % 5 == 0, let last = open.popLast() {
                    for (disk, id) in zip(disks, last.ids) { disk.close(id) }
                }
                #expect(real.openDescriptorCount <= 3)
            }
            #expect(try all(disks[0]) == all(disks[1]))
        }
    }

    @Test func `a file can be renamed and removed while others still read it`() throws {
        // A consumer's fetch is on its way while retention deletes the segment.
        try withFolder { folder in
            let disk = try FileDisk(root: folder, descriptorLimit: 1)
            try disk.createDirectory("orders-0")
            let file = try disk.open("orders-0/x.log", creating: true)
            try disk.write(ByteBuffer(string: "records"), to: file, at: 0)
            let descriptor = try disk.duplicateDescriptor(of: file)
            defer { close(descriptor) }
            try disk.rename("orders-0/x.log", to: "orders-0/x.log.deleted")
            try disk.rename("orders-0", to: "orders-0.gone")
            // With one descriptor at most, this closes the first file's, which is opened again under its new name.
            _ = try disk.open("other", creating: true)
            #expect(String(buffer: try disk.read(file, at: 0, count: 100)) == "records")
            disk.close(file)
            try disk.remove("orders-0.gone")
            var bytes = [UInt8](repeating: 0, count: 7)
            #expect(pread(descriptor, &bytes, 7, 0) == 7)
            #expect(String(decoding: bytes, as: UTF8.self) == "records")
        }
    }

    @Test func `an error names the path and the system's reason`() throws {
        // It is the one line that a user gets.
        try withFolder { folder in
            let disk = try FileDisk(root: folder)
            let error = #expect(throws: DiskError.self) { try disk.open("no/such/file", creating: true) }
            #expect(error?.description == "cannot open \(folder)/no/such/file: No such file or directory")
            try disk.replace("plain", with: ByteBuffer(string: "x"), durably: false)
            #expect(throws: DiskError.self) { try FileDisk(root: folder + "/plain") }
        }
    }

    @Test func `a log on a real disk survives the process`() throws {
        // The same code, the same bytes, another disk.
        try withFolder { folder in
            let partition = TopicPartition(topic: "orders", partition: 0)
            let now = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 1_000)
            var config = LogConfig()
            config.segmentBytes = 10_000
            func batch(_ number: Int) throws -> ByteBuffer {
                var builder = RecordBatchBuilder(producerId: 4, producerEpoch: 0, baseSequence: Int32(number * 3))
                for record in 0..<3 {
                    try builder.append(key: nil, value: ByteBuffer(string: "record \(number).\(record)"), timestamp: 5)
                }
                return try builder.build().bytes
            }
            func values(_ log: UnifiedLog) throws -> [String] {
                var values: [String] = []
                var offset: Int64 = 0
                while offset < log.logEndOffset {
                    let batches = try RecordBatches.all(in: log.readBytes(from: offset, maxBytes: 4_096))
                    values += try batches.flatMap { try $0.records() }.map { String(buffer: try #require($0.value)) }
                    offset = try #require(batches.last).nextOffset
                }
                return values
            }
            for round in 0..<4 {
                let disk = try FileDisk(root: folder, descriptorLimit: 4)
                let log = try UnifiedLog.load(
                    partition, on: disk, config: config, wasCleanlyStopped: try CleanShutdownFile.take(on: disk),
                    now: now)
                #expect(log.logEndOffset == Int64(round * 600))
                for number in round * 200..<round * 200 + 200 {
                    _ = try log.appendAsLeader(batch(number), leaderEpoch: Int32(round), now: now)
                }
                #expect(try values(log) == (0..<log.logEndOffset).map { "record \($0 / 3).\($0 % 3)" })
                if round % 2 == 0 {
                    try log.close()
                    try CleanShutdownFile.write(brokerEpoch: 1, on: disk)
                }
            }
        }
    }
}
