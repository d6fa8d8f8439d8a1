import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaBroker

@Suite struct MetadataImageTests {
    private static let topicId = Uuid(high: 1, low: 2)

    private func image() throws -> MetadataImage {
        var image = MetadataImage(clusterID: "x")
        var topic = TopicRecord()
        topic.name = "orders"
        topic.topicId = Self.topicId
        try image.replay(.topic(topic), at: 0, epoch: 1)
        var partition = PartitionRecord()
        partition.topicId = Self.topicId
        partition.partitionId = 0
        partition.replicas = [1, 2]
        partition.isr = [1, 2]
        partition.leader = 1
        partition.leaderEpoch = 0
        partition.partitionEpoch = 0
        try image.replay(.partition(partition), at: 1, epoch: 1)
        return image
    }

    // A snapshot must lead to the very image that it was taken of.
    @Test func `a snapshot's records lead to the same image`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2, 3)
        try driver.createTopic("orders", partitions: 3, replicationFactor: 3, configs: [("retention.ms", "1")])
        _ = try driver.alterConfig(.broker(1), "log.retention.ms", .set, "7")
        var request = AllocateProducerIdsRequest()
        request.brokerId = 1
        request.brokerEpoch = driver.image.broker(1)?.epoch ?? -1
        _ = try driver.ask(request)
        try driver.advance(by: .milliseconds(1500), keeping: 2, 3)
        let image = driver.image
        let id = MetadataSnapshotID(endOffset: image.offset + 1, epoch: image.epoch)
        let bytes = try MetadataSnapshot.encode(image.records, id, timestamp: 5)
        let decoded = try MetadataSnapshot.decode(bytes)
        #expect(try MetadataImage(clusterID: image.clusterID, decoded, id) == image)
        #expect(MetadataSnapshotID(fileName: id.fileName) == id)
        // One that was cut short is refused, wherever the cut lies.
        for length in stride(from: 0, to: bytes.readableBytes, by: 7) {
            let cut = bytes.getSlice(at: bytes.readerIndex, length: length) ?? ByteBuffer()
            #expect(throws: MetadataLogError.self) { try MetadataSnapshot.decode(cut) }
        }
    }

    // A broker that stopped in the middle of a batch would have half a decision.
    @Test func `a batch that cannot be applied changes nothing`() throws {
        var image = try image()
        let before = image
        var topic = TopicRecord()
        topic.name = "payments"
        topic.topicId = Uuid(high: 3, low: 4)
        var partition = PartitionRecord()
        partition.topicId = Self.topicId
        partition.partitionId = 1
        partition.replicas = [1]
        partition.isr = [1]
        partition.leader = 1
        var change = PartitionChangeRecord()
        change.topicId = Self.topicId
        change.partitionId = 0
        change.leader = 2
        var config = ConfigRecord()
        config.resourceType = ConfigResource.topic("orders").type
        config.resourceName = "orders"
        config.name = "retention.ms"
        config.value = "1"
        var known = RemoveTopicRecord()
        known.topicId = Self.topicId
        var unknown = RemoveTopicRecord()
        unknown.topicId = Uuid(high: 9, low: 9)
        var builder = RecordBatchBuilder(baseOffset: 2, partitionLeaderEpoch: 1)
        for record: MetadataRecord in [
            .topic(topic), .partition(partition), .partitionChange(change), .config(config), .removeTopic(known),
            .removeTopic(unknown),
        ] {
            try builder.append(key: nil, value: try record.encode(), timestamp: 1)
        }
        let batch = try builder.build()
        #expect(throws: MetadataReplayError.self) { try image.replay(batch) }
        let isUnchanged = image == before
        #expect(isUnchanged)
    }

    // Brokers act on changes alone, so these must tell all.
    @Test func `a change tells what was and what is`() throws {
        var image = try image()
        let before = try #require(image.partition(TopicPartition(topic: "orders", partition: 0)))
        var record = PartitionChangeRecord()
        record.topicId = Self.topicId
        record.partitionId = 0
        record.isr = [2]
        record.leader = 2
        let change = try image.replay(.partitionChange(record), at: 2, epoch: 1)
        let after = try #require(image.partition(PartitionKey(topicId: Self.topicId, partition: 0)))
        #expect(after.leaderEpoch == 1)
        #expect(after.partitionEpoch == 1)
        #expect(
            change
                == .partitionChanged(
                    TopicPartition(topic: "orders", partition: 0), topicId: Self.topicId, from: before, to: after))
        #expect(image.offset == 2)
    }

    // Naming the same leader again is how an epoch is raised on purpose.
    @Test func `the leader epoch grows with every named leader`() throws {
        var image = try image()
        var record = PartitionChangeRecord()
        record.topicId = Self.topicId
        record.partitionId = 0
        record.leader = 1
        try image.replay(.partitionChange(record), at: 2, epoch: 1)
        record.leader = -2
        record.isr = [1]
        try image.replay(.partitionChange(record), at: 3, epoch: 1)
        let partition = try #require(image.partition(TopicPartition(topic: "orders", partition: 0)))
        #expect(partition.leaderEpoch == 1)
        #expect(partition.partitionEpoch == 2)
    }

    // A damaged log must be noticed, not half applied.
    @Test func `records that do not fit are refused and change nothing`() throws {
        var image = try image()
        let before = image
        var partition = PartitionRecord()
        partition.topicId = Self.topicId
        partition.partitionId = 5
        var change = PartitionChangeRecord()
        change.topicId = Self.topicId
        change.partitionId = 1
        var topic = TopicRecord()
        topic.name = "orders"
        topic.topicId = Uuid(high: 9, low: 9)
        var removal = RemoveTopicRecord()
        removal.topicId = Uuid(high: 9, low: 9)
        var fencing = BrokerRegistrationChangeRecord()
        fencing.brokerId = 1
        fencing.fenced = 1
        for record: MetadataRecord in [
            .partition(partition), .partitionChange(change), .topic(topic), .removeTopic(removal),
            .brokerRegistrationChange(fencing),
        ] {
            #expect(throws: MetadataReplayError.self) { try image.replay(record, at: 2, epoch: 1) }
            #expect(image == before)
        }
    }

    // Screens and tools show things in the same order every time.
    @Test func `topics, brokers and settings come sorted`() throws {
        let driver = try ControllerDriver()
        for id in [3, 1, 2] as [BrokerID] { try driver.start(id) }
        for name in ["b", "c", "a"] { try driver.createTopic(name, configs: [("segment.ms", "9"), ("flush.ms", "8")]) }
        #expect(driver.image.brokers.map(\.id) == [1, 2, 3])
        #expect(driver.image.topics.map(\.name) == ["a", "b", "c"])
        #expect(driver.image.configs(of: .topic("a")).map(\.name) == ["flush.ms", "segment.ms"])
    }

    // The index is what fencing goes by; a wrong one would leave partitions with a dead leader.
    @Test func `the index says what the image says`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2, 3)
        try driver.createTopic("orders", partitions: 5, replicationFactor: 2)
        try driver.createTopic("gone", partitions: 3)
        var deletion = DeleteTopicsRequest()
        deletion.topicNames = ["gone"]
        _ = try driver.ask(deletion, version: 5)
        try driver.advance(by: .milliseconds(1500), keeping: 2)
        let index = driver.controller.state.index
        let topic = try #require(driver.image.topic(named: "orders"))
        func keys(_ isIncluded: (PartitionImage) -> Bool) -> [PartitionKey] {
            (0..<5 as Range<Int32>).filter { isIncluded(topic.partitions[Int($0)]) }
                .map { PartitionKey(topicId: topic.id, partition: $0) }
        }
        for id in [1, 2, 3] as [BrokerID] {
            #expect(index.partitions(withInSync: id) == keys { $0.isr.contains(id) })
            #expect(index.leaderCount(of: id) == keys { $0.leader == id }.count)
            #expect(index.preferredCount(of: id) == keys { $0.preferredLeader == id }.count)
        }
        #expect(index.partitionsWithoutLeader == keys { $0.leader == .none })
        #expect(index.partitionsNotLedByPreferred == keys { !$0.hasPreferredLeader })
        #expect(index.leaderCount(of: 2) > 0)
    }
}
