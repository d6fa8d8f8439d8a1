import KafkaBroker
import KafkaProtocol

/// The beginning of an epoch: does the new leader have all that is committed? What it lacks is lost, since everyone
/// follows it.
///
/// Lost by name: after an unclean election that was permitted, or when the leader was the sole remaining member of the
/// ISR and its disk had lost the records behind its back. Any other loss is a violation.
extension Oracle {
    /// The leader has noted that its epoch begins at `offset`.
    mutating func begin(_ index: Int, of partition: Int, at offset: Int64) throws(Violation) {
        let leader = partitions[partition].leaderships[index].leader
        let replica = partitions[partition].indexOrNew(of: leader)
        // What a broker hears of several epochs at once it tells after it has written in the last of them.
        let isOver = partitions[partition].leaderships[(index + 1)...].contains { $0.leader == leader && $0.hasBegun }
        if !isOver {
            for other in partitions[partition].leaderships.indices
            where other != index && partitions[partition].leaderships[other].leader == leader {
                partitions[partition].leaderships[other].isActive = false
            }
        }
        partitions[partition].leaderships[index].hasBegun = true
        partitions[partition].leaderships[index].isActive = !isOver
        partitions[partition].leaderships[index].startOffset = offset
        // An older leadership may be noticed late: then the newer one has judged already.
        if partitions[partition].newestBegun == index {
            try judge(index, partitions[partition].replicas[replica].log, of: partition)
        }
        // By a loss it may have to begin earlier.
        let log = partitions[partition].replicas[replica].log
        // Cut where the cleaner has left a hole, a log ends behind its last record.
        let end = log.cleanedUpTo >= offset ? max(log.end, offset) : log.end
        partitions[partition].leaderships[index].floor = max(log.start, min(partitions[partition].committedEnd, end))
        // A log that has lost all, and of which DeleteRecords took the beginning before, goes on where that ended.
        if log.isEmpty {
            partitions[partition].leaderships[index].floor = max(offset, partitions[partition].leaderships[index].floor)
        }
        if partitions[partition].id.topic == Self.offsetsTopic { groups.resigned(leader) }
        for other in partitions[partition].replicas {
            let agreed = other.broker == leader ? end : other.log.agreement(with: log)
            partitions[partition].leaderships[index].agree(other.broker, upTo: agreed)
        }
        partitions[partition].reckon(index)
    }

    /// Compares what is committed with the leader's log.
    private mutating func judge(_ index: Int, _ log: LogMirror, of partition: Int) throws(Violation) {
        let leadership = partitions[partition].leaderships[index]
        var missing: Int?
        for position in partitions[partition].chainIndex(from: log.start)..<partitions[partition].chain.count {
            let batch = partitions[partition].chain[position]
            if batch.next <= log.cleanedUpTo, batch.next <= log.end { continue }
            guard let mate = log.batch(at: batch.base),
                mate.isSame(as: batch) || partitions[partition].isDamaged(leadership.leader, from: batch.base)
            else {
                missing = position
                break
            }
        }
        let lost = missing.map { Array(partitions[partition].chain[$0...]) } ?? []
        let end = partitions[partition].committedEnd
        // What is committed may all be deleted by now. A log that ends before it lacks no record, but goes on with
        // others at offsets that were used already, and for that it needs the same excuse.
        guard
            let from = lost.first.map({ min($0.base, leadership.startOffset) })
                ?? (leadership.startOffset < end ? leadership.startOffset : nil)
        else { return }
        let offsets = from..<max(end, lost.first?.next ?? end)
        guard let cause = permittedCause(of: leadership, offsets, partition) else {
            let mate = log.batch(at: from)
            throw Violation(
                "committed records are lost",
                "\(partitions[partition].id): leader \(leadership.leader) begins epoch \(leadership.epoch) with a log that "
                    + "ends at \(log.end)\(mate.map { " and has \($0.place) (\($0.header.crc)) there" } ?? ""), and "
                    + "lacks \(lost.first.map { "\($0.place) (\($0.header.crc))" } ?? "what was deleted from \(from) on"); "
                    + "committed was everything before \(end); the ISR before was \(leadership.formerISR), now "
                    + "\(leadership.isr)")
        }
        // What was deleted there goes with it: its offsets are used anew.
        let kept = partitions[partition].chainIndex(from: offsets.lowerBound)
        partitions[partition].chain.removeSubrange(kept...)
        partitions[partition].committedEnd = offsets.lowerBound
        name(
            NamedLoss(
                partition: partitions[partition].id, offsets: offsets, leader: leadership.leader,
                leaderEpoch: leadership.epoch, cause: cause), lost, of: partition)
    }

    /// Why this election may lose these records; nil if it may not. One elected uncleanly may have died before it led:
    /// who is elected after it, from the ISR that it left, has not more.
    func permittedCause(
        of leadership: Leadership, _ offsets: Range<Int64>, _ partition: Int
    ) -> NamedLoss.Cause? {
        for former in partitions[partition].leaderships.reversed() where former.epoch <= leadership.epoch {
            if former.isUnclean { return .uncleanElection }
            if former.hasBegun, former.epoch < leadership.epoch { break }
        }
        // The others of the ISR may be fenced by what elects it.
        guard leadership.formerISR == [leadership.leader] || leadership.isr == [leadership.leader],
            let replica = partitions[partition].replicas.first(where: { $0.broker == leadership.leader }),
            let damage = replica.damages.first(where: { $0.offsets.overlaps(offsets) })
        else { return nil }
        return .soleMember(damage.kind)
    }

    mutating func name(_ loss: NamedLoss, _ batches: [MirroredBatch], of partition: Int) {
        partitions[partition].lost.append(contentsOf: batches)
        partitions[partition].losses.append(loss)
        let start = partitions[partition].toldStart
        if loss.offsets.lowerBound < start { partitions[partition].setStart(loss.offsets.lowerBound) }
        losses.append(loss)
        counts.add(.namedLosses)
    }
}
