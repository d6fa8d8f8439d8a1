import KafkaCluster
import Testing

@testable import Workload

@Suite struct MemberOrdersTests {
    @Test func `a seek that is carried out is news to whoever has seen it ordered`() {
        // A member saw the order in the middle of its work, and broke every batch off for ever after: it took it to be waiting.
        let orders = MemberOrders(ConsumerSettings(group: "replay", topics: ["orders"]))
        orders.give { $0.seek = .beginning }
        let seen = orders.count
        #expect(orders.current.interrupts)
        #expect(orders.takeSeek() == .beginning)
        #expect(orders.count != seen)
        #expect(!orders.current.interrupts)
        #expect(orders.takeSeek() == nil)
    }
}
