import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct AlterPartitionTests {
    private func cluster() throws -> ControllerDriver {
        let driver = try ControllerDriver()
        try driver.start(1, 2, 3)
        try driver.createTopic("orders", assignments: [[1, 2, 3]])
        driver.clearEvents()
        return driver
    }

    private func error(_ response: AlterPartitionResponse) throws -> ErrorCode {
        try #require(response.topics.first?.partitions.first).errorCode
    }

    // Shrinking and growing change the partition epoch only: the leader goes on.
    @Test func `the ISR shrinks and grows, and the leader keeps its epoch`() throws {
        let driver = try cluster()
        let shrunk = try #require(try driver.alterIsr("orders", to: [1, 3]).topics.first?.partitions.first)
        #expect(shrunk.errorCode == .none)
        #expect(shrunk.isr == [1, 3])
        #expect(shrunk.leaderId == 1)
        #expect(shrunk.leaderEpoch == 0)
        #expect(shrunk.partitionEpoch == 1)
        #expect(try driver.partition("orders").partitionEpoch == 1)
        let grown = try #require(try driver.alterIsr("orders", to: [1, 3, 2]).topics.first?.partitions.first)
        #expect(grown.partitionEpoch == 2)
        #expect(try driver.partition("orders").isr == [1, 3, 2])
        #expect(
            driver.events.first
                == .isrChanged(
                    TopicPartition(topic: "orders", partition: 0), from: [1, 2, 3], to: [1, 3], leaderEpoch: 0))
    }

    // The leader decided on something that is no longer so: it must look again.
    @Test func `compare-and-set on both epochs`() throws {
        let driver = try cluster()
        try driver.alterIsr("orders", to: [1, 2])
        #expect(
            try error(driver.alterIsr("orders", to: [1], change: { $0.partitionEpoch -= 1 })) == .invalidUpdateVersion)
        #expect(try error(driver.alterIsr("orders", to: [1], change: { $0.leaderEpoch -= 1 })) == .fencedLeaderEpoch)
        #expect(try error(driver.alterIsr("orders", to: [1], change: { $0.leaderEpoch += 1 })) == .notController)
        #expect(try error(driver.alterIsr("orders", to: [1], change: { $0.partitionEpoch += 1 })) == .notController)
        #expect(try driver.partition("orders").isr == [1, 2])
    }

    // An ISR that lies would elect a leader without the records.
    @Test func `an ISR that cannot be is refused`() throws {
        let driver = try cluster()
        #expect(try error(driver.alterIsr("orders", to: [2, 3])) == .invalidRequest)
        #expect(try error(driver.alterIsr("orders", to: [1, 1])) == .invalidRequest)
        #expect(try error(driver.alterIsr("orders", to: [1, 4])) == .invalidRequest)
        #expect(try error(driver.alterIsr("orders", to: [])) == .invalidRequest)
        #expect(try error(driver.alterIsr("orders", to: [1, 2, 3], from: 2)) == .invalidRequest)
        #expect(
            try error(driver.alterIsr("orders", to: [1, 2], change: { $0.leaderRecoveryState = 1 })) == .invalidRequest)
        #expect(
            try error(driver.alterIsr("orders", to: [1, 2], change: { $0.partitionIndex = 5 }))
                == .unknownTopicOrPartition)
        #expect(try driver.partition("orders").isr == [1, 2, 3])
    }

    // The leader last heard of the follower's former life (KIP-903).
    @Test func `members that are fenced or in a later life are refused`() throws {
        let driver = try cluster()
        try driver.advance(by: .milliseconds(1500), keeping: 1, 2)
        #expect(try error(driver.alterIsr("orders", to: [1, 2, 3])) == .ineligibleReplica)
        let former = try #require(driver.image.broker(3)?.epoch)
        try driver.start(3, incarnation: 2)
        #expect(
            try error(
                driver.alterIsr("orders", to: [1, 2, 3], change: { $0.newIsrWithEpochs[2].brokerEpoch = former }))
                == .ineligibleReplica)
        #expect(try error(driver.alterIsr("orders", to: [1, 2, 3])) == .none)
    }

    // A leader that was replaced, and came back, must not go on as if nothing had been.
    @Test func `a sender in a former life is refused as a whole`() throws {
        let driver = try cluster()
        let response = try driver.alterIsr("orders", to: [1, 2], brokerEpoch: 0)
        #expect(response.errorCode == .staleBrokerEpoch)
        #expect(response.topics.isEmpty)
        #expect(try driver.alterIsr("orders", to: [1, 2], from: 9).errorCode == .staleBrokerEpoch)
    }

    // Brokers of version 2 send no epochs of members; those of 0 and 1 name topics.
    @Test func `older versions`() throws {
        let driver = try cluster()
        var data = AlterPartitionRequest.PartitionData()
        data.newIsr = [1, 2]
        var topic = AlterPartitionRequest.TopicData()
        topic.topicName = "orders"
        topic.partitions = [data]
        var request = AlterPartitionRequest()
        request.brokerId = 1
        request.brokerEpoch = try #require(driver.image.broker(1)?.epoch)
        request.topics = [topic]
        #expect(try error(driver.ask(request, version: 1)) == .none)
        request.topics[0].topicName = "none"
        #expect(try error(driver.ask(request, version: 1)) == .unknownTopicOrPartition)
        request.topics[0].topicName = ""
        request.topics[0].topicId = Uuid(high: 7, low: 7)
        #expect(try error(driver.ask(request, version: 2)) == .unknownTopicId)
    }
}
