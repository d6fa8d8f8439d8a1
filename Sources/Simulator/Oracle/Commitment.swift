import KafkaBroker
import KafkaProtocol
import NIOCore

/// What is committed, by the oracle's own reckoning: the logs that it mirrors, and the ISRs that the metadata log names.
///
/// Kafka's rule: a record is committed when every member of the leader's maximal ISR has it. The leader tells so by its high
/// watermark, and by answering acks=all. What is told must have been held by all at some time since the epoch began: a follower
/// may lose it again before the leader tells. What was committed before the epoch need not be held anew.
extension Oracle {
    // MARK: Writes

    /// A replica's log has grown by these batches.
    mutating func appended(
        _ batches: ArraySlice<MirroredBatch>, to replica: Int, of partition: Int
    ) throws(Violation) {
        let broker = partitions[partition].replicas[replica].broker
        for batch in batches {
            if let index = partitions[partition].leadership(epoch: batch.epoch),
                partitions[partition].leaderships[index].leader == broker,
                !partitions[partition].leaderships[index].hasBegun
            {
                try begin(index, of: partition, at: batch.base)
            }
            let leads = partitions[partition].leaderships.last { $0.isActive && $0.leader == broker }
            if let leads, leads.epoch == batch.epoch {
                counts.add(.appendedBatches)
                if partitions[partition].id.topic == Self.offsetsTopic { coordinatorWrote(batch, by: broker) }
                try checkSequence(of: batch, in: replica, of: partition, appendedBy: broker)
            } else {
                counts.add(.copiedBatches)
                _ = partitions[partition].replicas[replica].log.noteProducer(of: batch.header)
                try copied(batch, by: broker, of: partition)
            }
            try compareWithLeaders(batch, on: broker, of: partition)
        }
        try reckonAll(partition)
    }

    /// A follower has batches of the leaders that it copies from, and of nobody else.
    private mutating func copied(
        _ batch: MirroredBatch, by broker: BrokerID, of partition: Int
    ) throws(Violation) {
        for index in partitions[partition].leaderships.indices
        where partitions[partition].leaderships[index].isActive
            && partitions[partition].leaderships[index].leader == broker
            && partitions[partition].leaderships[index].epoch < batch.epoch
        {
            // It follows another now.
            partitions[partition].leaderships[index].isActive = false
        }
        if hasFlips, !batch.batch.isWhole {
            throw Violation(
                "damaged bytes were copied", "\(partitions[partition].id): \(broker) writes \(batch.place)")
        }
        guard let index = partitions[partition].leadership(epoch: batch.epoch) else { return }
        let leader = partitions[partition].leaderships[index].leader
        guard leader != broker, partitions[partition].leaderships[index].isActive,
            let source = partitions[partition].index(of: leader),
            let original = partitions[partition].replicas[source].log.batch(at: batch.base),
            original.epoch == batch.epoch, original.base == batch.base
        else { return }
        if !original.isSame(as: batch), !partitions[partition].isDamaged(leader, from: batch.base),
            !partitions[partition].isDamaged(broker, from: batch.base),
            !partitions[partition].isCompacted
        {
            throw Violation(
                "two batches of one leader epoch at one offset",
                "\(partitions[partition].id): \(broker) has \(batch.place) (\(batch.header.crc)), its leader "
                    + "\(leader) \(original.place) (\(original.header.crc))")
        }
    }

    /// Moves on what this replica has in common with each leader that may still count on it.
    private mutating func compareWithLeaders(
        _ batch: MirroredBatch, on broker: BrokerID, of partition: Int
    ) throws(Violation) {
        for index in partitions[partition].leaderships.indices where partitions[partition].leaderships[index].isActive {
            let leader = partitions[partition].leaderships[index].leader
            let epoch = partitions[partition].leaderships[index].epoch
            if leader == broker {
                partitions[partition].leaderships[index].agree(broker, upTo: batch.next)
                continue
            }
            guard let source = partitions[partition].index(of: leader) else { continue }
            if batch.next <= partitions[partition].replicas[source].log.start {
                // On its way while its leader removed it: nobody can compare it, and nothing is promised of it any more.
                partitions[partition].leaderships[index].agree(broker, upTo: batch.next)
                continue
            }
            guard
                let original = partitions[partition].replicas[source].log.batch(at: batch.base),
                original.isSame(as: batch) || isCleaned(batch, source, partition)
            else { continue }
            let agreed = partitions[partition].leaderships[index].agreed[broker] ?? 0
            if agreed == batch.base || isBeyondComparison(from: agreed, to: batch.base, broker, source, of: partition) {
                partitions[partition].leaderships[index].agree(broker, upTo: batch.next)
                regained(broker, upTo: batch.next, of: partition)
            } else if batch.epoch == epoch, !partitions[partition].isDamaged(broker, from: agreed),
                !partitions[partition].isDamaged(leader, from: agreed), agreed < batch.base
            {
                throw Violation(
                    "logs differ before a record that both have",
                    "\(partitions[partition].id): \(broker) has \(batch.place) as its leader \(leader) has, but "
                        + "their logs differ from offset \(agreed) on")
            }
        }
    }

