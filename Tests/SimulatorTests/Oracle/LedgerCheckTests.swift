import DeliveryLedger
import KafkaProtocol
import Testing

@testable import Simulator

/// A check of the ledger that agreed with everything would be worth nothing.
@Suite struct LedgerCheckTests {
    private static let orders = TopicPartition(topic: "orders", partition: 0)

    /// What a ledger says of promises once a leader's log ends at `end`: true to the log, unless it is told another end.
    private func disagreement(toldEnd: Int64, end: Int64, from start: Int64 = 0) -> String? {
        var ledger = AcknowledgedRecords()
        let now = Instant(monotonicNanoseconds: 1, wallClockMilliseconds: 1)
        for (leader, epoch, logEnd) in [(1 as BrokerID, 1 as Int32, 0 as Int64), (2, 2, toldEnd)] {
            if epoch == 2 {
                _ = ledger.acknowledged(
                    AcknowledgedBatch(
                        Self.orders, topicID: Uuid(high: 1, low: 1), 0...9, leaderEpoch: 1, acks: 1, by: 1,
                        isr: [1, 2], followers: [], highWatermark: 0, client: "",
                        answer: AnswerNumber(connection: 1, number: 1), at: now))
            }
            let log = LeaderLog(
                topicID: Uuid(high: 1, low: 1), leader: leader, leaderEpoch: epoch, logEndOffset: logEnd, knownFrom: 0,
                epochs: epoch == 1
                    ? [.init(1, startOffset: 0)] : [.init(1, startOffset: 0), .init(2, startOffset: logEnd)])
            _ = ledger.led(Self.orders, by: log, at: now)
        }
        return LedgerCheck.disagreement(
            [.init(topicID: Uuid(high: 1, low: 1), offsets: 0...9, epoch: 1)], losses: ledger.losses, from: start
        ) { $0 < end ? 1 : 2 }
    }

    @Test func `a ledger that says what the log says is believed`() {
        #expect(disagreement(toldEnd: 10, end: 10) == nil)
        #expect(disagreement(toldEnd: 4, end: 4) == nil)
    }

    @Test func `a record that is gone and not called lost is found`() {
        #expect(disagreement(toldEnd: 10, end: 9)?.contains("offset 9") == true)
    }

    @Test func `a record that is there and called lost is found`() {
        #expect(disagreement(toldEnd: 4, end: 5)?.contains("offset 4") == true)
    }

    @Test func `of what the log does not reach back to nothing is asked`() {
        #expect(disagreement(toldEnd: 4, end: 0, from: 4) == nil)
    }
}
