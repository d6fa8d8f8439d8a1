import KafkaBroker
import KafkaProtocol
import NIOCore

/// The end of a run, when all faults are healed and everything has come to rest.
extension Oracle {
    /// Everyone has converged: leaders lead, ISRs are full, logs are alike, and what was acknowledged is there.
    package mutating func settle(now: Instant) throws(Violation) {
        self.now = now
        for id in metadata.allPartitions {
            guard let state = metadata.partitions[id] else { continue }
            let partition = watch(id)
            try settle(state, partition)
            try equalLogs(state, partition)
            try findAcknowledged(partition, leader: state.leader)
        }
        try settleMetadata()
    }

    /// What still keeps the cluster from rest, in words; nil when it may be judged. Costs little: it may be asked often.
    package var unrest: String? {
        for id in metadata.allPartitions {
            guard let state = metadata.partitions[id], let partition = partitionIndices[id] else { continue }
            if state.leader == .none { return "\(id) has no leader" }
            if state.isr.count < state.replicas.count { return "\(id) has the ISR \(state.isr) of \(state.replicas)" }
            guard let leader = partitions[partition].log(of: state.leader) else { continue }
            for replica in state.replicas {
                let end = partitions[partition].log(of: replica)?.end ?? 0
                if end != leader.end, !leader.isEmpty {
                    return
                        "\(id): the log of \(replica) ends at \(end), that of its leader \(state.leader) at \(leader.end)"
                }
            }
        }
        return missingMetadata.map { "\($0.node) has not \($0.batch.place), which is committed metadata" }
    }

    private func settle(_ state: MetadataMirror.PartitionState, _ partition: Int) throws(Violation) {
        let id = partitions[partition].id
        if state.leader == .none {
            throw Violation("no leader at the end", "\(id): the ISR is \(state.isr), the replicas \(state.replicas)")
        }
        if Set(state.isr) != Set(state.replicas) {
            throw Violation(
                "the ISR is not full at the end", "\(id): the ISR is \(state.isr), the replicas \(state.replicas)")
        }
    }

    /// From the highest log start on all replicas hold the same records; the same bytes where nothing was compacted.
    private func equalLogs(_ state: MetadataMirror.PartitionState, _ partition: Int) throws(Violation) {
        let watch = partitions[partition]
        guard let leader = watch.log(of: state.leader), !leader.isEmpty, !isDamaged(watch, state.leader) else { return }
        for broker in state.replicas where broker != state.leader && !isDamaged(watch, broker) {
            guard let log = watch.log(of: broker) else {
                throw Violation("a replica is missing at the end", "\(watch.id) on \(broker)")
            }
            if log.isEmpty { continue }
            if log.end != leader.end {
                throw Violation(
                    "logs end differently",
                    "\(watch.id): that of \(broker) at \(log.end), its leader's at \(leader.end)")
            }
            let from = max(log.start, leader.start)
            let isCleaned = log.cleanedUpTo > from || leader.cleanedUpTo > from
            if isCleaned {
                try equalRecords(log, leader, from: from, broker, watch)
            } else {
                let agreed = log.agreement(with: leader)
                if agreed < log.end {
                    throw Violation(
                        "logs differ at the end",
                        "\(watch.id): \(broker) and its leader \(state.leader) from offset \(agreed) on: "
                            + "\(log.batch(at: agreed)?.place ?? "nothing") and \(leader.batch(at: agreed)?.place ?? "nothing")"
                    )
                }
            }
        }
    }

    private func isDamaged(_ watch: PartitionWatch, _ broker: BrokerID) -> Bool { watch.isDamaged(broker, from: .max) }

    /// Where both have a record at an offset, it is the same one, and so is the last of each key.
    private func equalRecords(
        _ log: LogMirror, _ leader: LogMirror, from: Int64, _ broker: BrokerID, _ watch: PartitionWatch
    ) throws(Violation) {
        var theirs: [Int64: Record] = [:]
        for record in Self.records(of: leader, from: from) { theirs[record.offset] = record }
        let ours = Self.records(of: log, from: from)
        try equalLast(ours, Self.records(of: leader, from: from), broker, watch)
        for record in ours {
            guard let other = theirs[record.offset] else { continue }
            if other.key != record.key || other.value != record.value || other.timestamp != record.timestamp {
                throw Violation(
                    "records differ at the end", "\(watch.id): offset \(record.offset) on \(broker) and on its leader")
            }
        }
    }

