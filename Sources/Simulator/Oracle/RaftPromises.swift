import KafkaBroker
import KafkaProtocol
import NIOCore

/// The controllers' logs, votes and leaders, as their disks and answers show them.
struct RaftWatch: Sendable {
    struct Vote: Hashable, Sendable {
        var voter: BrokerID
        var epoch: Int32
    }

    let controllers: [BrokerID]
    var logs: [BrokerID: LogMirror] = [:]
    /// Up to where each one's log is durable.
    var durableEnds: [BrokerID: Int64] = [:]
    /// What is committed, from the first record on.
    var chain: [MirroredBatch] = []
    var committedEnd: Int64 = 0
    var leaders: [Int32: BrokerID] = [:]
    /// Leaders whose log has been compared with what is committed.
    var judged: Set<Int32> = []
    var votes: [Vote: BrokerID] = [:]
    /// How far each broker has shown to know the metadata log.
    var known: [BrokerID: Int64] = [:]
    /// A controller's disk was emptied: Raft promises nothing to one that forgets.
    var hasForgotten = false

    init(controllers: [BrokerID]) { self.controllers = controllers }

    /// Of the newest epoch that anybody has told of.
    var newestLeader: BrokerID? { leaders.keys.max().flatMap { leaders[$0] } }

    mutating func wrote(_ bytes: ByteBuffer, at offset: Int64, segment: Int64, on node: BrokerID) throws(Violation) {
        guard logs[node, default: LogMirror()].write(bytes, at: offset, toSegment: segment) != nil else {
            throw Violation(
                "a log goes on after bytes that are no batch",
                "the metadata log of \(node), segment \(segment): a write at byte \(offset)")
        }
    }

    mutating func found(_ bytes: ByteBuffer, segment: Int64, on node: BrokerID) {
        _ = logs[node, default: LogMirror()].write(bytes, at: 0, toSegment: segment, checksums: true)
    }

    mutating func truncated(segment: Int64, to size: Int64, on node: BrokerID) {
        logs[node]?.truncate(segment: segment, to: size)
        durableEnds[node] = min(durableEnds[node] ?? 0, logs[node]?.end ?? 0)
    }

    mutating func removed(segment: Int64, on node: BrokerID) {
        logs[node]?.remove(segment: segment)
        durableEnds[node] = min(durableEnds[node] ?? 0, logs[node]?.end ?? 0)
    }

    mutating func forgetLog(of node: BrokerID) {
        logs[node]?.clear()
        durableEnds[node] = nil
    }

    mutating func isDurable(_ node: BrokerID) { durableEnds[node] = logs[node]?.end ?? 0 }

    mutating func wiped(_ node: BrokerID) {
        forgetLog(of: node)
        known[node] = nil
        if node.isController { hasForgotten = true }
    }

    /// How many controllers have this batch, durably.
    func holders(of batch: MirroredBatch) -> [BrokerID] {
        controllers.filter { node in
            guard let log = logs[node], durableEnds[node] ?? 0 >= batch.next else { return false }
            if log.start >= batch.next { return true }
            return log.batch(at: batch.base)?.isSame(as: batch) ?? false
        }
    }

    func chainBatch(at offset: Int64) -> MirroredBatch? {
        let index = chain.lowerBound { $0.next <= offset }
        return index < chain.count && chain[index].base <= offset ? chain[index] : nil
    }
}

/// One leader an epoch, one vote a voter and epoch, and what is committed stays as it is.
extension Oracle {
    mutating func voted(_ request: VoteRequest, _ answer: VoteResponse, by voter: BrokerID) throws(Violation) {
        guard let candidacy = request.topics.first?.partitions.first, let data = answer.topics.first?.partitions.first
        else { return }
        // A tagged field of klamm's marks a pre-vote, which binds nobody.
        guard data.errorCode == .none, data.voteGranted, candidacy.unknownTaggedFields.isEmpty else { return }
        counts.add(.votes)
        let vote = RaftWatch.Vote(voter: voter, epoch: candidacy.candidateEpoch)
        if let former = raft.votes[vote], former != candidacy.candidateId, !raft.hasForgotten {
            throw Violation(
                "a vote was forgotten",
                "controller \(voter) votes for \(candidacy.candidateId) in epoch \(candidacy.candidateEpoch), in which it has "
                    + "voted for \(former)")
        }
        raft.votes[vote] = candidacy.candidateId
    }

    mutating func leads(_ leader: BrokerID, quorumEpoch epoch: Int32) throws(Violation) {
        guard leader != .none, epoch >= 0 else { return }
        if let former = raft.leaders[epoch] {
            if former != leader, !raft.hasForgotten {
                throw Violation(
                    "two controllers lead in one epoch", "\(former) and \(leader), in epoch \(epoch)")
            }
            return
        }
        raft.leaders[epoch] = leader
        counts.add(.controllerElections)
    }

