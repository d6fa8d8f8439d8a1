import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@Suite struct MemoryDiskTests {
    private func text(_ disk: MemoryDisk, _ path: String) throws -> String? { try disk.text(of: path) }

    @Test func `a loss of power takes back what was not flushed, a dead process does not`() throws {
        // The difference between kill -9 and a pulled plug is what fsync is for.
        let disk = MemoryDisk()
        let file = try disk.open("log", creating: true)
        try disk.write(ByteBuffer(string: "hello"), to: file, at: 0)
        try disk.flush(file)
        try disk.write(ByteBuffer(string: "J"), to: file, at: 0)
        try disk.write(ByteBuffer(string: " world"), to: file, at: 5)
        try disk.truncate(file, to: 8)
        disk.kill()
        #expect(try text(disk, "log") == "Jello wo")
        #expect(throws: DiskError.self) { try disk.size(of: file) }
        disk.losePower()
        #expect(try text(disk, "log") == "hello")
    }

    @Test func `any part of the unflushed writes may survive, and the next be torn`() throws {
        // The kernel writes back when it likes.
        for (changes, torn, expected) in [
            (0, 0, "ab"), (0, 2, "abcd"), (1, 0, "abcde"), (1, 1, "Xbcde"), (2, 0, "XYcde"),
        ] {
            let disk = MemoryDisk()
            let file = try disk.open("log", creating: true)
            try disk.write(ByteBuffer(string: "ab"), to: file, at: 0)
            try disk.flush(file)
            try disk.write(ByteBuffer(string: "cde"), to: file, at: 2)
            try disk.write(ByteBuffer(string: "XY"), to: file, at: 0)
            disk.losePower { _, _ in .init(changes: changes, tornBytes: torn) }
            #expect(try text(disk, "log") == expected)
        }
    }

    @Test func `names become durable with the next flush of anything`() throws {
        // A journalling file system commits them in order.
        let disk = MemoryDisk()
        try disk.createDirectory("a/b")
        let file = try disk.open("a/b/one", creating: true)
        try disk.flush(file)
        try disk.rename("a/b/one", to: "a/two")
        _ = try disk.open("a/three", creating: true)
        disk.losePower()
        #expect(try disk.list("a").map(\.name) == ["b"])
        #expect(try disk.list("a/b").map(\.name) == ["one"])
        try disk.rename("a/b", to: "c")
        try disk.flushDirectory("")
        disk.losePower()
        #expect(try disk.list("c").map(\.name) == ["one"])
        try disk.remove("c")
        #expect(try disk.list("").map(\.name) == ["a"])
    }

    @Test func `a machine stops in the middle of a write and does nothing more`() throws {
        // What a test wants to see is the world after any one write.
        let disk = MemoryDisk()
        let file = try disk.open("log", creating: true)
        disk.crash = .init(changesBefore: 1, tornBytes: 2)
        try disk.write(ByteBuffer(string: "one"), to: file, at: 0)
        #expect(throws: DiskError.self) { try disk.write(ByteBuffer(string: "two"), to: file, at: 3) }
        #expect(throws: DiskError.self) { try disk.read(file, at: 0, count: 1) }
        #expect(throws: DiskError.self) { try disk.list("") }
        disk.kill()
        #expect(try text(disk, "log") == "onetw")
    }
}
