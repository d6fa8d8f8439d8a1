import KafkaProtocol
import Testing

@testable import KafkaBroker

/// What the controller makes of a broker whose disk has failed while its process lives on.
@Suite struct OfflineDirectoryTests {
    let directories = (0..<4 as Range<UInt64>).map { Uuid(high: 77, low: $0) }

    private func start(_ driver: ControllerDriver, _ id: BrokerID, incarnation: UInt64 = 1) throws {
        var request = driver.registration(of: id, incarnation: incarnation)
        request.logDirs = [directories[Int(id.rawValue)]]
        #expect(try driver.ask(request, from: id).errorCode == .none)
        #expect(try driver.heartbeat(id).isFenced == false)
    }

    private func fail(_ driver: ControllerDriver, _ id: BrokerID) throws -> BrokerHeartbeatResponse {
        var request = BrokerHeartbeatRequest()
        request.brokerId = id
        request.brokerEpoch = driver.image.broker(id)?.epoch ?? -1
        request.currentMetadataOffset = driver.image.offset
        request.offlineLogDirs = [directories[Int(id.rawValue)]]
        return try driver.ask(request, from: id)
    }

    @Test func `replicas of a failed directory lose leadership and leave the ISR`() throws {
        // The broker still answers heartbeats, so that no session will end for it.
        let driver = try ControllerDriver()
        for id in [1, 2, 3] as [BrokerID] { try start(driver, id) }
        try driver.createTopic("orders", assignments: [[1, 2, 3], [2, 1, 3]])
        #expect(try driver.partition("orders").directories == [directories[1], directories[2], directories[3]])
        #expect(try fail(driver, 1).isFenced == false)
        #expect(try driver.partition("orders").leader == 2)
        #expect(try driver.partition("orders").isr == [2, 3])
        #expect(try driver.partition("orders", 1).isr == [2, 3])
        #expect(driver.image.broker(1)?.hasLogDirectory == false)
        // It says so with every heartbeat, and that is no news.
        let offset = driver.image.offset
        _ = try fail(driver, 1)
        #expect(driver.image.offset == offset)
    }

    @Test func `a broker without a directory joins no ISR and gets no leader until it registers anew`() throws {
        let driver = try ControllerDriver()
        for id in [1, 2] as [BrokerID] { try start(driver, id) }
        try driver.createTopic("orders", assignments: [[1, 2]])
        _ = try fail(driver, 1)
        let refused = try driver.alterIsr("orders", to: [2, 1])
        #expect(refused.topics.first?.partitions.first?.errorCode == .ineligibleReplica)
        try driver.createTopic("new", assignments: [[1, 2]])
        #expect(try driver.partition("new").leader == 2)
        #expect(try driver.partition("new").isr == [2])
        // An answer that was lost does not repair a disk.
        try start(driver, 1)
        #expect(driver.image.broker(1)?.hasLogDirectory == false)
        try driver.advance(by: .milliseconds(1500), keeping: 2)
        try start(driver, 1, incarnation: 2)
        #expect(driver.image.broker(1)?.hasLogDirectory == true)
        #expect(try driver.alterIsr("orders", to: [2, 1]).topics.first?.partitions.first?.errorCode == ErrorCode.none)
    }

    @Test func `the last in sync stays in the ISR without its directory and leads when it is back`() throws {
        // Whoever else is alive lacks records; the log is not gone yet.
        let driver = try ControllerDriver()
        for id in [1, 2] as [BrokerID] { try start(driver, id) }
        try driver.createTopic("orders", assignments: [[1, 2]])
        try driver.alterIsr("orders", to: [1])
        _ = try fail(driver, 1)
        #expect(try driver.partition("orders").leader == .none)
        #expect(try driver.partition("orders").isr == [1])
        try driver.advance(by: .milliseconds(1500), keeping: 2)
        #expect(try driver.partition("orders").leader == .none)
        try start(driver, 1, incarnation: 2)
        #expect(try driver.partition("orders").leader == 1)
        #expect(try driver.partition("orders").isr == [1])
    }

    @Test func `a broker that was fenced when its disk failed does not come back as a leader`() throws {
        let driver = try ControllerDriver()
        for id in [1, 2] as [BrokerID] { try start(driver, id) }
        try driver.createTopic("orders", assignments: [[1, 2]])
        try driver.alterIsr("orders", to: [1])
        try driver.advance(by: .milliseconds(1500), keeping: 2)
        #expect(try driver.partition("orders").leader == .none)
        #expect(try fail(driver, 1).isFenced)
        #expect(try fail(driver, 1).isFenced == false)
        #expect(try driver.partition("orders").leader == .none)
    }

    @Test func `a failed directory survives the controller`() throws {
        let driver = try ControllerDriver()
        for id in [1, 2] as [BrokerID] { try start(driver, id) }
        _ = try fail(driver, 1)
        let next = try driver.successor()
        #expect(next.image.broker(1)?.hasLogDirectory == false)
        #expect(next.image.broker(2)?.hasLogDirectory == true)
    }
}
