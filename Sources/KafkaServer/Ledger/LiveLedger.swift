import DeliveryLedger
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore
import Synchronization

/// The running cluster's ledger: every node's loop tells it what happens there. Losses are told as soon as they are known.
final class LiveLedger: Sendable {
    private let feed = Mutex(LedgerFeed())
    private let onChange: @Sendable (AcknowledgedRecords.Change, Instant) -> Void

    init(onChange: @escaping @Sendable (AcknowledgedRecords.Change, Instant) -> Void) { self.onChange = onChange }

    var account: LedgerAccount {
        feed.withLock { feed in
            LedgerAccount(
                acknowledged: feed.records.acknowledged, forgotten: feed.records.forgotten, losses: feed.records.losses)
        }
    }

    func acknowledged(_ batches: [Acknowledgement], by broker: BrokerID, answer: AnswerNumber, at: Instant) {
        tell(feed.withLock { $0.acknowledged(batches, by: broker, answer: answer, at: at) }, at)
    }

    func told(_ news: RecordNews, by broker: BrokerID, at: Instant) {
        tell(feed.withLock { $0.told(news, by: broker, at: at) }, at)
    }

    func dropped(_ tail: LogTail, from broker: BrokerID, _ reason: DropReason, at: Instant) {
        tell(feed.withLock { $0.dropped(tail.partition, tail.records, from: broker, reason, at: at) }, at)
    }

    func connectionBroke(_ connection: ConnectionID, of broker: BrokerID, answersRead: UInt64) {
        feed.withLock { $0.connectionBroke(connection, of: broker, answersRead: answersRead) }
    }

    /// It has just happened, on the node's own loop.
    func befell(_ broker: BrokerID, _ fate: BrokerFate) {
        let now = SystemClock.now()
        tell(feed.withLock { $0.befell(broker, fate, at: now) }, now)
    }

    func see(_ event: ClusterEvent) { tell(feed.withLock { $0.see(event) }, event.at) }

    /// Outside the lock: who listens may ask back.
    private func tell(_ changes: [AcknowledgedRecords.Change], _ at: Instant) {
        for change in changes { onChange(change, at) }
    }
}