    /// However far each was cleaned, a key has one newest value. A tombstone may be gone from one log and not from another.
    private func equalLast(
        _ ours: [Record], _ theirs: [Record], _ broker: BrokerID, _ watch: PartitionWatch
    ) throws(Violation) {
        func newest(_ records: [Record]) -> [ByteBuffer: Record] {
            var newest: [ByteBuffer: Record] = [:]
            for record in records { if let key = record.key { newest[key] = record } }
            return newest
        }
        let (mine, other) = (newest(ours), newest(theirs))
        for record in ours + theirs {
            guard let key = record.key else { continue }
            let (left, right) = (mine[key], other[key])
            if left?.offset == right?.offset { continue }
            if (left ?? right)?.value == nil, left == nil || right == nil { continue }
            if left == nil || right == nil, let alone = left ?? right, isDeleted(key, after: alone.offset, watch) {
                continue
            }
            // Who was away while a cleaner took a tombstone has what it deletes; another may have the tombstone still.
            let newer = [left, right].compactMap { $0 }.max { $0.offset < $1.offset }
            if let newer, newer.value == nil, watch.takenTombstones[key] ?? -1 >= newer.offset { continue }
            throw Violation(
                "compacted logs differ at the end",
                "\(watch.id): the last record of key \(String(buffer: key)) is at offset \(left?.offset ?? -1) on "
                    + "\(broker), on its leader at \(right?.offset ?? -1)")
        }
    }

    /// A key was deleted by a tombstone that is gone again, as it may be after `delete.retention.ms`: a replica that was away
    /// for longer never hears of it, in Kafka too. The same if what took a record's place was lost by name.
    private func isDeleted(_ key: ByteBuffer, after offset: Int64, _ watch: PartitionWatch) -> Bool {
        if let taken = watch.takenTombstones[key], taken > offset { return true }
        // What a leader had committed and told nobody may be lost by an unclean election that is nobody's loss.
        if let successor = watch.successors[key], successor > offset,
            watch.leaderships.contains(where: { $0.isUnclean && $0.startOffset <= successor })
        {
            return true
        }
        let committed = Self.records(of: watch.chain[watch.chainIndex(from: offset)...])
        if committed.contains(where: { $0.key == key && $0.value == nil && $0.offset > offset }) { return true }
        return Self.records(of: watch.lost[...]).contains { $0.key == key && $0.offset > offset }
    }

    private static func records(of log: LogMirror, from: Int64) -> [Record] {
        log.segments.flatMap { records(of: $0.batches[...]) }.filter { $0.offset >= from }
    }

    /// What was acknowledged with acks=all is in the log, save what retention, compaction or a named loss took; what an
    /// idempotent producer sent is there once.
    private func findAcknowledged(_ partition: Int, leader: BrokerID) throws(Violation) {
        let watch = partitions[partition]
        guard let log = watch.log(of: leader), !isDamaged(watch, leader) else { return }
        var values: [String: Int64] = [:]
        var offsets: [Int64: String] = [:]
        let records = Self.records(of: log, from: log.start)
        values.reserveCapacity(records.count)
        offsets.reserveCapacity(records.count)
        for record in records {
            guard let value = record.value else { continue }
            let text = String(buffer: value)
            if let former = values[text], clients.idempotent.contains(text), watch.losses.isEmpty {
                throw Violation(
                    "an idempotent producer's record lies in the log twice",
                    "\(watch.id): \(text) at offsets \(former) and \(record.offset)")
            }
            values[text] = record.offset
            offsets[record.offset] = text
        }
        guard let acknowledged = clients.acknowledged[watch.id], !watch.isCompacted,
            !clients.replaced.contains(watch.id)
        else { return }
        for item in acknowledged where item.offset >= log.start && offsets[item.offset] != item.record {
            if watch.losses.contains(where: { $0.offsets.contains(item.offset) }) { continue }
            throw Violation(
                "an acknowledged record is missing",
                "\(watch.id): \(item.record) was acknowledged at offset \(item.offset), where "
                    + (offsets[item.offset].map { "\($0) lies" } ?? "nothing lies")
                    + (values[item.record].map { "; it lies at \($0)" } ?? ""))
        }
    }

    /// Controllers hold the same metadata.
    private func settleMetadata() throws(Violation) {
        guard let (node, batch) = missingMetadata else { return }
        throw Violation(
            "controllers differ at the end", "\(node) has not \(batch.place), which is committed metadata")
    }

    /// Committed metadata in the place of which a controller has something else: it has not heard of its leader yet.
    private var missingMetadata: (node: BrokerID, batch: MirroredBatch)? {
        for node in raft.controllers {
            guard let log = raft.logs[node] else { continue }
            for batch in raft.chain where batch.next > log.start && batch.next <= log.end {
                if let own = log.batch(at: batch.base), own.isSame(as: batch) { continue }
                return (node, batch)
            }
        }
        return nil
    }
}
