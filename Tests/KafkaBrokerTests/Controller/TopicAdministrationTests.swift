import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct TopicAdministrationTests {
    private func cluster() throws -> ControllerDriver {
        let driver = try ControllerDriver()
        try driver.start(1, 2, 3)
        try driver.createTopic("orders", partitions: 2, replicationFactor: 2, configs: [("retention.ms", "5")])
        driver.clearEvents()
        return driver
    }

    private func state(_ name: String?, _ id: Uuid = .zero) -> DeleteTopicsRequest.DeleteTopicState {
        var state = DeleteTopicsRequest.DeleteTopicState()
        state.name = name
        state.topicId = id
        return state
    }

    // A topic of the same name is another topic, with other settings.
    @Test func `a deleted topic takes its settings along`() throws {
        let driver = try cluster()
        let former = driver.image.topicId("orders")
        var request = DeleteTopicsRequest()
        request.topicNames = ["orders"]
        #expect(try driver.ask(request, version: 5).responses.first?.errorCode == ErrorCode.none)
        #expect(driver.image.topic(named: "orders") == nil)
        #expect(driver.events == [.topicDeleted("orders")])
        try driver.createTopic("orders")
        #expect(driver.image.topicId("orders") != former)
        #expect(driver.image.config(.topic("orders"), "retention.ms") == nil)
    }

    // Names and ids are two ways to one topic; each mistake has its own error.
    @Test func `deleting by name and by id`() throws {
        let driver = try cluster()
        try driver.createTopic("second")
        let id = try #require(driver.image.topicId("second"))
        var request = DeleteTopicsRequest()
        request.topics = [
            state("orders"), state(nil, id), state("orders"), state(nil, Uuid(high: 5, low: 5)), state("none"),
            state(nil), state("x", id),
        ]
        let responses = try driver.ask(request).responses
        #expect(
            responses.map(\.errorCode) == [
                .invalidRequest, .none, .unknownTopicId, .unknownTopicOrPartition, .invalidRequest, .invalidRequest,
            ])
        #expect(responses[1].name == "second")
        #expect(driver.image.topicNames == ["orders"])
    }

    // The switch is Kafka's, and older clients do not know its error.
    @Test func `deletion can be switched off`() throws {
        let driver = try ControllerDriver(configuration: ["delete.topic.enable": "false"])
        try driver.start(1)
        try driver.createTopic("orders")
        var request = DeleteTopicsRequest()
        request.topicNames = ["orders"]
        #expect(try driver.ask(request, version: 3).responses.first?.errorCode == .topicDeletionDisabled)
        #expect(try driver.ask(request, version: 2).responses.first?.errorCode == .invalidRequest)
    }

    private func grow(
        _ driver: ControllerDriver, _ name: String, to count: Int32, assignments: [[BrokerID]]? = nil,
        validateOnly: Bool = false
    ) throws -> ErrorCode {
        var topic = CreatePartitionsRequest.CreatePartitionsTopic()
        topic.name = name
        topic.count = count
        topic.assignments = assignments?.map { brokers in
            var assignment = CreatePartitionsRequest.CreatePartitionsAssignment()
            assignment.brokerIds = brokers
            return assignment
        }
        var request = CreatePartitionsRequest()
        request.topics = [topic]
        request.validateOnly = validateOnly
        return try #require(try driver.ask(request).results.first).errorCode
    }

    // Existing partitions stay where they are.
    @Test func `partitions are added with the topic's replication factor`() throws {
        let driver = try cluster()
        let before = try driver.partition("orders", 1)
        #expect(try grow(driver, "orders", to: 4) == .none)
        let topic = try #require(driver.image.topic(named: "orders"))
        #expect(topic.partitions.count == 4)
        #expect(topic.partitions[1] == before)
        #expect(topic.partitions.allSatisfy { $0.replicas.count == 2 })
        #expect(driver.events == [.partitionsAdded("orders", total: 4)])
        #expect(try grow(driver, "orders", to: 5, assignments: [[3, 1]]) == .none)
        #expect(try driver.partition("orders", 4).replicas == [3, 1])
    }

    // Partitions cannot go away, since keys would change places.
    @Test func `what cannot be added is refused`() throws {
        let driver = try cluster()
        #expect(try grow(driver, "orders", to: 2) == .invalidPartitions)
        #expect(try grow(driver, "orders", to: 1) == .invalidPartitions)
        #expect(try grow(driver, "orders", to: -1) == .invalidPartitions)
        #expect(try grow(driver, "orders", to: .max) == .policyViolation)
        #expect(try grow(driver, "none", to: 4) == .unknownTopicOrPartition)
        #expect(try grow(driver, "orders", to: 4, assignments: [[1, 2]]) == .invalidReplicaAssignment)
        #expect(try grow(driver, "orders", to: 3, assignments: [[1]]) == .invalidReplicaAssignment)
        #expect(try grow(driver, "orders", to: 3, validateOnly: true) == .none)
        #expect(driver.image.topic(named: "orders")?.partitions.count == 2)
        try driver.createTopic("wide", partitions: 1, replicationFactor: 3)
        #expect(driver.events == [.topicCreated("wide", partitions: 1, replicationFactor: 3)])
    }

    // Producers of all brokers share one number space.
    @Test func `producer ids are given once`() throws {
        let driver = try cluster()
        func allocate(_ id: BrokerID, epoch: Int64? = nil) throws -> AllocateProducerIdsResponse {
            var request = AllocateProducerIdsRequest()
            request.brokerId = id
            request.brokerEpoch = epoch ?? driver.image.broker(id)?.epoch ?? -1
            return try driver.ask(request)
        }
        #expect(try allocate(1).producerIdStart == 0)
        #expect(try allocate(2).producerIdStart == 1000)
        #expect(try allocate(1, epoch: 0).errorCode == .staleBrokerEpoch)
        let next = try driver.successor()
        var request = AllocateProducerIdsRequest()
        request.brokerId = 3
        request.brokerEpoch = try #require(next.image.broker(3)?.epoch)
        let third = try next.ask(request)
        #expect(third.producerIdStart == 2000)
        #expect(third.producerIdLen == 1000)
    }
}
