import DeliveryLedger
import KafkaBroker
import KafkaProtocol
import NIOCore

/// Turns what happens in a cluster into what the ledger understands.
package struct LedgerFeed {
    package private(set) var records = AcknowledgedRecords()
    private var cuts: [LinkFault] = []

    package init() {}

    /// The answer with these promises is on its way to the client.
    package mutating func acknowledged(
        _ batches: [Acknowledgement], by broker: BrokerID, answer: AnswerNumber, at: Instant
    ) -> [AcknowledgedRecords.Change] {
        batches.flatMap { batch in
            guard batch.firstOffset <= batch.lastOffset else { return [AcknowledgedRecords.Change]() }
            return records.acknowledged(
                AcknowledgedBatch(
                    batch.partition, topicID: batch.topicID, batch.firstOffset...batch.lastOffset,
                    leaderEpoch: batch.leaderEpoch,
                    acks: batch.acks, by: broker, isr: batch.isr,
                    followers: batch.followers.map { .init($0.id, logEndOffset: $0.logEndOffset) },
                    highWatermark: batch.highWatermark,
                    client: batch.clientId, answer: answer, at: at))
        }
    }

    package mutating func told(_ news: RecordNews, by broker: BrokerID, at: Instant) -> [AcknowledgedRecords.Change] {
        switch news {
        case .led(let partition, let log):
            let leaderLog = LeaderLog(
                topicID: log.topicID, leader: broker, leaderEpoch: log.leaderEpoch, logEndOffset: log.logEndOffset,
                knownFrom: max(log.logStartOffset, log.cleanedUpTo),
                epochs: log.epochs.map { .init($0.epoch, startOffset: $0.startOffset) })
            return records.led(partition, by: leaderLog, at: at)
        case .dropped(let partition, let dropped):
            return self.dropped(partition, dropped, from: broker, .truncated, at: at)
        }
    }

    package mutating func dropped(
        _ partition: TopicPartition, _ dropped: DroppedRecords, from broker: BrokerID, _ reason: DropReason, at: Instant
    ) -> [AcknowledgedRecords.Change] {
        guard dropped.firstOffset < dropped.endOffset else { return [] }
        return records.dropped(
            partition, dropped.firstOffset..<dropped.endOffset, batches: dropped.batches, from: broker, reason, at: at)
    }

    package mutating func connectionBroke(_ connection: ConnectionID, of broker: BrokerID, answersRead: UInt64) {
        records.connectionBroke(connection.rawValue, of: broker, answersRead: answersRead)
    }

    @discardableResult
    package mutating func see(_ event: ClusterEvent) -> [AcknowledgedRecords.Change] {
        switch event {
        case .node(let event):
            switch event.kind {
            case .leaderElected(let partition, _, _, let epoch, _, true):
                records.electedUncleanly(partition, leaderEpoch: epoch)
            case .topicDeleted(let name): records.topicDeleted(name)
            case .logDirectoryFailed(let broker, let reason):
                return records.befell(broker, .diskFailed(reason), at: event.at)
            default: break
            }
        case .fault(let fault, let at): see(fault, at)
        case .client, .notice: break
        }
        return []
    }

    /// Nodes tell by themselves what befalls them (`befell`), once it has: until then they may acknowledge.
    private mutating func see(_ fault: Fault, _ at: Instant) {
        switch fault {
        case .link(let link) where link.effect == .cut || link.effect == .stall:
            cuts.append(link)
            for broker in Self.nodes(of: link) { records.isCutOff(broker, at: at) }
        case .heal(.link(let link)):
            cuts.removeAll { $0 == link }
            for broker in Self.nodes(of: link) where !cuts.contains(where: { Self.nodes(of: $0).contains(broker) }) {
                records.isLinkedAgain(broker, at: at)
            }
        case .thaw(let broker), .heal(.freeze(let broker)): records.isThawed(broker, at: at)
        case .healAll:
            for broker in cuts.flatMap(Self.nodes) { records.isLinkedAgain(broker, at: at) }
            cuts = []
            records.areThawed(at: at)
        case .link, .kill, .powerLoss, .wipe, .stop, .freeze, .restart, .request, .disk, .clockSkew, .heal: break
        }
    }

    package mutating func befell(
        _ broker: BrokerID, _ fate: BrokerFate, at: Instant
    ) -> [AcknowledgedRecords.Change] {
        records.befell(broker, fate, at: at)
    }

    private static func nodes(of link: LinkFault) -> [BrokerID] { [link.from, link.to].compactMap(\.node) }
}
