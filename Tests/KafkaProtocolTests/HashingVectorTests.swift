import KafkaProtocol
import NIOCore
import Testing

@Suite struct HashingVectorTests {
    @Test func `Vectors of keys fall into the partitions that Kafka chooses`() throws {
        // A key that moved to another partition would lose its order.
        var count = 0
        for line in try Vectors.lines(of: "hashing.jsonl") {
            guard let hex = line["keyHex"]?.string else { continue }
            count += 1
            let key = ByteBuffer(hex: hex).readableBytesView
            #expect(Int64(Murmur2.hash(key)) == line["murmur2"]?.integer)
            #expect(Int64(Murmur2.partition(forKey: key, count: 12)) == line["partition_of_12"]?.integer)
            #expect(Int64(Murmur2.partition(forKey: key, count: 7)) == line["partition_of_7"]?.integer)
        }
        #expect(count > 0)
    }

    @Test func `Vectors of groups fall to the coordinators that Kafka chooses`() throws {
        // Clients ask any broker for the coordinator, and all must name the same.
        var count = 0
        for line in try Vectors.lines(of: "hashing.jsonl") {
            guard let group = line["group"]?.string else { continue }
            count += 1
            #expect(Int64(GroupPartition.javaHash(group)) == line["hashCode"]?.integer)
            #expect(
                Int64(GroupPartition.partition(forGroup: group, count: 50)) == line["coordinatorPartition50"]?.integer)
        }
        #expect(count > 0)
    }
}
