import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct BrokerRegistrationTests {
    // The whole life of a broker as the controller sees it, in the order of time.
    @Test func `a broker registers, catches up, falls silent, waits for its session and comes back`() throws {
        let driver = try ControllerDriver()
        let epoch = try driver.register(1).brokerEpoch
        #expect(epoch == driver.image.offset)
        #expect(driver.image.broker(1)?.fenced == true)
        #expect(try driver.heartbeat(1, metadataOffset: epoch - 1).isFenced)
        let unfenced = try driver.heartbeat(1, metadataOffset: epoch)
        #expect(unfenced.isCaughtUp && !unfenced.isFenced)
        driver.clearEvents()

        // Killed, and back within its session: it must wait, and says so once.
        try driver.advance(by: .milliseconds(300))
        let expiry = try #require(driver.controller.nextDeadline)
        for _ in 0..<3 {
            #expect(try driver.register(1, incarnation: 2).errorCode == .duplicateBrokerRegistration)
        }
        #expect(driver.events == [.registrationRefused(1, untilSessionExpires: expiry)])
        #expect(driver.snapshot.waiting == [.init(id: 1, untilSessionExpires: expiry)])

        try driver.advance(by: .milliseconds(1199))
        #expect(driver.image.broker(1)?.fenced == false)
        #expect(try driver.register(1, incarnation: 2).errorCode == .duplicateBrokerRegistration)
        try driver.advance(by: .milliseconds(1))
        #expect(driver.events.last == .brokerFenced(1, reason: "no heartbeat for 1500 ms"))
        #expect(driver.snapshot.waiting.isEmpty)

        let again = try driver.register(1, incarnation: 2)
        #expect(again.errorCode == .none)
        #expect(again.brokerEpoch > epoch)
        #expect(try driver.heartbeat(1, epoch: epoch).errorCode == .staleBrokerEpoch)
        #expect(try driver.heartbeat(1).isFenced == false)
    }

    // Sessions are renewed by heartbeats and by nothing else.
    @Test func `heartbeats at the edge of the session`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2)
        try driver.advance(by: .nanoseconds(1_499_999_999))
        try driver.heartbeat(1)
        try driver.advance(by: .nanoseconds(1))
        #expect(driver.image.broker(1)?.fenced == false)
        #expect(driver.image.broker(2)?.fenced == true)
        try driver.advance(by: .nanoseconds(1_499_999_998))
        #expect(driver.image.broker(1)?.fenced == false)
        try driver.advance(by: .nanoseconds(1))
        #expect(driver.image.broker(1)?.fenced == true)
    }

    // A process that was stopped and goes on must not fence all its brokers before it reads what they sent.
    @Test func `a controller that was away itself gives brokers time to be heard`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2)
        try driver.stall(for: .seconds(10))
        #expect(driver.image.broker(1)?.fenced == false)
        try driver.heartbeat(1)
        try driver.advance(by: .milliseconds(375))
        #expect(driver.image.broker(1)?.fenced == false)
        #expect(driver.image.broker(2)?.fenced == true)
    }

    // A controller on a slow disk is late every time, and must fence the dead all the same.
    @Test func `absence is not forgiven twice in a row`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        try driver.stall(for: .seconds(10))
        #expect(driver.image.broker(1)?.fenced == false)
        try driver.stall(for: .seconds(10))
        #expect(driver.image.broker(1)?.fenced == true)
    }

    // The answer may have been lost on the way; the broker asks again.
    @Test func `the same incarnation may repeat its registration`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        let epoch = driver.image.broker(1)?.epoch
        driver.clearEvents()
        let again = try driver.register(1)
        #expect(again.errorCode == .none)
        #expect(again.brokerEpoch == epoch)
        #expect(driver.image.broker(1)?.fenced == false)
        #expect(driver.events.isEmpty)
    }

    // A new life may have a shorter log, so it must not be in sync by what the former one had.
    @Test func `a new incarnation leaves every ISR`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2, 3)
        try driver.createTopic("orders", assignments: [[1, 2, 3]])
        // The session is over, but the controller has not come to fence the former life.
        driver.passTime(.milliseconds(1500))
        #expect(try driver.register(1, incarnation: 2).errorCode == .none)
        let partition = try driver.partition("orders")
        #expect(partition.isr == [2, 3])
        #expect(partition.leader == 2)
        #expect(driver.events.contains(.brokerFenced(1, reason: "it registered anew")))
    }

    // A stranger must not join, and controllers are not brokers.
    @Test func `registrations that are refused`() throws {
        let driver = try ControllerDriver()
        var request = driver.registration(of: 1, incarnation: 1)
        request.clusterId = "other"
        #expect(try driver.ask(request).errorCode == .inconsistentClusterId)
        #expect(try driver.ask(driver.registration(of: 101, incarnation: 1)).errorCode == .invalidRequest)
        #expect(try driver.ask(driver.registration(of: -1, incarnation: 1)).errorCode == .invalidRequest)
        #expect(try driver.heartbeat(7).errorCode == .staleBrokerEpoch)
    }

    // An orderly stop loses no leader: others lead before the broker goes.
    @Test func `controlled shutdown moves leaders off, then lets the broker go`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2)
        try driver.createTopic("orders", assignments: [[1, 2]])
        let first = try driver.heartbeat(1, wantShutDown: true)
        #expect(!first.shouldShutDown && !first.isFenced)
        #expect(try driver.partition("orders").leader == 2)
        #expect(try driver.partition("orders").isr == [2])
        // Broker 2 has not yet read that it leads.
        let stopOffset = driver.image.offset
        try driver.heartbeat(2, metadataOffset: stopOffset - 1)
        #expect(try driver.heartbeat(1, wantShutDown: true).shouldShutDown == false)
        try driver.heartbeat(2, metadataOffset: stopOffset)
        let last = try driver.heartbeat(1, wantShutDown: true)
        #expect(last.shouldShutDown && last.isFenced)
        // Whatever it asks for now: this life has ended.
        let afterlife = try driver.heartbeat(1)
        #expect(afterlife.shouldShutDown && afterlife.isFenced)
        #expect(try driver.register(1, incarnation: 2).errorCode == .none)
    }

    // While it stops it must not be pulled back into the ISR (KIP-841).
    @Test func `a stopping broker joins no ISR`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2)
        try driver.createTopic("orders", assignments: [[1, 2]])
        try driver.heartbeat(1, wantShutDown: true)
        let response = try driver.alterIsr("orders", to: [2, 1])
        #expect(response.topics.first?.partitions.first?.errorCode == .ineligibleReplica)
    }
}
