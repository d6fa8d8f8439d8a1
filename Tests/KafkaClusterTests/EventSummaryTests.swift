import KafkaBroker
import KafkaProtocol
import Testing

@testable import KafkaCluster

/// Sentences that users have stumbled over.
@Suite struct EventSummaryTests {
    private static let now = Instant(monotonicNanoseconds: 1, wallClockMilliseconds: 1_700_000_000_000)

    private static func left(_ reason: String) -> String {
        let term = CoordinatorTerm(topicID: Uuid(high: 1, low: 9), partition: 0, leaderEpoch: 0)
        let kind = BrokerEvent.Kind.groupMemberLeft(group: "billing", member: "m-1", reason: reason, term: term)
        return EventSummary(.node(BrokerEvent(at: now, node: 1, kind: kind))).text
    }

    @Test func `a member's leave says once who left and why`() {
        // "m-1 left billing: left" says it twice, and "left billing: session timed out" what it did not do.
        #expect(Self.left("left") == "m-1 left billing of its own accord")
        #expect(Self.left("left: the consumer is being closed") == "m-1 left billing: the consumer is being closed")
        #expect(Self.left("session timed out") == "m-1 was removed from billing: session timed out")
    }

    @Test func `a move of offsets says what becomes of the records between`() {
        // "751 again" left open what was again.
        func text(to: Int64) -> String {
            let orders = TopicPartition(topic: "orders", partition: 0)
            return EventSummary(.notice(.offsetMoved(group: "billing", orders, from: 1000, to: to), at: Self.now)).text
        }
        #expect(text(to: 249) == "billing was moved in orders-0 from 1,000 to 249: 751 are read again")
        #expect(text(to: 1100) == "billing was moved in orders-0 from 1,000 to 1,100: 100 are skipped")
    }

    @Test func `who is elected and who serves are told apart`() {
        // They have times of their own, and looked like one event with two.
        let orders = TopicPartition(topic: "orders", partition: 0)
        let kind = BrokerEvent.Kind.leadershipBegan(orders, leaderEpoch: 5, startOffset: 7)
        #expect(
            EventSummary(.node(BrokerEvent(at: Self.now, node: 3, kind: kind))).text
                == "Broker 3 serves orders-0 in epoch 5, from offset 7 on")
    }
}
