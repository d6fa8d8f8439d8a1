import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Logging
import Testing
import Workload

/// The workload against klamm's own brokers: over TCP, on real files, with brokers that die.
@Suite(.timeLimit(.minutes(15))) struct LiveClusterTests {
    @Test func `acks=all loses nothing when leaders die, one after the other`() async throws {
        // The promise that klamm is there to show. Each broker is killed once while records flow.
        try await withLiveCluster { live in
            try await live.admin.createTopic("orders", partitions: 3, replicationFactor: 3)
            live.workload.execute(.startProducer(ProducerSettings(topic: "orders", recordsPerSecond: 500)))
            try await live.until { live.ledger.acknowledged.count > 200 }
            for broker: BrokerID in [1, 2, 3] {
                try await live.cluster.inject(.kill(broker))
                let then = live.ledger.acknowledged.count
                try await live.until { live.ledger.acknowledged.count > then + 500 }
                try await live.cluster.inject(.restart(broker))
                try await live.until {
                    let topic = try await live.admin.describe(topic: "orders").topics.first
                    return topic?.partitions.allSatisfy { $0.isr.count == 3 } == true
                }
            }
            live.workload.execute(.stopProducer(topic: "orders"))
            try await live.until { !live.workload.snapshot().producers[0].isRunning }
            try await live.until {
                let counts = live.workload.snapshot().producers[0]
                return counts.sent == counts.acknowledged + counts.failed + counts.unknown
            }

            let records = try await live.read("orders")
            var stored: [AcknowledgedLedger.Place: RecordID] = [:]
            for record in records {
                let place = AcknowledgedLedger.Place(partition: record.partition.partition, offset: record.offset)
                stored[place] = record.value.flatMap(RecordID.init(value:))
            }
            let acknowledged = live.ledger.acknowledged
            let lost = acknowledged.filter { stored[$0.value] != $0.key }
            #expect(lost.isEmpty, "\(lost.count) of \(acknowledged.count) acknowledged records are gone")
            #expect(acknowledged.count > 1700)
        }
    }

    @Test func `a group of two shares a topic and its commits stand still while auto-commit is off`() async throws {
        // The demo, with its switch, on klamm's own coordinator. Nobody dies, and nobody must be taken for dead who is only
        // late: with another coordinator the members would join anew, and be handed what is not committed again.
        try await withLiveCluster(brokers: 3, [("broker.session.timeout.ms", "60000")]) { live in
            try await live.admin.createTopic("orders", partitions: 3, replicationFactor: 3)
            var settings = ConsumerSettings(group: "billing", topics: ["orders"])
            settings.members = 2
            settings.autoCommitIntervalMilliseconds = 50
            live.workload.execute(.startGroup(settings))
            live.workload.execute(.startProducer(ProducerSettings(topic: "orders", recordsPerSecond: 500)))
            let partitions = (0..<3).map { TopicPartition(topic: "orders", partition: $0) }
            let witness = try Consumer(live.configuration.with(["group.id": "billing"]), logger: live.logger)
            func committed() async throws -> Int64 {
                try await live.committed(partitions, by: witness).reduce(0) { $0 + ($1 ?? 0) }
            }
            func positions() -> [GroupPosition] { live.workload.snapshot().groups[0].positions }
            func position() -> Int64 { positions().reduce(0) { $0 + $1.position } }

            try await live.until {
                guard live.ledger.membersSeen.count == 2, positions().count == 3 else { return false }
                return try await committed() > 100
            }
            live.workload.execute(.setAutoCommit(group: "billing", false))
            let atSwitch = position()
            try await live.until { position() > atSwitch + 200 }
            let standing = try await committed()
            let positionThen = position()
            try await live.until { position() > positionThen + 300 }
            #expect(try await committed() == standing)
            live.workload.execute(.setAutoCommit(group: "billing", true))
            try await live.until { try await committed() > positionThen }
            #expect(live.ledger.membersSeen.count == 2)
            #expect(live.ledger.consumed.values.allSatisfy { $0 == 1 }, "nothing was handed out twice")
            try witness.close()
        }
    }

    @Test func `a member that crashes is replaced, and every record is still handed out`() async throws {
        // The group finds out by its session timeout; the survivor goes on from the dead member's commits.
        try await withLiveCluster { live in
            try await live.admin.createTopic("orders", partitions: 4, replicationFactor: 3)
            var settings = ConsumerSettings(group: "billing", topics: ["orders"])
            settings.members = 2
            settings.autoCommitIntervalMilliseconds = 100
            live.workload.execute(.startGroup(settings))
            live.workload.execute(.startProducer(ProducerSettings(topic: "orders", recordsPerSecond: 200)))
            func owned() -> Int { live.workload.snapshot().groups[0].positions.count }
            try await live.until { live.ledger.membersSeen.count == 2 && owned() == 4 }
            live.workload.execute(.crashMember(group: "billing", member: 1, .now))
            try await live.until { owned() == 2 }
            try await live.until { owned() == 4 }
            live.workload.execute(.stopProducer(topic: "orders"))
            try await live.until { !live.workload.snapshot().producers[0].isRunning }
            try await live.until { live.ledger.acknowledged.keys.allSatisfy { live.ledger.consumed[$0] != nil } }
            #expect(live.ledger.membersSeen.count == 2)
        }
    }

    @Test func `topics are made with settings, refused twice, and deleted`() async throws {
        // The errors carry Kafka's names.
        try await withLiveCluster { live in
            try await live.admin.createTopic(
                "small", partitions: 2, replicationFactor: 2, settings: ["min.insync.replicas": "2"])
            let made = try await live.admin.describe(topic: "small").topics.first
            #expect(made?.partitions.count == 2)
            #expect(made?.partitions.allSatisfy { $0.replicas.count == 2 } == true)
            await #expect {
                try await live.admin.createTopic("small", partitions: 2, replicationFactor: 2)
            } throws: { ($0 as? ClientError)?.code == .topicAlreadyExists }
            await #expect {
                try await live.admin.createTopic("large", partitions: 1, replicationFactor: 4)
            } throws: { ($0 as? ClientError)?.name == "INVALID_REPLICATION_FACTOR" }
            try await live.admin.deleteTopic("small")
            try await live.until {
                try await live.admin.describe().topics.allSatisfy { $0.name != "small" }
            }
        }
    }
}
