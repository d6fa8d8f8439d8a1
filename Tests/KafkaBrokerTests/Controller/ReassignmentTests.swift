import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct ReassignmentTests {
    private func cluster(configs: [(String, String?)] = []) throws -> ControllerDriver {
        let driver = try ControllerDriver()
        try driver.start(1, 2, 3, 4, 5)
        try driver.createTopic("orders", assignments: [[1, 2, 3]], configs: configs)
        driver.clearEvents()
        return driver
    }

    private func partition(of topic: String, _ index: Int32 = 0) -> TopicPartition {
        TopicPartition(topic: topic, partition: index)
    }

    // Replicas of both sides until the new ones are in sync: nothing acknowledged depends on a copy that is not there.
    @Test func `a move adds, waits for all targets in the ISR, and removes`() throws {
        let driver = try cluster()
        #expect(try driver.reassign("orders", to: [4, 2, 5]) == .none)
        let moving = try driver.partition("orders")
        #expect(moving.replicas == [4, 2, 5, 1, 3])
        #expect(moving.addingReplicas == [4, 5])
        #expect(moving.removingReplicas == [1, 3])
        #expect(moving.isr == [1, 2, 3])
        #expect(moving.leader == 1)
        #expect(moving.leaderEpoch == 0)
        #expect(driver.events == [.replicasChanged(partition(of: "orders"), from: [1, 2, 3], to: [4, 2, 5, 1, 3])])

        try driver.alterIsr("orders", to: [1, 2, 3, 4])
        #expect(try driver.partition("orders").isBeingReassigned)
        driver.clearEvents()
        // The last one joins; the leader is not among the targets, and is told so.
        let last = try driver.alterIsr("orders", to: [1, 2, 3, 4, 5])
        #expect(last.topics.first?.partitions.first?.errorCode == .newLeaderElected)
        let settled = try driver.partition("orders")
        #expect(settled.replicas == [4, 2, 5])
        #expect(settled.isr == [2, 4, 5])
        #expect(settled.leader == 4)
        #expect(settled.leaderEpoch == 1)
        #expect(settled.addingReplicas.isEmpty && settled.removingReplicas.isEmpty)
        #expect(try driver.reassignments() == [:])
        // It joined the ISR by the same record: nothing is lost, and nobody must be alarmed.
        #expect(
            driver.events.first
                == .leaderElected(
                    partition(of: "orders"), leader: 4, previous: 1, leaderEpoch: 1, isr: [2, 4, 5], unclean: false))
    }

    // A replica that goes must not be taken for one that fetches: the epoch tells them apart though the leader stays.
    @Test func `the leader epoch rises when replicas go, though the leader stays`() throws {
        let driver = try cluster()
        #expect(try driver.reassign("orders", to: [1, 2, 4]) == .none)
        let answer = try driver.alterIsr("orders", to: [1, 2, 3, 4]).topics.first?.partitions.first
        #expect(answer?.errorCode == ErrorCode.none)
        #expect(answer?.leaderEpoch == 1)
        #expect(answer?.isr == [1, 2, 4])
        let settled = try driver.partition("orders")
        #expect(settled.leader == 1)
        #expect(settled.leaderEpoch == 1)
        #expect(answer?.partitionEpoch == settled.partitionEpoch)
    }

    // Nothing has to be copied: the change is made at once.
    @Test func `another order, or fewer replicas, needs no copying`() throws {
        let driver = try cluster()
        #expect(try driver.reassign("orders", to: [3, 1, 2]) == .none)
        #expect(try driver.partition("orders").replicas == [3, 1, 2])
        #expect(try driver.partition("orders").leader == 1)
        #expect(try driver.reassign("orders", to: [3, 2]) == .none)
        let settled = try driver.partition("orders")
        #expect(settled.replicas == [3, 2])
        #expect(settled.isr == [2, 3])
        #expect(settled.leader == 3)
        #expect(!settled.isBeingReassigned)
        #expect(try driver.reassign("orders", to: [3, 2]) == .none)
        #expect(try driver.partition("orders").partitionEpoch == settled.partitionEpoch)
    }

    // A target that is out of sync or down holds the move up, however many others are there.
    @Test func `a move waits for a target that was there before, too`() throws {
        let driver = try cluster()
        try driver.alterIsr("orders", to: [1, 3])
        #expect(try driver.reassign("orders", to: [4, 2]) == .none)
        try driver.alterIsr("orders", to: [1, 3, 4])
        #expect(try driver.partition("orders").isBeingReassigned)
        try driver.alterIsr("orders", to: [1, 3, 4, 2])
        #expect(try driver.partition("orders").isr == [4, 2])
    }

    @Test func `a move is taken back`() throws {
        // The operator sees that it takes too long, or loads the wrong broker.
        let driver = try cluster()
        #expect(try driver.reassign("orders", to: nil) == .noReassignmentInProgress)
        #expect(try driver.reassign("orders", to: [4, 5]) == .none)
        try driver.alterIsr("orders", to: [1, 2, 3, 4])
        #expect(
            try driver.reassignments() == [
                "orders-0": .init(replicas: [4, 5, 1, 2, 3], adding: [4, 5], removing: [1, 2, 3])
            ])
        #expect(try driver.reassign("orders", to: nil) == .none)
        let settled = try driver.partition("orders")
        #expect(settled.replicas == [1, 2, 3])
        #expect(settled.isr == [1, 2, 3])
        #expect(settled.leader == 1)
        #expect(settled.leaderEpoch == 1)
        #expect(try driver.reassignments() == [:])
    }

    @Test(arguments: [false, true]) func `only with unclean election a move that alone is in sync is taken back`(
        unclean: Bool
    ) throws {
        // All former replicas are behind: one of them would have to lead with what it has.
        let driver = try cluster(configs: [("unclean.leader.election.enable", unclean ? "true" : "false")])
        #expect(try driver.reassign("orders", to: [4, 5]) == .none)
        try driver.alterIsr("orders", to: [1, 4])
        try driver.advance(by: .milliseconds(1500), keeping: 2, 3, 4, 5)
        #expect(try driver.partition("orders").isr == [4])
        let error = try driver.reassign("orders", to: nil)
        #expect(error == (unclean ? .none : .invalidReplicaAssignment))
        let partition = try driver.partition("orders")
        #expect(partition.replicas == (unclean ? [1, 2, 3] : [4, 5, 1, 2, 3]))
        #expect(partition.isr == (unclean ? [2] : [4]))
        #expect(partition.leader == (unclean ? 2 : 4))
    }

    @Test func `another target replaces a move that is under way`() throws {
        let driver = try cluster()
        #expect(try driver.reassign("orders", to: [4, 2, 3]) == .none)
        #expect(try driver.reassign("orders", to: [5, 2, 3]) == .none)
        let moving = try driver.partition("orders")
        #expect(moving.replicas == [5, 2, 3, 1, 4])
        #expect(moving.addingReplicas == [5])
        #expect(moving.removingReplicas == [1, 4])
        try driver.alterIsr("orders", to: [1, 2, 3, 5])
        #expect(try driver.partition("orders").replicas == [5, 2, 3])
        #expect(try driver.partition("orders").isr == [2, 3, 5])
    }

    @Test func `targets that cannot be are refused`() throws {
        let driver = try cluster()
        for target in [[], [1, 1], [1, 9]] as [[BrokerID]] {
            #expect(try driver.reassign("orders", to: target) == .invalidReplicaAssignment)
        }
        #expect(try driver.reassign("none", to: [1]) == .unknownTopicOrPartition)
        #expect(try driver.reassign("orders", 7, to: [1]) == .unknownTopicOrPartition)
        #expect(try driver.reassign("orders", 7, to: nil) == .unknownTopicOrPartition)
        #expect(try driver.partition("orders").partitionEpoch == 0)
    }

    // The operator may have gone home: the move is in the metadata log, not in somebody's memory.
    @Test func `a move survives the controller`() throws {
        let driver = try cluster()
        #expect(try driver.reassign("orders", to: [4, 5]) == .none)
        let next = try driver.successor()
        #expect(try next.reassignments()["orders-0"]?.adding == [4, 5])
        for id in [1, 2, 3, 4, 5] as [BrokerID] { try next.heartbeat(id) }
        _ = try next.alterIsr("orders", to: [1, 2, 3, 4, 5])
        #expect(try next.partition("orders").replicas == [4, 5])
        #expect(try next.reassignments() == [:])
    }

    @Test func `reassignments are listed as asked for`() throws {
        let driver = try cluster()
        try driver.createTopic("bills", assignments: [[1], [2]])
        #expect(try driver.reassign("bills", 1, to: [3]) == .none)
        #expect(try driver.reassign("orders", to: [4]) == .none)
        #expect(try driver.reassignments().keys.sorted() == ["bills-1", "orders-0"])
        #expect(try driver.reassignments(["bills": [0, 1, 2], "none": [0]]).keys.sorted() == ["bills-1"])
    }

    // A broker whose former replicas are elsewhere is forgotten without a trace; of another, only its place is left.
    @Test func `an unregistered broker leads nothing and is in no ISR`() throws {
        let driver = try cluster()
        #expect(try driver.unregister(9) == .brokerIdNotRegistered)
        #expect(try driver.unregister(1) == .none)
        let partition = try driver.partition("orders")
        #expect(partition.leader == 2)
        #expect(partition.isr == [2, 3])
        #expect(partition.replicas == [1, 2, 3])
        #expect(driver.image.broker(1) == nil)
        #expect(driver.events.last == .brokerUnregistered(1))
        // If it is still alive, it is told, and begins a new life.
        #expect(try driver.heartbeat(1).errorCode == .staleBrokerEpoch)
        try driver.start(1)
        try driver.alterIsr("orders", to: [2, 3, 1])
        #expect(try driver.partition("orders").isr == [2, 3, 1])
    }
}
