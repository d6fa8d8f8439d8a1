import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct LeaderElectionTests {
    // The heart of it: a silent leader is replaced from the ISR, with a new leader epoch.
    @Test func `a fenced leader is replaced from the ISR`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2, 3)
        try driver.createTopic("orders", assignments: [[1, 2, 3], [2, 3, 1]])
        driver.clearEvents()
        try driver.advance(by: .milliseconds(1500), keeping: 2, 3)
        let moved = try driver.partition("orders", 0)
        #expect(moved.leader == 2)
        #expect(moved.isr == [2, 3])
        #expect(moved.leaderEpoch == 1)
        #expect(moved.partitionEpoch == 1)
        let stayed = try driver.partition("orders", 1)
        #expect(stayed.leader == 2)
        #expect(stayed.isr == [2, 3])
        #expect(stayed.leaderEpoch == 0)
        #expect(stayed.partitionEpoch == 1)
        let first = TopicPartition(topic: "orders", partition: 0)
        #expect(
            driver.events.contains(
                .leaderElected(first, leader: 2, previous: 1, leaderEpoch: 1, isr: [2, 3], unclean: false)))
        #expect(driver.events.contains(.isrChanged(first, from: [1, 2, 3], to: [2, 3], leaderEpoch: 1)))
    }

    // Only the last in sync has every acknowledged record.
    @Test func `the last in sync stays in the ISR and alone may lead again`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2)
        try driver.createTopic("orders", assignments: [[1, 2]])
        try driver.advance(by: .milliseconds(1500), keeping: 2)
        try driver.advance(by: .milliseconds(1500))
        #expect(try driver.partition("orders").leader == .none)
        #expect(try driver.partition("orders").isr == [2])
        try driver.start(1, incarnation: 2)
        #expect(try driver.partition("orders").leader == .none)
        try driver.start(2, incarnation: 2)
        #expect(try driver.partition("orders").leader == 2)
        #expect(try driver.partition("orders").isr == [2])
        #expect(try driver.partition("orders").leaderEpoch == 3)
    }

    // What unclean.leader.election.enable promises: availability, at the price of records.
    @Test func `with unclean election any live replica leads, alone`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2)
        try driver.createTopic(
            "orders", assignments: [[1, 2]], configs: [("unclean.leader.election.enable", "true")])
        try driver.alterIsr("orders", to: [1])
        driver.clearEvents()
        try driver.advance(by: .milliseconds(1500), keeping: 2)
        let partition = try driver.partition("orders")
        #expect(partition.leader == 2)
        #expect(partition.isr == [2])
        #expect(partition.leaderRecoveryState == .recovering)
        #expect(
            driver.events.contains(
                .leaderElected(
                    TopicPartition(topic: "orders", partition: 0), leader: 2, previous: 1, leaderEpoch: 1, isr: [2],
                    unclean: true)))
        // The leader says that it has recovered.
        try driver.alterIsr("orders", to: [2])
        #expect(try driver.partition("orders").leaderRecoveryState == .recovered)
    }

    // Users turn it on when they stand before a partition that is offline.
    @Test func `turning unclean election on elects at once`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2)
        try driver.createTopic("orders", assignments: [[1, 2]])
        try driver.createTopic("other", assignments: [[1, 2]])
        for topic in ["orders", "other"] { try driver.alterIsr(topic, to: [1]) }
        try driver.advance(by: .milliseconds(1500), keeping: 2)
        #expect(try driver.partition("orders").leader == .none)
        #expect(
            try driver.alterConfig(.topic("orders"), "unclean.leader.election.enable", .set, "true") == .none)
        #expect(try driver.partition("orders").leader == 2)
        #expect(try driver.partition("other").leader == .none)
        #expect(try driver.alterConfig(.brokerDefault, "unclean.leader.election.enable", .set, "true") == .none)
        #expect(try driver.partition("other").leader == 2)
    }

    private func elect(
        _ driver: ControllerDriver, type: Int8, _ partitions: [(String, [Int32])]?
    ) throws -> ElectLeadersResponse {
        var request = ElectLeadersRequest()
        request.electionType = type
        request.topicPartitions = partitions?.map { name, numbers in
            var topic = ElectLeadersRequest.TopicPartitions()
            topic.topic = name
            topic.partitions = numbers
            return topic
        }
        return try driver.ask(request)
    }

    private func errors(_ response: ElectLeadersResponse) -> [ErrorCode] {
        response.replicaElectionResults.flatMap { $0.partitionResult.map(\.errorCode) }
    }

    // What `kafka-leader-election.sh --election-type preferred` relies on.
    @Test func `preferred election by request`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2)
        try driver.createTopic("orders", assignments: [[1, 2], [2, 1]])
        try driver.advance(by: .milliseconds(1500), keeping: 2)
        try driver.start(1, incarnation: 2)
        #expect(errors(try elect(driver, type: 0, [("orders", [0])])) == [.preferredLeaderNotAvailable])
        try driver.alterIsr("orders", to: [2, 1])
        #expect(
            errors(try elect(driver, type: 0, [("orders", [0, 0, 1, 9]), ("none", [0])])) == [
                .none, .electionNotNeeded, .electionNotNeeded, .unknownTopicOrPartition, .unknownTopicOrPartition,
            ])
        #expect(try driver.partition("orders").leader == 1)
        #expect(try elect(driver, type: 0, nil).replicaElectionResults.isEmpty)
        #expect(try elect(driver, type: 7, nil).errorCode == .invalidRequest)
    }

    // The operator's last resort, for one partition.
    @Test func `unclean election by request`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2)
        try driver.createTopic("orders", assignments: [[1, 2]])
        try driver.alterIsr("orders", to: [1])
        #expect(errors(try elect(driver, type: 1, [("orders", [0])])) == [.electionNotNeeded])
        try driver.advance(by: .milliseconds(1500), keeping: 2)
        #expect(errors(try elect(driver, type: 1, nil)) == [.none])
        #expect(try driver.partition("orders").leader == 2)
        try driver.advance(by: .milliseconds(1500))
        #expect(errors(try elect(driver, type: 1, [("orders", [0])])) == [.eligibleLeadersNotAvailable])
    }

    // After a failure leadership must not stay where it fell.
    @Test func `leaders go back to the preferred replicas by themselves`() throws {
        let driver = try ControllerDriver(configuration: [:])
        try driver.start(1, 2)
        try driver.createTopic("orders", assignments: [[1, 2]])
        try driver.advance(by: .milliseconds(1500), keeping: 2)
        try driver.start(1, incarnation: 2)
        try driver.advance(by: .seconds(6), keeping: 1, 2)
        #expect(try driver.partition("orders").leader == 2)
        try driver.alterIsr("orders", to: [2, 1])
        try driver.advance(by: .seconds(6), keeping: 1, 2)
        #expect(try driver.partition("orders").leader == 1)
    }

    // A little imbalance is not worth moving leaders for.
    @Test func `imbalance up to a tenth is left alone`() throws {
        let driver = try ControllerDriver(configuration: [:])
        try driver.start(1, 2)
        try driver.createTopic("orders", assignments: Array(repeating: [1, 2], count: 10))
        try driver.createTopic("small", assignments: [[2, 1]])
        try driver.heartbeat(1, wantFence: true)
        try driver.heartbeat(1)
        for index in 0..<10 as Range<Int32> { try driver.alterIsr("orders", index, to: [2, 1]) }
        _ = try elect(driver, type: 0, [("orders", Array(0..<9))])
        #expect(try driver.partition("orders", 9).leader == 2)
        try driver.advance(by: .seconds(6), keeping: 1, 2)
        #expect(try driver.partition("orders", 9).leader == 2)
    }

    // One fenced broker with many partitions: one pass over its own, whatever else there is.
    @Test func `three thousand partitions fail over together`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2, 3)
        try driver.createTopic("many", partitions: 3000, replicationFactor: 3)
        let before = try #require(driver.image.topic(named: "many")?.partitions)
        try driver.advance(by: .milliseconds(1500), keeping: 2, 3)
        let after = try #require(driver.image.topic(named: "many")?.partitions)
        #expect(before.filter { $0.leader == 1 }.count == 1000)
        #expect(after.allSatisfy { $0.leader != 1 && $0.isr.count == 2 })
        #expect(zip(before, after).allSatisfy { $1.leaderEpoch == $0.leaderEpoch + ($0.leader == 1 ? 1 : 0) })
    }
}