    /// Nobody can compare what either log had between: it was removed at the beginning, or the cleaner has left a hole.
    private func isBeyondComparison(
        from agreed: Int64, to base: Int64, _ broker: BrokerID, _ source: Int, of partition: Int
    ) -> Bool {
        guard let mine = partitions[partition].log(of: broker) else { return false }
        let theirs = partitions[partition].replicas[source].log
        return mine.segments.first?.base == base || theirs.segments.first?.base == base
            || base <= max(mine.cleanedUpTo, mine.toldStart, mine.ownStart)
            || hasNothingBetween(agreed, base, mine, theirs)
    }

    /// Compaction may leave a hole where one of two logs, or both, have nothing.
    private func hasNothingBetween(_ low: Int64, _ high: Int64, _ mine: LogMirror, _ theirs: LogMirror) -> Bool {
        guard low < high, mine.cleanedUpTo > 0 || theirs.cleanedUpTo > 0 else { return false }
        return low >= min(mine.cleanedUpTo, high) || theirs.cleanedUpTo >= high
    }

    private func isCleaned(_ batch: MirroredBatch, _ source: Int, _ partition: Int) -> Bool {
        batch.next <= partitions[partition].replicas[source].log.cleanedUpTo
    }

    private mutating func regained(_ broker: BrokerID, upTo offset: Int64, of partition: Int) {
        guard let index = partitions[partition].index(of: broker),
            !partitions[partition].replicas[index].damages.isEmpty
        else { return }
        partitions[partition].replicas[index].damages.removeAll { $0.offsets.upperBound <= offset }
    }

    /// A replica's log was cut, or has lost segments; behind its broker's back, if it was by damage.
    mutating func shortened(_ replica: Int, of partition: Int, byDamage: Bool = false) {
        let broker = partitions[partition].replicas[replica].broker
        let log = partitions[partition].replicas[replica].log
        let end = log.end
        for index in partitions[partition].leaderships.indices where partitions[partition].leaderships[index].isActive {
            guard let agreed = partitions[partition].leaderships[index].agreed[broker], agreed > end else { continue }
            // Nothing was cut if all has retired and the cleaner had left a hole at the end.
            if log.retiredEnd != nil, log.cleanedUpTo >= agreed { continue }
            partitions[partition].leaderships[index].agreed[broker] = end
            if byDamage { partitions[partition].leaderships[index].remember(broker, upTo: agreed) }
            // A leader never cuts its own log.
            if partitions[partition].leaderships[index].leader == broker {
                partitions[partition].leaderships[index].isActive = false
            }
        }
    }

    mutating func reckonAll(_ partition: Int) throws(Violation) {
        for index in partitions[partition].leaderships.indices
        where partitions[partition].leaderships[index].isActive {
            partitions[partition].reckon(index)
        }
    }

    // MARK: What leaders tell

    /// A leader has told that everything before `offset` is committed.
    mutating func told(
        _ offset: Int64, by broker: BrokerID, of partition: Int, _ what: @autoclosure () -> String
    ) throws(Violation) {
        guard let index = partitions[partition].leadership(by: broker) else { return }
        try told(offset, in: index, of: partition, what())
    }

    private mutating func told(
        _ offset: Int64, in index: Int, of partition: Int, _ what: @autoclosure () -> String
    ) throws(Violation) {
        let held = max(partitions[partition].leaderships[index].held, partitions[partition].leaderships[index].floor)
        guard offset <= held else {
            let leadership = partitions[partition].leaderships[index]
            throw Violation(
                "not held by all of the ISR",
                "\(partitions[partition].id): \(leadership.leader), leader in epoch \(leadership.epoch), \(what()), but only what is "
                    + "before \(held) was held by all of the ISR "
                    + "\(leadership.isr)\(pendingText(leadership)); "
                    + "in common with the leader: \(agreementText(leadership, partition))")
        }
        try commit(upTo: offset, by: index, of: partition)
    }

    func pendingText(_ leadership: Leadership) -> String {
        leadership.pending.map { " and its member-to-be \($0.members)" } ?? ""
    }

    func agreementText(_ leadership: Leadership, _ partition: Int) -> String {
        leadership.agreed.description
    }

