import KafkaProtocol
import Testing

@testable import KafkaBroker

/// Each rule of the controller once kept and once broken: a switch that changed nothing would make the simulator's proof
/// worthless.
@Suite struct ControllerRuleTests {
    private func error(_ response: AlterPartitionResponse) -> ErrorCode? {
        response.topics.first?.partitions.first?.errorCode ?? response.errorCode
    }

    // A replica outside the ISR lacks records that were acknowledged.
    @Test(arguments: [nil, Rule.electsWithinISR]) func `only a broken rule elects outside the ISR`(
        broken: Rule?
    ) throws {
        try Rule.breaking(broken) {
            let driver = try ControllerDriver()
            try driver.start(1, 2)
            try driver.createTopic("orders", assignments: [[1, 2]])
            try driver.alterIsr("orders", to: [1])
            try driver.advance(by: .milliseconds(1500), keeping: 2)
            let partition = try driver.partition("orders")
            #expect(partition.leader == (broken == nil ? .none : 2))
            #expect(partition.isr == (broken == nil ? [1] : [2]))
        }
    }

    // The leader has not seen that a member left, and would bring it back without its having copied anything.
    @Test(arguments: [nil, Rule.alterPartitionChecksPartitionEpoch])
    func `only a broken rule takes an ISR for an old partition epoch`(broken: Rule?) throws {
        try Rule.breaking(broken) {
            let driver = try ControllerDriver()
            try driver.start(1, 2, 3)
            try driver.createTopic("orders", assignments: [[1, 2, 3]])
            let old = try driver.partition("orders").partitionEpoch
            try driver.heartbeat(3, wantFence: true)
            try driver.heartbeat(3)
            let response = try driver.alterIsr("orders", to: [1, 2, 3], change: { $0.partitionEpoch = old })
            #expect(error(response) == (broken == nil ? .invalidUpdateVersion : ErrorCode.none))
            #expect(try driver.partition("orders").isr == (broken == nil ? [1, 2] : [1, 2, 3]))
        }
    }

    // A member's former life had the records; its present one may have lost them with the power.
    @Test(arguments: [nil, Rule.checksBrokerEpoch])
    func `only a broken rule lets a former life into the ISR`(broken: Rule?) throws {
        try Rule.breaking(broken) {
            let driver = try ControllerDriver()
            try driver.start(1, 2)
            try driver.createTopic("orders", assignments: [[1, 2]])
            let former = try #require(driver.image.broker(2)?.epoch)
            try driver.advance(by: .milliseconds(1500), keeping: 1)
            try driver.start(2, incarnation: 2)
            let response = try driver.alterIsr(
                "orders", to: [1, 2], change: { $0.newIsrWithEpochs[1].brokerEpoch = former })
            #expect(error(response) == (broken == nil ? .ineligibleReplica : ErrorCode.none))
            #expect(try driver.partition("orders").isr == (broken == nil ? [1] : [1, 2]))
        }
    }

    // A zombie's heartbeats would keep alive a session that nobody serves.
    @Test(arguments: [nil, Rule.checksBrokerEpoch])
    func `only a broken rule hears the heartbeat and the changes of a former life`(broken: Rule?) throws {
        try Rule.breaking(broken) {
            let driver = try ControllerDriver()
            try driver.start(1, 2)
            try driver.createTopic("orders", assignments: [[2, 1]])
            let former = try #require(driver.image.broker(2)?.epoch)
            try driver.advance(by: .milliseconds(1500), keeping: 1)
            try driver.start(2, incarnation: 2)
            let stale: ErrorCode = broken == nil ? .staleBrokerEpoch : .none
            #expect(try driver.heartbeat(2, epoch: former).errorCode == stale)
            #expect(try driver.alterIsr("orders", to: [1], from: 2, brokerEpoch: former).errorCode == stale)
        }
    }
}
