import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

/// One picture out of what the controller decided and what each broker knows.
@Suite struct ClusterAssemblyTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)
    private let now = Instant(monotonicNanoseconds: 5_000_000_000, wallClockMilliseconds: 1_000_000)

    /// Three brokers of which `fenced` are fenced; orders-0 on all three, led by `leader` in epoch 4.
    private func image(leader: BrokerID = 1, isr: [BrokerID] = [1, 2, 3], fenced: [BrokerID] = []) throws
        -> MetadataImage
    {
        var image = MetadataImage(clusterID: "c")
        var offset: Int64 = 0
        func replay(_ record: MetadataRecord) throws {
            try image.replay(record, at: offset, epoch: 1)
            offset += 1
        }
        for id: BrokerID in [1, 2, 3] {
            var broker = RegisterBrokerRecord()
            broker.brokerId = id
            broker.brokerEpoch = offset
            broker.fenced = fenced.contains(id)
            try replay(.registerBroker(broker))
        }
        var topic = TopicRecord()
        topic.name = "orders"
        topic.topicId = Uuid(high: 1, low: 2)
        try replay(.topic(topic))
        var partition = PartitionRecord()
        partition.partitionId = 0
        partition.topicId = topic.topicId
        partition.replicas = [1, 2, 3]
        partition.isr = isr
        partition.leader = leader
        partition.leaderEpoch = 4
        partition.partitionEpoch = 7
        try replay(.partition(partition))
        return image
    }

    private func replica(leads: Bool = false, epoch: Int32 = 4, end: Int64, watermark: Int64 = 90) -> ReplicaSnapshot {
        ReplicaSnapshot(
            partition: orders, isLeader: leads, leaderEpoch: epoch, logStartOffset: 10, logEndOffset: end,
            highWatermark: watermark, sizeInBytes: 1000)
    }

    private func broker(
        _ id: BrokerID, _ lifecycle: BrokerLifecycleState = .running, _ replicas: [ReplicaSnapshot] = [],
        groups: [GroupSnapshot] = []
    ) -> ClusterAssembly.BrokerNode {
        var snapshot = BrokerSnapshot(id: id, lifecycle: lifecycle)
        snapshot.replicas = replicas
        snapshot.groups = groups
        return ClusterAssembly.BrokerNode(
            id: id, host: "127.0.0.1", port: 9091 + Int(id.rawValue), presence: .up(snapshot))
    }

    private func down(_ id: BrokerID) -> ClusterAssembly.BrokerNode {
        ClusterAssembly.BrokerNode(id: id, host: "127.0.0.1", port: 9091 + Int(id.rawValue), presence: .down)
    }

    private func snapshot(
        _ image: MetadataImage?, _ brokers: [ClusterAssembly.BrokerNode], sessionEnds: [BrokerID: Instant] = [:]
    ) -> ClusterSnapshot {
        var input = ClusterAssembly.Input(clusterID: "c")
        input.image = image
        input.brokers = brokers
        input.controllers = [.init(id: 101, isUp: true, isActive: true)]
        input.sessionEnds = sessionEnds
        return ClusterAssembly().snapshot(of: input, at: now)
    }

    @Test func `the leader's own offsets stand for the partition, each replica's for itself`() throws {
        // The replica matrix shows both: how far the partition is, and who is behind.
        let picture = snapshot(
            try image(isr: [1, 2]),
            [
                broker(1, .running, [replica(leads: true, end: 100)]),
                broker(2, .running, [replica(end: 95, watermark: 80)]),
                broker(3, .running, [replica(end: 20, watermark: 20)]),
            ])
        let partition = try #require(picture.topics.first?.partitions.first)
        #expect(partition.leader == 1 && partition.leaderEpoch == 4 && partition.isr == [1, 2])
        #expect(partition.logStartOffset == 10 && partition.highWatermark == 90 && partition.logEndOffset == 100)
        #expect(partition.replicas.map(\.state) == [.leader, .inSync, .lagging])
        #expect(partition.replicas.map(\.logEndOffset) == [100, 95, 20])
        #expect(picture.brokers.map(\.leaders) == [1, 0, 0] && picture.brokers.map(\.replicas) == [1, 1, 1])
        #expect(picture.controller == 101)
    }

    @Test func `what a killed leader knew is unknown, not zero`() throws {
        // Until the controller has noticed, the image still names it.
        let picture = snapshot(
            try image(), [down(1), broker(2, .running, [replica(end: 95)]), broker(3, .running, [replica(end: 95)])])
        let partition = try #require(picture.topics.first?.partitions.first)
        #expect(partition.leader == 1)
        #expect(partition.highWatermark == nil && partition.logEndOffset == nil)
        #expect(partition.replicas.map(\.state) == [.offline, .inSync, .inSync])
        #expect(partition.replicas.map(\.logEndOffset) == [nil, 95, 95])
        #expect(picture.brokers.map(\.state) == [.down, .running, .running])
        #expect(picture.brokers[0].connections == nil && picture.brokers[0].logBytes == nil)
    }

    @Test func `a leader of an older epoch does not speak for the partition`() throws {
        // A deposed leader that has not heard of it yet still counts on.
        let picture = snapshot(
            try image(), [broker(1, .running, [replica(leads: true, epoch: 3, end: 100)]), broker(2), broker(3)])
        #expect(try #require(picture.topics.first?.partitions.first).logEndOffset == nil)
    }

    @Test func `a partition without a leader says so`() throws {
        // -1 is the wire's word, not the screen's.
        let picture = snapshot(try image(leader: .none, isr: [1], fenced: [1]), [down(1), broker(2), broker(3)])
        #expect(try #require(picture.topics.first?.partitions.first).leader == nil)
    }

    @Test func `a broker is fenced, starting, waiting or stopping as the case is`() throws {
        // Each looks like "not there" to a client; a person wants to know which it is.
        let image = try image(fenced: [2])
        #expect(snapshot(image, [broker(2)]).brokers.map(\.state) == [.fenced])
        #expect(snapshot(image, [broker(2, .recovering)]).brokers.map(\.state) == [.starting(.recovering)])
        #expect(snapshot(image, [broker(2, .registering)]).brokers.map(\.state) == [.starting(.registering)])
        let end = now + .milliseconds(700)
        #expect(
            snapshot(image, [broker(2, .registering)], sessionEnds: [2: end]).brokers.map(\.state)
                == [.waitingForSession(milliseconds: 700)])
        let past = now + .milliseconds(-1)
        #expect(
            snapshot(image, [broker(2, .registering)], sessionEnds: [2: past]).brokers.map(\.state)
                == [.starting(.registering)])
        #expect(snapshot(image, [broker(1, .shuttingDown)]).brokers.map(\.state) == [.shuttingDown])
        // Until somebody could have fenced it, what it says of itself stands.
        #expect(snapshot(nil, [broker(1)]).brokers.map(\.state) == [.running])
    }

    @Test func `a group's rows join assignment, commit and watermark`() throws {
        // An assigned partition without a commit has a row and no lag.
        let other = TopicPartition(topic: "orders", partition: 7)
        let member = GroupSnapshot.Member(
            id: "m", instanceID: nil, clientID: "c", clientHost: "h", assignment: [orders, other])
        let group = GroupSnapshot(
            id: "billing", state: "Stable", generation: 3, protocolType: "consumer", protocolName: "range", leader: "m",
            coordinator: 2, term: CoordinatorTerm(topicID: Uuid(high: 1, low: 9), partition: 0, leaderEpoch: 0),
            members: [member], offsets: [.init(partition: orders, committed: 60)])
        let picture = snapshot(
            try image(),
            [
                broker(1, .running, [replica(leads: true, end: 100)]), broker(2, .running, [], groups: [group]),
                broker(3),
            ])
        let found = try #require(picture.groups.first)
        #expect(found.coordinator == 2 && found.generation == 3 && found.lag == 30)
        #expect(found.protocolType == "consumer" && !found.isDeserted)
        #expect(found.partitions.map(\.partition) == [orders, other])
        #expect(found.partitions.map(\.committed) == [60, nil])
        #expect(found.partitions.map(\.highWatermark) == [90, nil])
        #expect(found.partitions.map(\.member) == ["m", "m"])
        #expect(found.partitions.map(\.lag) == [30, nil])
    }

    @Test func `a group that two brokers hold is shown as the one has it that is elected`() throws {
        // A coordinator that is cut off loses its members, and counts on in generations of its own.
        func node(
            _ coordinator: BrokerID, epoch: Int32, generation: Int32, topicID: Uuid = Uuid(high: 1, low: 9)
        ) -> ClusterAssembly.BrokerNode {
            let group = GroupSnapshot(
                id: "g", state: "Stable", generation: generation, protocolType: nil, protocolName: nil, leader: nil,
                coordinator: coordinator, term: CoordinatorTerm(topicID: topicID, partition: 0, leaderEpoch: epoch),
                members: [], offsets: [])
            return broker(coordinator, .running, [], groups: [group])
        }
        var image = try image()
        var topic = TopicRecord()
        topic.name = GroupCoordinator.topic
        topic.topicId = Uuid(high: 1, low: 9)
        try image.replay(.topic(topic), at: 20, epoch: 1)
        var partition = PartitionRecord()
        partition.partitionId = 0
        partition.topicId = topic.topicId
        partition.replicas = [1, 2, 3]
        partition.isr = [2, 3]
        partition.leader = 2
        partition.leaderEpoch = 5
        try image.replay(.partition(partition), at: 21, epoch: 1)
        let both = [node(1, epoch: 4, generation: 9), node(2, epoch: 5, generation: 6)]
        #expect(snapshot(image, both).groups.map(\.coordinator) == [2])
        let elected = snapshot(image, both).coordinator(of: "g")
        #expect(elected?.broker == 2 && elected?.leaderEpoch == 5)
        #expect(snapshot(image, [both[0]]).groups.isEmpty, "what a former one holds is not how the group is")
        // A broker may have heard of its election before the picture has.
        #expect(snapshot(image, [both[1], node(3, epoch: 6, generation: 6)]).groups.map(\.coordinator) == [3])
        // One that has not heard that the topic was deleted, and another made, counts in epochs that are over.
        let buried = node(1, epoch: 40, generation: 9, topicID: Uuid(high: 1, low: 8))
        #expect(snapshot(image, [buried, both[1]]).groups.map(\.coordinator) == [2])
        #expect(snapshot(image, [buried]).groups.isEmpty)
    }

    @Test func `records per second is the sum over brokers, and unknown before it was measured`() throws {
        // A made-up zero would look like a stopped producer.
        var assembly = ClusterAssembly()
        var input = ClusterAssembly.Input(clusterID: "c")
        func brokers(_ records: Int64) -> [ClusterAssembly.BrokerNode] {
            ([1, 2] as [BrokerID]).map { id in
                var snapshot = BrokerSnapshot(id: id, lifecycle: .running)
                snapshot.recordsIn = records
                return ClusterAssembly.BrokerNode(id: id, host: "h", port: 1, presence: .up(snapshot))
            }
        }
        input.brokers = brokers(0)
        assembly.note(input.brokers, at: now)
        #expect(assembly.snapshot(of: input, at: now).recordsPerSecond == nil)
        input.brokers = brokers(50)
        assembly.note(input.brokers, at: now + .seconds(1))
        #expect(assembly.snapshot(of: input, at: now + .seconds(1)).recordsPerSecond == 100)
    }
}