    /// Takes the leader's records into the chain.
    private mutating func commit(upTo offset: Int64, by index: Int, of partition: Int) throws(Violation) {
        let leader = partitions[partition].leaderships[index].leader
        guard let replica = partitions[partition].index(of: leader) else { return }
        let isNewest = partitions[partition].newestBegun == index
        let end = partitions[partition].committedEnd
        // The next leader may have committed others meanwhile, at the offsets of which an old one tells.
        let from = isNewest ? end : min(end, partitions[partition].leaderships[index].floor)
        guard offset > from else { return }
        var new: [MirroredBatch] = []
        try partitions[partition].replicas[replica].log.forEachBatch(from: from, upTo: offset) {
            (batch) throws(Violation) in
            new.append(batch)
            return true
        }
        if isNewest {
            partitions[partition].chain.append(contentsOf: new)
            partitions[partition].committedEnd = offset
            return
        }
        // An old leader that has not heard of the next: what it commits the next one must have, or it is lost.
        try committedByOld(new, upTo: offset, index, of: partition)
    }

    private mutating func committedByOld(
        _ new: [MirroredBatch], upTo offset: Int64, _ index: Int, of partition: Int
    ) throws(Violation) {
        counts.add(.zombies)
        guard let newest = partitions[partition].newestBegun, newest > index,
            let replica = partitions[partition].index(of: partitions[partition].leaderships[newest].leader)
        else { return }
        let log = partitions[partition].replicas[replica].log
        for batch in new {
            if batch.next <= log.start || batch.next <= log.cleanedUpTo { continue }
            if batch.base < partitions[partition].committedEnd {
                let position = partitions[partition].chainIndex(from: batch.base)
                let chain = partitions[partition].chain
                if position < chain.count, chain[position].isSame(as: batch) { continue }
            }
            let damages = partitions[partition].replicas[replica].damages
            let began = partitions[partition].leaderships[newest].startOffset
            // What it had when it began and its disk has lost since, the next election has to answer for.
            if log.batch(at: batch.base)?.isSame(as: batch)
                ?? (batch.next <= began && damages.contains { $0.offsets.contains(batch.base) })
            {
                guard batch.base >= partitions[partition].committedEnd else { continue }
                partitions[partition].chain.append(batch)
                partitions[partition].committedEnd = batch.next
                continue
            }
            if partitions[partition].lost.contains(where: { $0.isSame(as: batch) }) { continue }
            let successor = try lossCause(batch.base..<offset, of: partition, after: index)
            name(
                NamedLoss(
                    partition: partitions[partition].id, offsets: batch.base..<batch.next,
                    leader: successor.leader, leaderEpoch: successor.epoch, cause: successor.cause), [batch],
                of: partition)
        }
    }

    /// The election after this leadership by which what it commits can be lost.
    private func lossCause(
        _ offsets: Range<Int64>, of partition: Int, after index: Int
    ) throws(Violation) -> (leader: BrokerID, epoch: Int32, cause: NamedLoss.Cause) {
        for later in partitions[partition].leaderships[(index + 1)...] where later.hasBegun {
            if let cause = permittedCause(of: later, offsets, partition) { return (later.leader, later.epoch, cause) }
        }
        throw Violation(
            "committed records are lost",
            "\(partitions[partition].id): \(partitions[partition].leaderships[index].leader), an old leader of epoch "
                + "\(partitions[partition].leaderships[index].epoch), commits offsets \(offsets), which the leaders after it lack"
        )
    }

    // MARK: Acknowledgements

    /// A producer is told that every in-sync replica has its batch.
    mutating func acknowledgedByAll(
        upTo offset: Int64, by broker: BrokerID, of partition: Int
    ) throws(Violation) {
        guard let index = leadership(answeringFor: offset, by: broker, of: partition) else {
            throw Violation(
                "acknowledged by one who does not lead",
                "\(partitions[partition].id): \(broker) answers acks=all for offsets before \(offset)")
        }
        try told(offset, in: index, of: partition, "answers acks=all for offsets before \(offset)")
        guard partitions[partition].leaderships[index].isHeldByEnough(upTo: offset) else {
            let leadership = partitions[partition].leaderships[index]
            throw Violation(
                "acknowledged with too few in-sync replicas",
                "\(partitions[partition].id): \(broker), leader in epoch \(leadership.epoch), answers acks=all for offsets "
                    + "before \(offset); the ISR is \(leadership.isr), min.insync.replicas "
                    + "\(partitions[partition].minInsyncReplicas), and enough replicas held only what is before "
                    + "\(max(leadership.heldByEnough, leadership.floor))")
        }
        counts.add(.acknowledgedAll)
    }

    /// The leadership by which such an answer counts.
    ///
    /// A request to several partitions is answered when the slowest is done. In the others its broker may have lost its
    /// leadership meanwhile, after all of the ISR had held the records.
    private func leadership(answeringFor offset: Int64, by broker: BrokerID, of partition: Int) -> Int? {
        let present = partitions[partition].leadership(by: broker)
        if let present, partitions[partition].leaderships[present].isHeldByEnough(upTo: offset) { return present }
        return partitions[partition].leaderships.lastIndex {
            $0.leader == broker && $0.hasBegun && !$0.isOfFormerLife && $0.isHeldByEnough(upTo: offset)
        } ?? present
    }
}

extension RecordBatch {
    fileprivate var isWhole: Bool { (try? validate()) != nil }
}