    /// A controller answers a fetch of the metadata log.
    mutating func metadataFetched(_ data: FetchResponse.PartitionData, by node: BrokerID) throws(Violation) {
        try leads(data.currentLeader.leaderId, quorumEpoch: data.currentLeader.leaderEpoch)
        guard data.errorCode == .none, data.highWatermark >= 0 else { return }
        try metadataTold(data.highWatermark, by: node, epoch: data.currentLeader.leaderEpoch)
        guard case .bytes(let bytes)? = data.records, bytes.readableBytes > 0 else { return }
        // A leader serves what is not committed yet, too; a former one may have more of that until it hears of the next.
        let end = min(data.highWatermark, raft.committedEnd)
        var batches = RecordBatches(bytes)
        while let batch = (try? batches.next()) ?? nil, batch.nextOffset <= end {
            let served = MirroredBatch(batch: batch, position: 0)
            if let known = raft.chainBatch(at: served.base), !known.isSame(as: served), !raft.hasForgotten {
                throw Violation(
                    "committed metadata changed",
                    "controller \(node) serves \(served.place) (\(served.header.crc)); committed is \(known.place) "
                        + "(\(known.header.crc))")
            }
        }
    }

    /// A controller has told that the metadata log is committed up to there.
    mutating func metadataTold(_ offset: Int64, by node: BrokerID, epoch: Int32) throws(Violation) {
        guard let log = raft.logs[node] else { return }
        if epoch >= 0, raft.judged.insert(epoch).inserted { try judge(log, of: node, epoch: epoch) }
        guard offset > raft.committedEnd else { return }
        if let last = log.batch(at: offset - 1), !raft.hasForgotten {
            if epoch >= 0, last.epoch != epoch {
                throw Violation(
                    "an entry of an older epoch was committed by counting",
                    "controller \(node), leader in epoch \(epoch), tells that \(last.place) is committed")
            }
            let holders = raft.holders(of: last)
            if holders.count * 2 <= raft.controllers.count {
                throw Violation(
                    "metadata was committed without a majority",
                    "controller \(node) tells that \(last.place) is committed, which only \(holders) of "
                        + "\(raft.controllers) have on disk")
            }
        }
        try commitMetadata(upTo: offset, of: log)
    }

    private mutating func commitMetadata(upTo offset: Int64, of log: LogMirror) throws(Violation) {
        var new: [MirroredBatch] = []
        try log.forEachBatch(from: raft.committedEnd, upTo: offset) { (batch) throws(Violation) in
            if batch.next <= offset { new.append(batch) }
            return true
        }
        for batch in new {
            raft.chain.append(batch)
            raft.committedEnd = batch.next
            guard !batch.header.isControl, let records = try? batch.batch.records() else { continue }
            for record in records {
                guard let value = record.value, let decoded = try? MetadataRecord(decoding: value) else { continue }
                try committed(decoded, at: record.offset)
            }
        }
    }

    /// A leader of the quorum has everything that was committed before.
    private func judge(_ log: LogMirror, of node: BrokerID, epoch: Int32) throws(Violation) {
        if raft.hasForgotten { return }
        for batch in raft.chain where batch.next > log.start {
            if let own = log.batch(at: batch.base), own.isSame(as: batch) { continue }
            throw Violation(
                "committed metadata is lost",
                "controller \(node) leads in epoch \(epoch) without \(batch.place); its log ends at \(log.end)")
        }
    }

    /// A controller has answered by a change that must be committed, before it has told any fetch so.
    mutating func commitOwnLog(of node: BrokerID, upTo id: TopicPartition, partitionEpoch: Int32) throws(Violation) {
        guard let log = raft.logs[node], log.end > raft.committedEnd else { return }
        // Everything before the first record that brings the partition there is committed with it.
        while raft.committedEnd < log.end, (metadata.partitions[id]?.partitionEpoch ?? .max) < partitionEpoch {
            guard let batch = log.batch(at: raft.committedEnd) else { return }
            let holders = raft.holders(of: batch)
            if holders.count * 2 <= raft.controllers.count, !raft.hasForgotten {
                throw Violation(
                    "answered before it was committed",
                    "controller \(node) answers with partition epoch \(partitionEpoch) of \(id), written in \(batch.place), "
                        + "which only \(holders) of \(raft.controllers) have on disk")
            }
            try commitMetadata(upTo: batch.next, of: log)
        }
    }
}
