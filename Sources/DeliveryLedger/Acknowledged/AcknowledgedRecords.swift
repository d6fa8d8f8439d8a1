import KafkaProtocol
import NIOCore

/// What brokers have told producers to be written, of any client, and what became of it.
///
/// A record is lost when a leader's log, which is the truth about its partition from its election on, does not have it
/// where it was acknowledged, in the epoch in which it was acknowledged. Nothing else counts: what retention, DeleteRecords
/// or the cleaner removes was not lost.
package struct AcknowledgedRecords {
    package enum Change: Hashable, Sendable {
        /// New, or so much larger that it is worth being told again: a leader that is cut off goes on acknowledging in vain.
        case lost(Loss)
        /// A replica that still had them came to lead. Where it had a part of a loss, that is a loss of its own from now on.
        case returned(Loss)
    }

    /// Every loss, by number.
    package private(set) var losses: [Loss] = []
    /// How large each was when it was told last.
    private var toldCounts: [Int64] = []
    private var accounts: [PartitionAccount] = []
    private var indices: [AccountKey: Int] = [:]
    private var clients = Numbering<String>()
    private var isrs = Numbering<[BrokerID]>()
    private var fates: [BrokerID: [Loss.Misfortune]] = [:]
    /// What goes on: a broker that is cut off may still acknowledge.
    private var cutOff: [BrokerID: Loss.Misfortune] = [:]
    /// Elections that were no clean ones, by partition and epoch.
    private var uncleanElections: Set<PartitionEpoch> = []

    /// A topic that is deleted may be led on for a moment beside a new one of its name.
    private struct AccountKey: Hashable {
        var partition: TopicPartition
        var topicID: Uuid
    }

    private struct PartitionEpoch: Hashable {
        var partition: TopicPartition
        var epoch: Int32
    }

    package init() {}

    /// Records that were acknowledged so far.
    package var acknowledged: Int64 { accounts.reduce(0) { $0 + $1.runs.acknowledged } }
    /// Records of which only their number is kept: they can no longer be found lost.
    package var forgotten: Int64 { accounts.reduce(0) { $0 + $1.runs.forgotten } }
    package private(set) var runCount = 0
    /// More of them only where nothing can be folded for the moment: 72 bytes each, and as much again for their arrays' growth.
    private static let mostRuns = 100_000

    // MARK: What happens

    package mutating func acknowledged(_ batch: AcknowledgedBatch) -> [Change] {
        let index = account(of: batch.partition, batch.topicID)
        let run = AcknowledgedRun(
            first: batch.offsets.lowerBound, last: batch.offsets.upperBound, highWatermark: batch.highWatermark,
            from: batch.at.wallClockMilliseconds, span: 0, leaderEpoch: batch.leaderEpoch,
            client: Int32(clamping: clients.number(of: batch.client)), isr: Int32(clamping: isrs.number(of: batch.isr)),
            broker: batch.broker.rawValue,
            connection: batch.answer.connection, answer: batch.answer.number, acks: batch.acks)
        let before = accounts[index].runs.runs.count
        let taken = accounts[index].acknowledged(
            run, highWatermark: batch.highWatermark, isCrowded: runCount > Self.mostRuns)
        runCount += accounts[index].runs.runs.count - before
        return taken.map { lose($0, of: index) } ?? []
    }

    /// This log is the partition's from now on.
    package mutating func led(_ partition: TopicPartition, by log: LeaderLog, at: Instant) -> [Change] {
        let index = account(of: partition, log.topicID)
        let election = Loss.Election(
            leader: log.leader, leaderEpoch: log.leaderEpoch, logEndOffset: log.logEndOffset,
            isUnclean: uncleanElections.contains(PartitionEpoch(partition: partition, epoch: log.leaderEpoch)), at: at)
        let before = accounts[index].runs.runs.count
        let (taken, returned) = accounts[index].led(log, election: election)
        runCount += accounts[index].runs.runs.count - before
        var changes = returned.map { giveBack($0, at: at) }
        if let taken { changes += lose(taken, of: index) }
        return changes
    }

    /// What a replica dropped, read before it went.
    @discardableResult
    package mutating func dropped(
        _ partition: TopicPartition, _ offsets: Range<Int64>, batches: ByteBuffer, from broker: BrokerID,
        _ reason: DropReason, at: Instant
    ) -> [Change] {
        let content = DroppedContent(
            drop: Loss.Drop(broker: broker, reason: reason, at: at), offsets: offsets, batches: batches)
        for index in accounts.indices where accounts[index].partition == partition { accounts[index].dropped(content) }
        var changes: [Change] = []
        for number in losses.indices where losses[number].partition == partition {
            PartitionAccount.add(content, to: &losses[number])
            guard losses[number].drops.last == content.drop, losses[number].count > toldCounts[number] else { continue }
            // It grows no more.
            toldCounts[number] = losses[number].count
            changes.append(.lost(losses[number]))
        }
        return changes
    }

    package mutating func befell(_ broker: BrokerID, _ fate: BrokerFate, at: Instant) {
        fates[broker, default: []].append(Loss.Misfortune(fate: fate, at: at))
        if fates[broker]?.count ?? 0 > 100 { fates[broker]?.removeFirst() }
    }

    /// Its links are cut from now on.
    package mutating func isCutOff(_ broker: BrokerID, at: Instant) {
        if cutOff[broker] == nil { cutOff[broker] = Loss.Misfortune(fate: .cutOff, at: at) }
    }

    package mutating func isLinkedAgain(_ broker: BrokerID) { cutOff[broker] = nil }

    package mutating func electedUncleanly(_ partition: TopicPartition, leaderEpoch: Int32) {
        uncleanElections.insert(PartitionEpoch(partition: partition, epoch: leaderEpoch))
    }

    /// A connection broke. Its client has read so many of its answers at least; of those after them nobody knows.
    package mutating func connectionBroke(_ connection: UInt64, of broker: BrokerID, answersRead: UInt64) {
        for index in accounts.indices { accounts[index].doubt(connection, of: broker, after: answersRead) }
    }

    /// What was in it is gone by the user's wish, and a topic of the same name begins anew.
    package mutating func topicDeleted(_ topic: String) {
        for index in accounts.indices where accounts[index].partition.topic == topic {
            runCount -= accounts[index].runs.runs.count
            accounts[index] = PartitionAccount(accounts[index].partition, accounts[index].topicID)
        }
    }

    // MARK: Losses

    private mutating func account(of partition: TopicPartition, _ topicID: Uuid) -> Int {
        let key = AccountKey(partition: partition, topicID: topicID)
        if let index = indices[key] { return index }
        indices[key] = accounts.count
        accounts.append(PartitionAccount(partition, topicID))
        return accounts.count - 1
    }

    /// One loss for each epoch and broker that acknowledged.
    private mutating func lose(_ taken: PartitionAccount.Taken, of index: Int) -> [Change] {
        var groups: [[AcknowledgedRun]] = []
        for run in taken.runs {
            if let known = groups.firstIndex(where: {
                $0[0].leaderEpoch == run.leaderEpoch && $0[0].broker == run.broker
            }) {
                groups[known].append(run)
            } else {
                groups.append([run])
            }
        }
        return groups.compactMap { lose($0.sorted { $0.first < $1.first }, by: taken.election, of: index) }
    }

    private mutating func lose(
        _ runs: [AcknowledgedRun], by election: Loss.Election, of index: Int
    ) -> Change? {
        let broker = BrokerID(runs[0].broker)
        let (partition, topicID) = (accounts[index].partition, accounts[index].topicID)
        let known = losses.lastIndex { loss in
            loss.partition == partition && loss.topicID == topicID && loss.broker == broker
                && loss.leaderEpoch == runs[0].leaderEpoch
                && loss.election == election && loss.returnedAt == nil
        }
        if let known {
            losses[known].add(runs.map(batch))
            accounts[index].keep(runs, as: known + 1)
            guard losses[known].count >= 2 * toldCounts[known] else { return nil }
            toldCounts[known] = losses[known].count
            return .lost(losses[known])
        }
        let since = runs.reduce(Int64.max) { min($0, $1.from) }
        var loss = Loss(
            number: losses.count + 1, partition: partition, topicID: topicID, leaderEpoch: runs[0].leaderEpoch,
            broker: broker,
            batches: runs.map(batch), election: election,
            misfortune: fates[broker]?.last { $0.at.wallClockMilliseconds >= since } ?? cutOff[broker])
        accounts[index].fill(&loss)
        accounts[index].keep(runs, as: loss.number)
        losses.append(loss)
        toldCounts.append(loss.count)
        return .lost(loss)
    }

    private mutating func giveBack(_ returned: PartitionAccount.Returned, at: Instant) -> Change {
        let index = returned.number - 1
        if returned.left.isEmpty {
            losses[index].returnedAt = at
            return .returned(losses[index])
        }
        var back = losses[index].part(of: batches(returned.back))
        back.number = losses.count + 1
        back.returnedAt = at
        losses[index] = losses[index].part(of: batches(returned.left))
        toldCounts[index] = losses[index].count
        losses.append(back)
        toldCounts.append(back.count)
        return .returned(back)
    }

    private func batches(_ runs: [AcknowledgedRun]) -> [Loss.Batch] {
        runs.sorted { $0.first < $1.first }.map(batch)
    }

    private func batch(_ run: AcknowledgedRun) -> Loss.Batch {
        Loss.Batch(
            offsets: run.offsets, acks: run.acks,
            client: run.client == AcknowledgedRun.severalClients ? nil : clients[Int(run.client)],
            isr: isrs[Int(run.isr)],
            highWatermark: run.highWatermark, from: run.from, to: run.to, receiptIsUnknown: run.receiptIsUnknown)
    }
}
