import KafkaProtocol
import NIOCore

/// What brokers have told producers to be written, of any client, and what became of it.
///
/// A record is lost when a leader's log, which is the truth about its partition from its election on, does not have it
/// where it was acknowledged, in the epoch in which it was acknowledged. Nothing else counts: what retention, DeleteRecords
/// or the cleaner removes was not lost.
package struct AcknowledgedRecords {
    package enum Change: Hashable, Sendable {
        case lost(Loss)
        /// The same loss, so much larger that it is worth being told again, since a leader that is cut off goes on
        /// acknowledging in vain; or one that grows no more.
        case updated(Loss)
        /// A replica that still had them came to lead. Where it had a part of a loss, that is a loss of its own from now on.
        case returned(Loss)
    }

    /// Every loss, by number.
    package private(set) var losses: [Loss] = []
    private var sizes: [Size] = []
    private var accounts: [PartitionAccount] = []
    /// Where the accounts of a topic's partition are: of more than one topic while a deleted one is led on for a moment.
    private var places: [String: [Int32: [Int]]] = [:]
    /// Places of accounts that nobody needs any more.
    private var freePlaces: [Int] = []
    private var contents = DroppedContents()
    private var clients = Numbering<String>()
    private var isrs = Numbering<[BrokerID]>()
    private var misfortunes = BrokerMisfortunes()
    /// Elections that were no clean ones, by partition and epoch.
    private var uncleanElections: Set<PartitionEpoch> = []

    /// A loss's records, and how many they were when it was told last.
    private struct Size {
        var count: Int64
        var told: Int64

        init(_ count: Int64) { (self.count, told) = (count, count) }
    }

    private struct PartitionEpoch: Hashable {
        var partition: TopicPartition
        var epoch: Int32
    }

    package init() {}

    /// Records that were acknowledged so far.
    package private(set) var acknowledged: Int64 = 0
    /// Records of which only their number is kept: they can no longer be found lost.
    package private(set) var forgotten: Int64 = 0
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
        let (runs, gone) = (accounts[index].runCount, accounts[index].runs.forgotten)
        let taken = accounts[index].acknowledged(
            run, highWatermark: batch.highWatermark, followers: batch.followers, isCrowded: isCrowded)
        acknowledged += run.last - run.first + 1
        forgotten += accounts[index].runs.forgotten - gone
        runCount += accounts[index].runCount - runs
        return taken.map { lose($0, of: index) } ?? []
    }

    /// This log is the partition's from now on.
    package mutating func led(_ partition: TopicPartition, by log: LeaderLog, at: Instant) -> [Change] {
        let index = account(of: partition, log.topicID)
        forgetStragglers(of: partition, beside: index)
        let election = Loss.Election(
            leader: log.leader, leaderEpoch: log.leaderEpoch, logEndOffset: log.logEndOffset,
            isUnclean: uncleanElections.contains(PartitionEpoch(partition: partition, epoch: log.leaderEpoch)), at: at)
        let before = accounts[index].runCount
        let (taken, returned) = accounts[index].led(log, election: election)
        runCount += accounts[index].runCount - before
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
        contents.keep(content, of: partition)
        var changes: [Change] = []
        for index in places(of: partition).flatMap({ accounts[$0].lost }).map({ $0.number - 1 }) {
            let mightGrow = losses[index].mayGrow
            losses[index].take(content)
            let isSettled = mightGrow && !losses[index].mayGrow
            guard losses[index].drops.last == content.drop, isSettled || sizes[index].count > sizes[index].told
            else { continue }
            sizes[index].told = sizes[index].count
            changes.append(.updated(losses[index]))
        }
        return changes
    }

    @discardableResult
    package mutating func befell(_ broker: BrokerID, _ fate: BrokerFate, at: Instant) -> [Change] {
        misfortunes.befell(broker, fate, at: at)
        guard fate.isAnEnd else { return [] }
        return losses.indices.filter { losses[$0].broker == broker && losses[$0].mayGrow }.map { index in
            losses[index].isOver = true
            sizes[index].told = sizes[index].count
            return .updated(losses[index])
        }
    }

    /// Its links are cut from now on.
    package mutating func isCutOff(_ broker: BrokerID, at: Instant) { misfortunes.befell(broker, .cutOff, at: at) }

    package mutating func isLinkedAgain(_ broker: BrokerID, at: Instant) {
        misfortunes.ended(.cutOff, of: broker, at: at)
    }

    package mutating func isThawed(_ broker: BrokerID, at: Instant) { misfortunes.ended(.frozen, of: broker, at: at) }

    package mutating func areThawed(at: Instant) { misfortunes.ended(.frozen, at: at) }

    package mutating func electedUncleanly(_ partition: TopicPartition, leaderEpoch: Int32) {
        uncleanElections.insert(PartitionEpoch(partition: partition, epoch: leaderEpoch))
    }

    /// A connection broke. Its client has read so many of its answers at least; of those after them nobody knows.
    package mutating func connectionBroke(_ connection: UInt64, of broker: BrokerID, answersRead: UInt64) {
        for index in accounts.indices {
            for (number, runs) in accounts[index].doubt(connection, of: broker, after: answersRead) {
                losses[number - 1].consist(of: batches(runs.runs), unnamed: runs.forgotten)
            }
        }
    }

    /// What was in it is gone by the user's wish, and a topic of the same name begins anew.
    package mutating func topicDeleted(_ topic: String) {
        for index in (places.removeValue(forKey: topic) ?? [:]).sorted(by: { $0.key < $1.key }).flatMap(\.value) {
            free(index)
        }
        contents.remove(topic)
        uncleanElections = uncleanElections.filter { $0.partition.topic != topic }
    }

    // MARK: Accounts

    private var isCrowded: Bool { runCount > Self.mostRuns }

    private func places(of partition: TopicPartition) -> [Int] {
        places[partition.topic]?[partition.partition] ?? []
    }

    private mutating func account(of partition: TopicPartition, _ topicID: Uuid) -> Int {
        if let known = places(of: partition).first(where: { accounts[$0].topicID == topicID }) { return known }
        let account = PartitionAccount(partition, topicID)
        let index = freePlaces.popLast() ?? accounts.count
        if index < accounts.count { accounts[index] = account } else { accounts.append(account) }
        places[partition.topic, default: [:]][partition.partition, default: []].append(index)
        return index
    }

    /// Whoever led a topic on after it had been deleted began an account anew, and is never elected in it.
    private mutating func forgetStragglers(of partition: TopicPartition, beside index: Int) {
        let (left, gone) = places(of: partition).reduce(into: ([Int](), [Int]())) { parts, place in
            if place == index || accounts[place].leaderLog != nil {
                parts.0.append(place)
            } else {
                parts.1.append(place)
            }
        }
        if gone.isEmpty { return }
        places[partition.topic]?[partition.partition] = left
        for place in gone { free(place) }
    }

    private mutating func free(_ index: Int) {
        runCount -= accounts[index].runCount
        accounts[index] = PartitionAccount(accounts[index].partition, accounts[index].topicID)
        freePlaces.append(index)
    }

    // MARK: Losses

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
        let (broker, leaderEpoch) = (BrokerID(runs[0].broker), runs[0].leaderEpoch)
        let lastWord = accounts[index].lastWord(of: broker, leaderEpoch: leaderEpoch)
        let known = accounts[index].lost.last { lost in
            let loss = losses[lost.number - 1]
            return loss.broker == broker && loss.leaderEpoch == leaderEpoch && loss.election == election
        }
        if let number = known?.number {
            sizes[number - 1].count += losses[number - 1].add(runs.map(batch))
            losses[number - 1].lastWord = lastWord
            keep(runs, as: number, of: index)
            guard sizes[number - 1].count >= 2 * sizes[number - 1].told else { return nil }
            sizes[number - 1].told = sizes[number - 1].count
            return .updated(losses[number - 1])
        }
        let acknowledged = runs.reduce(runs[0].from...runs[0].to) { times, run in
            min(times.lowerBound, run.from)...max(times.upperBound, run.to)
        }
        var loss = Loss(
            number: losses.count + 1, partition: accounts[index].partition, topicID: accounts[index].topicID,
            leaderEpoch: leaderEpoch, broker: broker, batches: runs.map(batch), election: election,
            misfortunes: misfortunes.of(broker, acknowledged: acknowledged, election: election.at))
        loss.lastWord = lastWord
        for content in contents[accounts[index].partition] { loss.take(content) }
        keep(runs, as: loss.number, of: index)
        append(loss)
        return .lost(loss)
    }

    private mutating func keep(_ runs: [AcknowledgedRun], as number: Int, of index: Int) {
        let before = accounts[index].runCount
        accounts[index].keep(runs, as: number, isCrowded: isCrowded)
        runCount += accounts[index].runCount - before
    }

    private mutating func append(_ loss: Loss) {
        losses.append(loss)
        sizes.append(Size(loss.count))
    }

    private mutating func giveBack(_ returned: PartitionAccount.Returned, at: Instant) -> Change {
        let index = returned.number - 1
        if returned.left.runs.isEmpty {
            losses[index].returnedAt = at
            return .returned(losses[index])
        }
        var back = losses[index].part(of: batches(returned.back), unnamed: 0)
        back.number = losses.count + 1
        back.returnedAt = at
        losses[index] = losses[index].part(of: batches(returned.left.runs), unnamed: returned.left.forgotten)
        sizes[index] = Size(losses[index].count)
        append(back)
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
