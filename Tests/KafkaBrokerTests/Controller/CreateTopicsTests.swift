import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct CreateTopicsTests {
    private func cluster(of brokers: Int32 = 3) throws -> ControllerDriver {
        let driver = try ControllerDriver()
        for id in 1...brokers { try driver.start(BrokerID(id)) }
        driver.clearEvents()
        return driver
    }

    // The ordinary case, and what the answer tells.
    @Test func `a topic is placed on all brokers and described`() throws {
        let driver = try cluster()
        let result = try driver.createTopic(
            "orders", partitions: 6, replicationFactor: 3, configs: [("retention.ms", "1000")])
        #expect(result.errorCode == .none)
        #expect(result.errorMessage == nil)
        #expect(result.numPartitions == 6)
        #expect(result.replicationFactor == 3)
        #expect(result.topicId == driver.image.topicId("orders"))
        let retention = try #require(result.configs?.first { $0.name == "retention.ms" })
        #expect(retention.value == "1000")
        #expect(retention.configSource == ConfigEntry.Source.dynamicTopicConfig.rawValue)
        let topic = try #require(driver.image.topic(named: "orders"))
        #expect(topic.partitions.count == 6)
        for id in 1...3 as ClosedRange<Int32> {
            #expect(topic.partitions.filter { $0.leader == BrokerID(id) }.count == 2)
        }
        #expect(topic.partitions.allSatisfy { $0.isr == $0.replicas && $0.leaderEpoch == 0 && $0.partitionEpoch == 0 })
        #expect(driver.image.config(.topic("orders"), "retention.ms") == "1000")
        #expect(driver.events.last == .topicCreated("orders", partitions: 6, replicationFactor: 3))
    }

    // Clients that ask for nothing get the defaults, and a lab of one broker gets topics too.
    @Test func `defaults follow the settings and the number of brokers`() throws {
        let driver = try cluster(of: 1)
        let result = try driver.createTopic("orders")
        #expect(result.numPartitions == 1)
        #expect(result.replicationFactor == 1)
        try driver.start(2, 3, 4)
        #expect(try driver.createTopic("more").replicationFactor == 3)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var name = "fine"
        var partitions: Int32 = -1
        var replicationFactor: Int16 = -1
        var assignments: [[BrokerID]] = []
        var config: (String, String?)?
        var error: ErrorCode
        var testDescription: String { "\(error) \(name) \(partitions) \(replicationFactor) \(assignments)" }
    }

    static let refusals: [Refusal] = [
        Refusal(name: "", error: .invalidTopicException),
        Refusal(name: ".", error: .invalidTopicException),
        Refusal(name: "..", error: .invalidTopicException),
        Refusal(name: "a b", error: .invalidTopicException),
        Refusal(name: "naïve", error: .invalidTopicException),
        Refusal(name: String(repeating: "x", count: 250), error: .invalidTopicException),
        Refusal(name: "or.ders", error: .invalidTopicException),
        Refusal(name: "or_ders", error: .topicAlreadyExists),
        Refusal(name: "__cluster_metadata", error: .invalidRequest),
        Refusal(partitions: 0, error: .invalidPartitions),
        Refusal(partitions: -2, error: .invalidPartitions),
        Refusal(partitions: .max, error: .policyViolation),
        Refusal(replicationFactor: 0, error: .invalidReplicationFactor),
        Refusal(replicationFactor: -2, error: .invalidReplicationFactor),
        Refusal(replicationFactor: 4, error: .invalidReplicationFactor),
        Refusal(partitions: 1, assignments: [[1]], error: .invalidRequest),
        Refusal(replicationFactor: 1, assignments: [[1]], error: .invalidRequest),
        Refusal(assignments: [[]], error: .invalidReplicaAssignment),
        Refusal(assignments: [[1, 1]], error: .invalidReplicaAssignment),
        Refusal(assignments: [[1, 9]], error: .invalidReplicaAssignment),
        Refusal(assignments: [[1, 2], [3]], error: .invalidReplicaAssignment),
        Refusal(config: ("no.such.thing", "1"), error: .invalidConfig),
        Refusal(config: ("retention.ms", "soon"), error: .invalidConfig),
        Refusal(config: ("retention.ms", "-2"), error: .invalidConfig),
        Refusal(config: ("cleanup.policy", "burn"), error: .invalidConfig),
        Refusal(config: ("retention.ms", nil), error: .invalidConfig),
    ]

    // Each refusal has its own error, and leaves nothing behind.
    @Test(arguments: refusals) func `what is refused, and how`(refusal: Refusal) throws {
        let driver = try cluster()
        try driver.createTopic("or_ders")
        let offset = driver.image.offset
        let result = try driver.createTopic(
            refusal.name, partitions: refusal.partitions, replicationFactor: refusal.replicationFactor,
            assignments: refusal.assignments, configs: refusal.config.map { [$0] } ?? [])
        #expect(result.errorCode == refusal.error)
        #expect(result.errorMessage?.isEmpty == false)
        #expect(driver.image.offset == offset)
    }

    // One request, several topics: each stands for itself, but may not be named twice or collide with another.
    @Test func `topics of one request`() throws {
        let driver = try cluster()
        let response = try driver.ask(
            driver.topicRequest([
                driver.topic("twice"), driver.topic("a.b"), driver.topic("twice"), driver.topic("a_b"),
                driver.topic("good"),
            ]))
        let errors = Dictionary(uniqueKeysWithValues: response.topics.map { ($0.name, $0.errorCode) })
        #expect(
            errors == ["twice": .invalidRequest, "a.b": .none, "a_b": .invalidTopicException, "good": .none])
        #expect(driver.image.topicNames == ["a.b", "good"])
    }

    // Tools ask beforehand.
    @Test func `validate only creates nothing`() throws {
        let driver = try cluster()
        let offset = driver.image.offset
        let result = try driver.createTopic("orders", partitions: 3, validateOnly: true)
        #expect(result.errorCode == .none)
        #expect(result.numPartitions == 3)
        #expect(driver.image.offset == offset)
        #expect(try driver.createTopic("orders", partitions: 0, validateOnly: true).errorCode == .invalidPartitions)
    }

    // A replica on a fenced broker is not in sync yet, and nobody leads what has no live replica.
    @Test func `fenced replicas begin outside the ISR`() throws {
        let driver = try cluster()
        try driver.heartbeat(1, wantFence: true)
        try driver.createTopic("orders", assignments: [[1, 2, 3]])
        #expect(try driver.partition("orders").isr == [2, 3])
        #expect(try driver.partition("orders").leader == 2)
        #expect(try driver.createTopic("dead", assignments: [[1]]).errorCode == .invalidReplicaAssignment)
    }

    // Assignments are numbered from 0 without gaps; their order in the request does not matter.
    @Test func `assignments may come in any order but have no gaps`() throws {
        let driver = try cluster()
        var topic = driver.topic("orders", assignments: [[1], [2]])
        topic.assignments.reverse()
        #expect(try driver.ask(driver.topicRequest([topic])).topics.first?.errorCode == ErrorCode.none)
        #expect(try driver.partition("orders", 0).replicas == [1])
        topic.name = "gap"
        topic.assignments[0].partitionIndex = 5
        #expect(try driver.ask(driver.topicRequest([topic])).topics.first?.errorCode == .invalidReplicaAssignment)
        topic.name = "same"
        topic.assignments[0].partitionIndex = topic.assignments[1].partitionIndex
        #expect(try driver.ask(driver.topicRequest([topic])).topics.first?.errorCode == .invalidReplicaAssignment)
    }

    // Every version of the answer can be written.
    @Test(arguments: CreateTopicsRequest.versions) func `all versions are answered`(version: Int16) throws {
        let driver = try cluster()
        let request = driver.topicRequest([driver.topic("orders", partitions: 2, replicationFactor: 1)])
        #expect(try driver.ask(request, version: version).topics.first?.errorCode == ErrorCode.none)
    }
}
