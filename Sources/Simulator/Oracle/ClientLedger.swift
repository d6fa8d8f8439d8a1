import KafkaBroker
import KafkaProtocol

/// What clients know: records sent and acknowledged, what consumers were handed, where they may commit.
struct ClientLedger: Sendable {
    struct Reader: Hashable, Sendable {
        var consumer: String
        var partition: TopicPartition

        /// Few consumers read one partition.
        func hash(into hasher: inout Hasher) { hasher.combine(partition) }
        func _rawHashValue(seed: Int) -> Int { partition._rawHashValue(seed: seed) }
    }

    struct Acknowledged: Hashable, Sendable {
        var record: String
        var offset: Int64
    }

    /// Acknowledged with acks=all, in the order of the acknowledgements.
    var acknowledged: [TopicPartition: [Acknowledged]] = [:]
    /// Records of idempotent producers: each lies in a log at most once.
    var idempotent: Set<String> = []
    /// What was handed out at each offset of a partition, by its number: the same to everyone.
    var delivered: [Int: [Int64: String]] = [:]
    /// The offset that a consumer is to be handed next.
    var positions: [Reader: Int64] = [:]
    /// Where a member's present assignment of the partition began.
    var origins: [Reader: Int64] = [:]
    /// What a member has committed before, which a late thread may repeat in the name of an old generation.
    var committed: [Reader: Set<Int64>] = [:]

    /// Partitions of topics that were deleted, perhaps made anew since: what clients say of one may be about the other.
    private(set) var replaced: Set<TopicPartition> = []

    mutating func forget(_ id: TopicPartition, number: Int) {
        replaced.insert(id)
        acknowledged[id] = nil
        delivered[number] = nil
        for reader in positions.keys where reader.partition == id {
            positions[reader] = nil
            origins[reader] = nil
        }
    }
}

extension Oracle {
    mutating func clientNoted(_ note: ClientNote) throws(Violation) {
        switch note {
        case .sent(_, let record, _, _, let isIdempotent):
            if isIdempotent { clients.idempotent.insert(record) }
        case .acknowledged(_, let record, let id, let offset, let acks):
            if acks == -1, offset >= 0 {
                clients.acknowledged[id, default: []].append(.init(record: record, offset: offset))
            }
        case .delivered(let consumer, _, let id, let offset, let record):
            try delivered(record, at: offset, of: id, to: consumer)
        case .positioned(let consumer, _, let id, let offset):
            clients.positions[.init(consumer: consumer, partition: id)] = offset
            clients.origins[.init(consumer: consumer, partition: id)] = offset
        case .positionReset(let consumer, let id, _, let to, _):
            clients.positions[.init(consumer: consumer, partition: id)] = to
            clients.origins[.init(consumer: consumer, partition: id)] = to
        case .commitSent(let consumer, let group, _, let id, let offset):
            try commitSent(consumer, group, id, offset)
        case .wronglyAccepted(let prober, let what):
            throw Violation("a request that must be refused was taken", "\(prober): \(what)")
        case .unexpected(let client, let what):
            throw Violation("an answer that no broker may give", "\(client): \(what)")
        case .commitAcknowledged(let consumer, _, _, let id, let offset):
            clients.committed[.init(consumer: consumer, partition: id), default: []].insert(offset)
        case .foundNothing(let consumer, let id, let offsets, let broker):
            try foundNothing(offsets, of: id, on: broker, consumer)
        case .administered(let words): counts.add(administered: words)
        case .opened, .failed, .commitRefused, .fetchedCommit, .corrupt: break
        }
    }

    /// Whoever leads has records there, or none of them is left.
    private func foundNothing(
        _ offsets: Range<Int64>, of id: TopicPartition, on broker: BrokerID, _ consumer: String
    ) throws(Violation) {
        guard let partition = partitionIndices[id], !partitions[partition].isForeign(broker),
            let log = partitions[partition].log(of: broker), offsets.lowerBound >= log.start
        else { return }
        try log.forEachBatch(from: offsets.lowerBound, upTo: offsets.upperBound) { batch throws(Violation) in
            throw Violation(
                "records were withheld",
                "\(id): \(broker) has \(batch.place), and had nothing for \(consumer) from \(offsets.lowerBound) on, though its "
                    + "high watermark was \(offsets.upperBound)")
        }
    }

    private mutating func commitSent(
        _ consumer: String, _ group: String, _ id: TopicPartition, _ offset: Int64
    ) throws(Violation) {
        let reader = ClientLedger.Reader(consumer: consumer, partition: id)
        if clients.committed[reader]?.contains(offset) ?? false { return }
        if clients.replaced.contains(id) { return }
        guard let position = clients.positions[reader] else {
            throw Violation(
                "a member commits what it was not handed",
                "\(consumer) of group \(group) commits \(offset) of \(id), which it does not have")
        }
        if offset > position || offset < clients.origins[reader] ?? 0 {
            throw Violation(
                "a member commits what it was not handed",
                "\(consumer) of group \(group) commits \(offset) of \(id); it began at "
                    + "\(clients.origins[reader] ?? 0) and was handed what is before \(position)")
        }
    }

    private mutating func delivered(
        _ record: String, at offset: Int64, of id: TopicPartition, to consumer: String
    ) throws(Violation) {
        let reader = ClientLedger.Reader(consumer: consumer, partition: id)
        // One look-up for what was expected and what is expected next.
        if let expected = clients.positions.updateValue(offset + 1, forKey: reader), offset != expected {
            if offset < expected, !clients.replaced.contains(id) {
                throw Violation(
                    "a record was delivered again, or out of order",
                    "\(consumer) is handed \(record) at offset \(offset) of \(id), after everything before \(expected)")
            }
            if offset > expected, !clients.replaced.contains(id), let partition = partitionIndices[id] {
                try skipped(expected..<offset, of: partition, by: consumer)
            }
        }
        guard let partition = partitionIndices[id], partitions[partition].losses.isEmpty,
            !clients.replaced.contains(id)
        else { return }
        if let other = clients.delivered[partition, default: [:]].updateValue(record, forKey: offset), other != record {
            throw Violation(
                "two records at one offset",
                "\(consumer) is handed \(record) at offset \(offset) of \(id), where \(other) was read before")
        }
    }

    /// Offsets that a consumer was not handed: compaction and markers leave holes, records do not.
    private func skipped(_ offsets: Range<Int64>, of partition: Int, by consumer: String) throws(Violation) {
        let watch = partitions[partition]
        guard !watch.isCompacted, watch.losses.isEmpty else { return }
        var index = watch.chainIndex(from: offsets.lowerBound)
        while index < watch.chain.count, watch.chain[index].next <= offsets.upperBound {
            let batch = watch.chain[index]
            if !batch.header.isControl, batch.header.count > 0, batch.base >= offsets.lowerBound {
                throw Violation(
                    "a consumer skipped committed records",
                    "\(consumer) goes from offset \(offsets.lowerBound) to \(offsets.upperBound) of \(watch.id), past "
                        + batch.place)
            }
            index += 1
        }
    }
}
