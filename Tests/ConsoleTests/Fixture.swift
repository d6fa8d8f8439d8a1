import KafkaBroker
import KafkaCluster
import KafkaProtocol

@testable import Console

/// One cluster in trouble, the same in every test: broker 2 is down, broker 1 lags in a partition, one partition has no
/// leader, and the group cannot keep up.
enum Fixture {
    /// 2026-11-21 14:02:33.120 UTC.
    static let start = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_795_269_753_120)

    static func instant(seconds: Double) -> Instant { start + .milliseconds(Int64(seconds * 1000)) }

    /// The cluster `step` seconds after the start. Records flow, and the lag of `billing` grows.
    static func snapshot(step: Int) -> ClusterSnapshot {
        var snapshot = ClusterSnapshot(takenAt: instant(seconds: Double(step)), clusterID: "5L6g3nShT-eMCtK--X86sw")
        snapshot.controller = 101
        snapshot.metadataOffset = 1234
        snapshot.controllers = [controller(101, isActive: true, end: 1_235)]
        snapshot.brokers = brokers
        snapshot.topics = topics(step: Int64(step))
        snapshot.groups = groups(step: Int64(step))
        snapshot.recordsPerSecond = 50 + Double(step % 7)
        snapshot.workload = workload(step: Int64(step))
        return snapshot
    }

    static func controller(_ id: BrokerID, isActive: Bool = false, end: Int64) -> ClusterSnapshot.ControllerNode {
        var controller = ClusterSnapshot.ControllerNode(id: id, isUp: true, isActive: isActive)
        controller.epoch = 7
        controller.logEndOffset = end
        return controller
    }

    private static var brokers: [ClusterSnapshot.Broker] {
        var first = broker(1, .running, leaders: 31, replicas: 63)
        first.connections = 7
        first.bytesInPerSecond = 5_300
        first.bytesOutPerSecond = 10_600
        first.logBytes = 48_300_000
        let second = broker(2, .down, leaders: 0, replicas: 62)
        var third = broker(3, .running, leaders: 31, replicas: 62)
        third.connections = 5
        third.bytesInPerSecond = 0
        third.bytesOutPerSecond = 912
        third.logBytes = 47_900_000
        return [first, second, third]
    }

    private static func broker(
        _ id: BrokerID, _ state: ClusterSnapshot.Broker.State, leaders: Int, replicas: Int
    ) -> ClusterSnapshot.Broker {
        ClusterSnapshot.Broker(
            id: id, host: "127.0.0.1", port: 9091 + Int(id.rawValue), state: state, leaders: leaders,
            replicas: replicas)
    }

    static func partition(
        _ index: Int32, leader: BrokerID?, epoch: Int32, isr: [BrokerID], end: Int64,
        replicas: [(BrokerID, ClusterSnapshot.Replica.State, Int64?)], bytes: Int64? = 4_200_000
    ) -> ClusterSnapshot.Partition {
        var partition = ClusterSnapshot.Partition(
            index: index, leader: leader, leaderEpoch: epoch, isr: isr,
            replicas: replicas.map { ClusterSnapshot.Replica(broker: $0.0, state: $0.1, logEndOffset: $0.2) })
        if leader != nil {
            partition.logStartOffset = 0
            partition.logEndOffset = end
            partition.highWatermark = max(0, end - 2)
            partition.sizeInBytes = bytes
        }
        return partition
    }

    private static func topics(step: Int64) -> [ClusterSnapshot.Topic] {
        let end = 12_340 + step * 17
        let orders = [
            partition(
                0, leader: 1, epoch: 5, isr: [1, 3], end: end,
                replicas: [(1, .leader, end), (2, .offline, nil), (3, .inSync, end - 2)]),
            partition(
                1, leader: 3, epoch: 7, isr: [3], end: end + 71,
                replicas: [(2, .offline, nil), (3, .leader, end + 71), (1, .lagging, end - 3_000)]),
            partition(
                2, leader: 3, epoch: 4, isr: [3, 1], end: 1_012_377 + step * 16,
                replicas: [
                    (3, .leader, 1_012_377 + step * 16), (1, .inSync, 1_012_377 + step * 16), (2, .offline, nil),
                ]),
        ]
        let audit = [
            partition(0, leader: nil, epoch: 3, isr: [2], end: 0, replicas: [(2, .offline, nil)])
        ]
        let payments = (0..<6).map { (index: Int32) -> ClusterSnapshot.Partition in
            let isEven = index % 2 == 0
            return partition(
                index, leader: isEven ? 1 : 3, epoch: 2, isr: [1, 3], end: 880,
                replicas: [(1, isEven ? .leader : .inSync, 880), (3, isEven ? .inSync : .leader, 880)], bytes: 91_000)
        }
        let offsets = (0..<50).map { (index: Int32) -> ClusterSnapshot.Partition in
            partition(
                index, leader: 1, epoch: 1, isr: [1, 3], end: index == 7 ? 4_100 + step : 0,
                replicas: [(1, .leader, 0), (2, .offline, nil), (3, .inSync, 0)], bytes: 1_000)
        }
        return [
            topic("__consumer_offsets", offsets, isInternal: true), topic("audit", audit), topic("orders", orders),
            topic("payments", payments),
            topic(
                "注文-eu",
                [
                    partition(
                        0, leader: 3, epoch: 0, isr: [3], end: 0, replicas: [(3, .leader, 0)], bytes: 0)
                ]),
        ]
    }

    private static func topic(
        _ name: String, _ partitions: [ClusterSnapshot.Partition], isInternal: Bool = false
    ) -> ClusterSnapshot.Topic {
        ClusterSnapshot.Topic(
            name: name, id: Uuid(high: 7, low: UInt64(name.utf8.count)), isInternal: isInternal, partitions: partitions)
    }

    private static func groups(step: Int64) -> [ClusterSnapshot.Group] {
        let members = ["billing-1", "billing-2"].map {
            GroupSnapshot.Member(
                id: "\($0)-3f6c0a1e-77aa-4a41", instanceID: nil, clientID: $0, clientHost: "127.0.0.1", assignment: [])
        }
        var billing = ClusterSnapshot.Group(id: "billing", state: "Stable", members: members)
        billing.generation = 4
        billing.protocolName = "range"
        billing.coordinator = 1
        let ends: [Int64] = [12_340 + step * 17, 12_411 + step * 17, 1_012_377 + step * 16]
        for (index, end) in ends.enumerated() {
            var partition = ClusterSnapshot.GroupPartition(
                partition: TopicPartition(topic: "orders", partition: Int32(index)))
            partition.member = members[index == 2 ? 1 : 0].id
            partition.position = end - 4
            partition.committed = index == 2 ? end - 4 : 12_000
            partition.highWatermark = end - 2
            partition.logEndOffset = end
            billing.partitions.append(partition)
        }
        var audit = ClusterSnapshot.Group(id: "audit-nightly", state: "Empty")
        audit.coordinator = 3
        var never = ClusterSnapshot.GroupPartition(partition: TopicPartition(topic: "audit", partition: 0))
        never.member = nil
        audit.partitions = [never]
        var moving = ClusterSnapshot.Group(id: "report", state: "PreparingRebalance", members: [members[0]])
        moving.generation = 12
        moving.coordinator = 3
        return [audit, billing, moving]
    }

    private static func workload(step: Int64) -> WorkloadSnapshot {
        var workload = WorkloadSnapshot()
        var producer = WorkloadSnapshot.Producer(
            settings: ProducerSettings(topic: "orders", recordsPerSecond: 50), isRunning: true)
        producer.sent = 37_000 + step * 50
        producer.acknowledged = producer.sent - 14
        producer.failed = 2
        producer.unknown = 12
        producer.doubled = 2
        producer.latencyP99Microseconds = 2_340
        workload.producers = [producer]
        var settings = ConsumerSettings(group: "billing", topics: ["orders"])
        settings.members = 2
        settings.enableAutoCommit = false
        var group = WorkloadSnapshot.Group(settings: settings, isRunning: true)
        group.consumed = 36_800 + step * 50
        workload.groups = [group]
        return workload
    }

    static var events: [ClusterEvent] {
        func node(_ seconds: Double, _ kind: BrokerEvent.Kind, _ node: BrokerID = 101) -> ClusterEvent {
            .node(BrokerEvent(at: instant(seconds: seconds), node: node, kind: kind))
        }
        func orders(_ index: Int32) -> TopicPartition { TopicPartition(topic: "orders", partition: index) }
        let term = CoordinatorTerm(topicID: Uuid(high: 1, low: 9), partition: 7, leaderEpoch: 1)
        return [
            node(0.1, .topicCreated("orders", partitions: 3, replicationFactor: 3)),
            .client(
                .producerStarted(ProducerSettings(topic: "orders", recordsPerSecond: 50)), at: instant(seconds: 0.4)),
            node(0.9, .groupChanged(group: "billing", state: "Stable", generation: 4, members: 2, term: term), 1),
            .fault(.kill(2), at: instant(seconds: 40)),
            node(41.3, .brokerFenced(2, reason: "its session expired after 1500 ms")),
            node(
                41.31,
                .leaderElected(
                    orders(0), leader: 1, previous: 2, leaderEpoch: 5, isr: [1, 3], unclean: false)),
            node(
                41.31,
                .leaderElected(
                    orders(1), leader: 3, previous: 2, leaderEpoch: 6, isr: [3, 1], unclean: false)),
            node(
                41.4,
                .leaderElected(
                    TopicPartition(topic: "audit", partition: 0), leader: .none, previous: 2, leaderEpoch: 3, isr: [2],
                    unclean: false)),
            node(55.02, .isrChanged(orders(1), from: [3, 1], to: [3], leaderEpoch: 7)),
            node(
                56.5,
                .groupMemberLeft(group: "report", member: "report-2", reason: "heartbeat session expired", term: term),
                3),
            .client(.autoCommitChanged(group: "billing", false), at: instant(seconds: 57)),
            .client(
                .clientError(client: "producer of orders", reason: "1/3 brokers are down"), at: instant(seconds: 58)),
        ]
    }

    static let records: [RecordRow] = [
        row(1, 12_300, "customer-17", #"{"id":17,"total":99.5,"items":["café","茶"],"paid":true,"note":null}"#),
        row(0, 12_301, "customer-18", "plain text, one line"),
        row(2, 1_012_001, nil, "no key here"),
        RecordRow(
            partition: 0, offset: 12_302, timestamp: start.wallClockMilliseconds + 950, key: Array("klein".utf8),
            value: nil, headers: [RecordRow.Header(name: "why", value: Array("gdpr".utf8))]),
        RecordRow(
            partition: 1, offset: 12_303, timestamp: nil, key: [0, 1, 2, 250, 251],
            value: (0..<60).map { UInt8(truncatingIfNeeded: $0 * 37 + 128) }),
        row(2, 1_012_002, "注文-7", "家族 👨‍👩‍👧 flag 🇩🇪 heart ❤️ \u{202E}txet\u{7} tab\there"),
    ]

    private static func row(_ partition: Int32, _ offset: Int64, _ key: String?, _ value: String) -> RecordRow {
        RecordRow(
            partition: partition, offset: offset, timestamp: start.wallClockMilliseconds + offset % 1000,
            key: key.map { Array($0.utf8) }, value: Array(value.utf8),
            headers: partition == 1 ? [RecordRow.Header(name: "trace", value: Array("a1b2".utf8))] : [])
    }

    static let marks = [
        PartitionMark(partition: 0, logStartOffset: 0, highWatermark: 13_358, nextOffset: 12_303),
        PartitionMark(partition: 1, logStartOffset: 0, highWatermark: 13_429, nextOffset: 12_304),
        PartitionMark(partition: 2, logStartOffset: 0, highWatermark: 1_013_335, nextOffset: 1_012_003),
    ]

    /// That of the first record.
    static var batch: RecordBatchFacts {
        get throws {
            var builder = RecordBatchBuilder(
                baseOffset: 12_290, partitionLeaderEpoch: 7, compression: .zstd, producerId: 4001, producerEpoch: 2,
                baseSequence: 1000, isTransactional: true)
            for index in 0..<20 { try builder.append(key: nil, value: nil, timestamp: Int64(index)) }
            return RecordBatchFacts(try builder.build())
        }
    }
}
