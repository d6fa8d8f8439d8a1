import KafkaCluster
import KafkaProtocol
import NIOCore

@testable import Console
@testable import DeliveryLedger

extension Fixture {
    /// Broker 2 acknowledged 42 records alone and was killed; broker 3 leads without them.
    static var loss: Loss {
        let partition = TopicPartition(topic: "orders", partition: 1)
        let at = start.wallClockMilliseconds
        var loss = Loss(
            number: 1, partition: partition, topicID: Uuid(high: 7, low: 6), leaderEpoch: 6, broker: 2,
            batches: [
                Loss.Batch(
                    offsets: 12_400...12_440, acks: 1, client: "orders-1", isr: [2, 3], highWatermark: 12_399,
                    from: at + 39_000, to: at + 39_800, receiptIsUnknown: false),
                Loss.Batch(
                    offsets: 12_441...12_441, acks: 1, client: "orders-1", isr: [2, 3], highWatermark: 12_399,
                    from: at + 39_990, to: at + 39_990, receiptIsUnknown: true),
            ],
            election: Loss.Election(
                leader: 3, leaderEpoch: 7, logEndOffset: 12_400, isUnclean: false, at: instant(seconds: 41.31)),
            misfortunes: [Loss.Misfortune(fate: .killed, at: instant(seconds: 40))])
        loss.drops = [Loss.Drop(broker: 2, reason: .truncated, at: instant(seconds: 47))]
        loss.records = (0..<40).map { index in
            Record(
                offset: 12_400 + index, timestamp: at, key: ByteBuffer(string: "key-\(index)"),
                value: ByteBuffer(string: "{\"order\":\(index)}"))
        }
        return loss
    }

    static var ledger: LedgerPicture {
        var verdict = DeliveryVerdict()
        verdict.attempted = 39_950
        verdict.acknowledged = 39_936
        verdict.failed = 2
        verdict.unknown = 12
        verdict.lost = finding(41, from: 500)
        verdict.findings = [.duplicate: finding(3, from: 900), .lostWrite: finding(41, from: 500)]
        var billing = DeliveryVerdict.Group(name: "billing")
        billing.processedOnce = 36_000
        billing.processedMoreThanOnce = finding(17, from: 12_000)
        verdict.groups = [billing]
        return LedgerPicture(
            takenAt: instant(seconds: 88.5),
            account: LedgerAccount(acknowledged: 1_039_978, forgotten: 1_000_000, losses: [loss]),
            topics: [LedgerPicture.Topic(name: "orders", verdict: verdict)])
    }

    private static func finding(_ count: Int, from offset: Int64) -> Finding {
        var finding = Finding()
        finding.count = count
        finding.examples = (0..<min(count, 3)).map { index in
            Finding.Example(
                producer: "orders-k3x-1", sequence: 7_000 + index,
                partition: TopicPartition(topic: "orders", partition: 1), offset: offset + Int64(index))
        }
        return finding
    }
}
