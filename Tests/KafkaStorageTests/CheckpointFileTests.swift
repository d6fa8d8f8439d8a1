import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@Suite struct CheckpointFileTests {
    @Test func `offsets are written as Kafka writes them, and read back`() throws {
        // A broker of Kafka's own may take the folder over.
        let disk = MemoryDisk()
        let offsets = [
            (TopicPartition(topic: "a.b_c-d", partition: 0), Int64(5)), (TopicPartition(topic: "z", partition: 12), 0),
        ]
        try CheckpointFile.writeOffsets(offsets, to: CheckpointFile.highWatermarks, on: disk)
        #expect(try disk.text(of: "replication-offset-checkpoint") == "0\n2\na.b_c-d 0 5\nz 12 0\n")
        let read = try CheckpointFile.readOffsets(CheckpointFile.highWatermarks, on: disk)
        #expect(read.map(\.0) == offsets.map(\.0) && read.map(\.1) == offsets.map(\.1))
    }

    @Test(arguments: ["", "0\n", "1\n0\n", "0\n2\na 0 5\n", "0\n1\na 0\n", "0\n1\na 0 x\n", "0\nx\n", "garbage"])
    func `a damaged checkpoint is an empty one`(text: String) throws {
        // Every offset in it has a safe default: recovery reads more, a high watermark begins lower.
        let disk = MemoryDisk()
        try disk.replace("c", with: ByteBuffer(string: text), durably: true)
        #expect(try CheckpointFile.readOffsets("c", on: disk).isEmpty)
    }

    @Test func `the marker of a clean stop is taken once`() throws {
        // A crash after the start must be seen as one.
        let disk = MemoryDisk()
        #expect(try !CleanShutdownFile.take(on: disk))
        try CleanShutdownFile.write(brokerEpoch: 7, on: disk)
        disk.losePower()
        #expect(try CleanShutdownFile.take(on: disk))
        disk.losePower()
        #expect(try !CleanShutdownFile.take(on: disk))
    }

    @Test func `a folder knows its topic's id and its partition`() throws {
        // A topic may be deleted and created again under the same name.
        let disk = MemoryDisk()
        var generator = SeededGenerator(seed: 1)
        let id = Uuid.random(using: &generator)
        let log = try UnifiedLog.load(orders, on: disk, now: .at(0))
        #expect(log.topicID == nil)
        try log.assignTopicID(id)
        #expect(try disk.text(of: "orders-0/partition.metadata") == "version: 0\ntopic_id: \(id)\n")
        disk.kill()
        #expect(try UnifiedLog.load(orders, on: disk, now: .at(0)).topicID == id)
        for name in ["orders-0", "a-b.c-12", "__consumer_offsets-49"] {
            #expect(TopicPartition(directoryName: name)?.directoryName == name)
        }
        for name in ["orders", "-1", "orders-", "orders-x", "orders-0.0-delete", "a--", "meta.properties"] {
            #expect(TopicPartition(directoryName: name) == nil)
        }
    }
}
