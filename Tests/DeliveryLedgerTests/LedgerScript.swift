import DeliveryLedger
import KafkaProtocol
import NIOCore

/// What happens to one partition, a millisecond at a time.
struct LedgerScript {
    static let orders = TopicPartition(topic: "orders", partition: 1)
    static let connection: UInt64 = 7

    var ledger = AcknowledgedRecords()
    var topicID = Uuid(high: 1, low: 1)
    private var milliseconds: Int64 = 0

    mutating func tick() -> Instant {
        milliseconds += 1
        return Instant(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: milliseconds)
    }

    @discardableResult
    mutating func leads(
        _ leader: BrokerID, epoch: Int32, end: Int64, epochs: [(Int32, Int64)], knownFrom: Int64 = 0,
        of partition: TopicPartition = orders
    ) -> [AcknowledgedRecords.Change] {
        let log = LeaderLog(
            topicID: topicID, leader: leader, leaderEpoch: epoch, logEndOffset: end, knownFrom: knownFrom,
            epochs: epochs.map { LeaderLog.Epoch($0.0, startOffset: $0.1) })
        return ledger.led(partition, by: log, at: tick())
    }

    @discardableResult
    mutating func acknowledges(
        _ offsets: ClosedRange<Int64>, by broker: BrokerID, epoch: Int32, of partition: TopicPartition = orders,
        isr: [BrokerID] = [1, 2, 3], followers: [Loss.Follower] = [], highWatermark: Int64 = 0, answer: UInt64 = 1
    ) -> [AcknowledgedRecords.Change] {
        ledger.acknowledged(
            AcknowledgedBatch(
                partition, topicID: topicID, offsets, leaderEpoch: epoch, acks: 1, by: broker, isr: isr,
                followers: followers, highWatermark: highWatermark,
                client: "shop", answer: AnswerNumber(connection: Self.connection, number: answer), at: tick()))
    }

    func onlyLoss(of changes: [AcknowledgedRecords.Change]) -> Loss? {
        guard changes.count == 1, case .lost(let loss) = changes[0] else { return nil }
        return loss
    }

    static func batch(_ values: [String], at offset: Int64, epoch: Int32) throws -> ByteBuffer {
        var builder = RecordBatchBuilder(baseOffset: offset, partitionLeaderEpoch: epoch)
        for value in values { try builder.append(key: nil, value: ByteBuffer(string: value), timestamp: 1) }
        return try builder.build().bytes
    }
}
