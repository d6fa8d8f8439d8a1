import KafkaClient
import KafkaProtocol
import Synchronization
import Testing

struct ConsumerTests {
    private let partition = TopicPartition(topic: "orders", partition: 0)

    @Test func `a member reads, commits, and the next consumer goes on from there`() async throws {
        // The commit is what passes between them. The second joins nothing: librdkafka's mock keeps it waiting for the
        // first one's session.
        let fixture = try MockClusterFixture()
        try await fixture.write(["a", "b", "c", "d"])
        let first = try fixture.consumer(group: "g")
        try first.subscribe([fixture.topic])
        #expect(first.read(2).map { text($0.value) } == ["a", "b"])
        try first.commit([PartitionOffset(partition, 2)])
        try first.close()
        let second = try fixture.consumer(group: "g")
        try second.assign([PartitionOffset(partition, nil)])
        #expect(second.read(2).map { text($0.value) } == ["c", "d"])
        try second.close()
    }

    @Test func `closing commits what is stored and nothing else`() async throws {
        // With auto-commit on and auto-store off, storing is what decides: the switch of the workload rests on it.
        let fixture = try MockClusterFixture()
        try await fixture.write(["a", "b", "c"])
        let settings: KeyValuePairs = ["enable.auto.commit": "true", "auto.commit.interval.ms": "3600000"]
        let consumer = try fixture.consumer(group: "g", settings)
        try consumer.subscribe([fixture.topic])
        #expect(consumer.read(3).count == 3)
        #expect(consumer.store([PartitionOffset(partition, 2)]).isEmpty)
        #expect(try consumer.positions([partition]).map(\.offset) == [3])
        #expect(try consumer.committed([partition]).map(\.offset) == [nil])
        try consumer.close()
        let witness = try fixture.consumer(group: "g")
        #expect(try witness.committed([partition]).map(\.offset) == [2])
        try witness.close()
    }

    @Test(.timeLimit(.minutes(1))) func `a wake that comes in the middle of a close does no harm`() async throws {
        // Whoever orders a member to stop also wakes it, and it may have seen the order before. librdkafka 2.0.2 returned from
        // the close at once, and never from the end of the client.
        let fixture = try MockClusterFixture()
        try await fixture.write(["a"])
        for number in 0..<5 {
            let consumer = try fixture.consumer(group: "g\(number)")
            try consumer.subscribe([fixture.topic])
            #expect(consumer.read(1).count == 1)
            let isOver = Atomic<Bool>(false)
            let waker = DedicatedThread(name: "waker") { [weak consumer] in
                while !isOver.load(ordering: .acquiring) { consumer?.wake() }
            }
            try consumer.close()
            isOver.store(true, ordering: .releasing)
            waker.join()
        }
    }

    @Test func `a member that crashes commits nothing`() async throws {
        // A stored offset that no commit has carried away dies with the process.
        let fixture = try MockClusterFixture()
        try await fixture.write(["a", "b"])
        do {
            let settings: KeyValuePairs = ["enable.auto.commit": "true", "auto.commit.interval.ms": "3600000"]
            let consumer = try fixture.consumer(group: "g", settings)
            try consumer.subscribe([fixture.topic])
            #expect(consumer.read(2).count == 2)
            consumer.store([PartitionOffset(partition, 2)])
            consumer.crash()
        }
        let witness = try fixture.consumer(group: "g")
        #expect(try witness.committed([partition]).map(\.offset) == [nil])
        try witness.close()
    }

    @Test func `assignments and revocations are told`() async throws {
        // The console shows who owns what from these.
        let fixture = try MockClusterFixture(partitions: 2)
        try await fixture.write(["a"])
        let changes = Mutex<[Rebalance]>([])
        let consumer = try Consumer(
            fixture.configuration.with(["group.id": "g", "auto.offset.reset": "earliest"]), logger: fixture.logger,
            onRebalance: { change in changes.withLock { $0.append(change) } })
        try consumer.subscribe([fixture.topic])
        #expect(consumer.read(1).count == 1)
        #expect(try consumer.assignment.count == 2)
        try consumer.close()
        let both = [partition, TopicPartition(topic: "orders", partition: 1)]
        #expect(changes.withLock { $0 } == [.assigned(both), .revoked(both, lost: false)])
    }

    @Test func `partitions chosen by hand are read from any offset`() async throws {
        // Assign and seek work without a subscription.
        let fixture = try MockClusterFixture()
        try await fixture.write(["a", "b", "c"])
        let consumer = try fixture.consumer(group: "g")
        try consumer.assign([PartitionOffset(partition, 1)])
        #expect(consumer.read(2).map { text($0.value) } == ["b", "c"])
        try consumer.seek([PartitionOffset(partition, 0)])
        #expect(consumer.read(3).map { text($0.value) } == ["a", "b", "c"])
        try consumer.close()
    }

    @Test func `a consumer without a group is refused`() throws {
        // A clear sentence instead of librdkafka's silence.
        let fixture = try MockClusterFixture()
        #expect(throws: ClientError.self) { _ = try Consumer(fixture.configuration, logger: fixture.logger) }
    }
}
