import DeliveryLedger
import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// The ledger that users see, fed by the simulated brokers as by live ones, and held in the end against what the logs hold.
///
/// Every record that a broker acknowledged lies in its leader's log, in the epoch in which it was acknowledged, or the ledger
/// calls it lost; and what the ledger calls lost does not. The oracle says what the logs hold.
struct LedgerCheck {
    struct Promise {
        var topicID: Uuid
        var offsets: ClosedRange<Int64>
        var epoch: Int32
    }

    private var feed = LedgerFeed()
    private var promises: [TopicPartition: [Promise]] = [:]
    private var answers: UInt64 = 0
    /// Losses told so far.
    private(set) var lossCount = 0

    var losses: [Loss] { feed.records.losses }

    mutating func see(_ observation: Observation, now: Instant) {
        switch observation {
        case .promised(let batches, let broker, let connection):
            answers += 1
            for batch in batches where batch.firstOffset <= batch.lastOffset {
                promises[batch.partition, default: []].append(
                    Promise(
                        topicID: batch.topicID, offsets: batch.firstOffset...batch.lastOffset, epoch: batch.leaderEpoch)
                )
            }
            let answer = AnswerNumber(connection: connection.rawValue, number: answers)
            count(feed.acknowledged(batches, by: broker, answer: answer, at: now))
        case .told(let news, let broker): count(feed.told(news, by: broker, at: now))
        case .event(let event): feed.see(.node(event))
        case .fault(let fault): feed.see(.fault(fault, at: now))
        case .started, .ended, .holds, .disk, .flipped, .late, .request, .response, .refused, .answered, .client,
            .stepped:
            break
        }
    }

    private mutating func count(_ changes: [AcknowledgedRecords.Change]) {
        for case .lost in changes { lossCount += 1 }
    }

    /// Everything has come to rest.
    func settle(_ oracle: Oracle) throws(Violation) {
        for id in oracle.metadata.allPartitions {
            guard let leader = oracle.metadata.partitions[id]?.leader, let index = oracle.partitionIndices[id],
                !oracle.partitions[index].isDamaged(leader, from: .max),
                let log = oracle.partitions[index].log(of: leader), let topicID = oracle.metadata.id(of: id.topic)
            else { continue }
            try compare(id, topicID, log, since: oracle.partitions[index].cleanedUpTo)
        }
    }

    /// Whoever still leads a topic that is deleted promises for that one alone.
    private func compare(
        _ id: TopicPartition, _ topicID: Uuid, _ log: LogMirror, since cleanedUpTo: Int64
    ) throws(Violation) {
        let losses = feed.records.losses.filter {
            $0.partition == id && $0.topicID == topicID && $0.returnedAt == nil
        }
        let disagreement = Self.disagreement(
            (promises[id] ?? []).filter { $0.topicID == topicID }, losses: losses, from: max(log.start, cleanedUpTo)
        ) { log.batch(at: $0)?.epoch }
        if let disagreement { throw Violation("the ledger knows what is lost", "\(id): \(disagreement)") }
    }

    /// The first offset about which ledger and log are not of one mind.
    static func disagreement(
        _ promises: [Promise], losses: [Loss], from start: Int64, epochAt: (Int64) -> Int32?
    ) -> String? {
        for promise in promises {
            for offset in promise.offsets where offset >= start {
                let isThere = epochAt(offset) == promise.epoch
                let isLost = losses.contains { loss in
                    loss.leaderEpoch == promise.epoch && loss.batches.contains { $0.offsets.contains(offset) }
                }
                guard isThere == isLost else { continue }
                return "offset \(offset), acknowledged in epoch \(promise.epoch), "
                    + (isLost ? "is called lost and lies there" : "is not there and not called lost")
                    + ": the log has \(epochAt(offset).map { "a record of epoch \($0)" } ?? "nothing") there"
            }
        }
        for loss in losses {
            for batch in loss.batches
            where !promises.contains(where: { $0.epoch == loss.leaderEpoch && $0.offsets.overlaps(batch.offsets) }) {
                return
                    "offsets \(batch.offsets) are called lost, and were not acknowledged in epoch \(loss.leaderEpoch)"
            }
        }
        return nil
    }
}
