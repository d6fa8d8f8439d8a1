import DeliveryLedger
import KafkaBroker
import KafkaProtocol
import NIOCore

/// The history that klamm judges its own workload by, fed by simulated clients as by real ones, and held in the end
/// against what the cluster could be blamed for.
///
/// The history calls a record lost exactly if it was acknowledged and nobody has ever read it; then its brokers' ledger
/// knows of the loss, and one of acks=all was lost by name. An idempotent producer doubles nothing, one that keeps its
/// order keeps it (where its partition knew it from its first batch on), no offset holds two records and no group
/// commits past what it was not handed, as long as the partition lost nothing; no failed record is read and no consumer
/// goes back, ever.
///
/// Nothing is said of partitions whose offsets mean two things (a topic made anew), lack records rightly (compaction),
/// or were found damaged by a consumer.
struct HistoryCheck {
    /// What the oracle and the brokers' ledger know of one partition at the end.
    struct Facts {
        var partition: TopicPartition
        /// What is before may rightly be gone.
        var start: Int64
        /// What a full read of the leader's log brings.
        var log: [(offset: Int64, record: String)] = []
        /// Committed records that are gone by name.
        var named: [Range<Int64>] = []
        /// What the brokers' ledger calls lost.
        var lost: [ClosedRange<Int64>] = []
        /// Some of it may be back: while it was gone, its offsets may have held others.
        var hasEverLost = false
        /// Producers of which a leader knew nothing when it took a batch that was not their first: what it had refused
        /// before comes behind that.
        var metMidway: Set<String> = []
        /// Producers of which a leader knew nothing when it took a batch, and others had: retention had taken what was before.
        var metAnew: Set<String> = []
    }

    private struct Note {
        var partition: TopicPartition
        var event: DeliveryEvent
    }

    private struct Producer {
        var isIdempotent = false
        var keepsOrder = false
    }

    private struct Acknowledged {
        var partition: TopicPartition
        var offset: Int64
        var acks: Int16
    }

    /// `producer-1-000023` is the 23rd of `producer-1`.
    private struct Name: Hashable {
        var producer: String
        var sequence: Int

        init(producer: String, sequence: Int) {
            self.producer = producer
            self.sequence = sequence
        }

        init?(_ record: String) {
            guard let dash = record.lastIndex(of: "-"), let sequence = Int(record[record.index(after: dash)...]) else {
                return nil
            }
            self.init(producer: String(record[..<dash]), sequence: sequence)
        }
    }

    private var notes: [Note] = []
    private var producers: [String: Producer] = [:]
    /// The first place of each record alone.
    private var acknowledged: [Name: Acknowledged] = [:]
    /// Of each consumer that is in one.
    private var groups: [String: String] = [:]
    private(set) var damaged: Set<TopicPartition> = []

    // MARK: What clients tell

    mutating func see(_ observation: Observation) {
        if case .client(let note) = observation { see(note) }
    }

    private mutating func see(_ note: ClientNote) {
        switch note {
        case .opened(let producer, _, _, let keepsOrder):
            producers[producer, default: Producer()].keepsOrder = keepsOrder
        case .sent(let producer, let record, let partition, _, let isIdempotent):
            producers[producer, default: Producer()].isIdempotent = isIdempotent
            tell(record, partition) { .attempted(producer: $0, sequence: $1) }
        case .acknowledged(_, let record, let partition, let offset, let acks):
            guard acks != 0, offset >= 0 else {
                return tell(record, partition) { .settled(producer: $0, sequence: $1, .unknown) }
            }
            if let name = Name(record), acknowledged[name] == nil {
                acknowledged[name] = Acknowledged(partition: partition, offset: offset, acks: acks)
            }
            tell(record, partition) { .settled(producer: $0, sequence: $1, .acknowledged(partition, offset: offset)) }
        case .failed(_, let record, let partition, _, let mayBeWritten):
            tell(record, partition) { .settled(producer: $0, sequence: $1, mayBeWritten ? .unknown : .failed) }
        case .delivered(let consumer, let group, let partition, let offset, let record):
            let reader = Reader(consumer, of: group)
            if let group { groups[consumer] = group }
            tell(record, partition) { .delivered(reader, partition, offset: offset, producer: $0, sequence: $1) }
            // A simulated member's work takes no time.
            if let group { tell(record, partition) { .processed(group: group, producer: $0, sequence: $1) } }
        case .positioned(let consumer, let group, let partition, _):
            groups[consumer] = group
            notes.append(Note(partition: partition, event: .repositioned(Reader(consumer, of: group), partition)))
        case .positionReset(let consumer, let partition, _, _, _):
            let reader = Reader(consumer, of: groups[consumer])
            notes.append(Note(partition: partition, event: .repositioned(reader, partition)))
        case .commitAcknowledged(_, let group, _, let partition, let offset):
            notes.append(Note(partition: partition, event: .committed(group: group, partition, offset: offset)))
        case .corrupt(_, let partition, _): damaged.insert(partition)
        case .commitSent, .commitRefused, .fetchedCommit, .foundNothing, .administered, .wronglyAccepted, .unexpected:
            break
        }
    }

    private mutating func tell(
        _ record: String, _ partition: TopicPartition, _ event: (_ producer: String, _ sequence: Int) -> DeliveryEvent
    ) {
        guard let name = Name(record) else { return }
        notes.append(Note(partition: partition, event: event(name.producer, name.sequence)))
    }

    // MARK: The end

    /// What the history says that cannot be, or what it does not say; nil if all is well.
    func objection(to facts: [Facts]) -> String? { objection(to: judged(by: facts), facts) }

    private func objection(to judged: (verdict: DeliveryVerdict, read: Set<Name>), _ facts: [Facts]) -> String? {
        let places = Dictionary(uniqueKeysWithValues: facts.indices.map { (facts[$0].partition, $0) })
        return miscount(judged.verdict, facts, places, judged.read) ?? blame(judged.verdict, facts, places)
    }

    /// The history's verdict, and who was read by anybody.
    private func judged(by facts: [Facts]) -> (verdict: DeliveryVerdict, read: Set<Name>) {
        let partitions = Set(facts.map(\.partition))
        var history = DeliveryHistory()
        var read: Set<Name> = []
        for note in notes where partitions.contains(note.partition) {
            history.note(note.event)
            if case .delivered(_, _, _, let producer, let sequence) = note.event {
                read.insert(Name(producer: producer, sequence: sequence))
            }
        }
        let reader = Reader("final read", of: nil)
        for known in facts {
            for (offset, record) in known.log {
                guard let name = Name(record) else { continue }
                history.note(
                    .delivered(
                        reader, known.partition, offset: offset, producer: name.producer, sequence: name.sequence))
                read.insert(name)
            }
            history.note(.retired(known.partition, before: known.start))
        }
        history.note(.finalRead)
        return (history.verdict(), read)
    }

    /// Counted anew in the plainest way.
    private func miscount(
        _ verdict: DeliveryVerdict, _ facts: [Facts], _ places: [TopicPartition: Int], _ read: Set<Name>
    ) -> String? {
        let lost = acknowledged.count { name, promise in
            places[promise.partition].map { promise.offset >= facts[$0].start } ?? false && !read.contains(name)
        }
        return lost == verdict.lost.count ? nil : "it calls \(verdict.lost.count) records lost, and \(lost) are"
    }

    private func blame(
        _ verdict: DeliveryVerdict, _ facts: [Facts], _ places: [TopicPartition: Int]
    ) -> String? {
        func known(_ example: Finding.Example) -> Facts? {
            example.partition.flatMap { places[$0] }.map { facts[$0] }
        }
        func words(_ example: Finding.Example) -> String {
            let place = example.partition.map { " at offset \(example.offset ?? -1) of \($0)" } ?? ""
            return "record \(example.sequence) of \(example.producer)\(place)"
        }
        for example in verdict.lost.examples {
            guard let known = known(example), let offset = example.offset else { continue }
            let name = Name(producer: example.producer, sequence: example.sequence)
            if acknowledged[name]?.acks == -1, !known.named.contains(where: { $0.contains(offset) }) {
                return "\(words(example)), of acks=all, is lost without a reason"
            }
            if !known.lost.contains(where: { $0.contains(offset) }) {
                return "\(words(example)) is lost, and its brokers' ledger does not know"
            }
        }
        let findings: [(Anomaly, (Finding.Example, Facts) -> Bool)] = [
            (
                .duplicate,
                {
                    self.producers[$0.producer]?.isIdempotent != true || !$1.named.isEmpty
                        || $1.metAnew.contains($0.producer)
                }
            ),
            (.abortedRead, { _, _ in false }),
            (.inconsistentOffsets, { !$1.named.isEmpty || $1.hasEverLost }),
            (
                .nonmonotonicSend,
                {
                    self.producers[$0.producer]?.keepsOrder != true || !$1.named.isEmpty || $1.hasEverLost
                        || $1.metMidway.contains($0.producer)
                }
            ),
            (.pollSkip, { !$1.named.isEmpty }), (.nonmonotonicPoll, { _, _ in false }),
        ]
        for (anomaly, isAllowed) in findings {
            for example in verdict[anomaly].examples {
                guard let known = known(example), !isAllowed(example, known) else { continue }
                return "\(anomaly.rawValue): \(words(example))"
            }
        }
        for group in verdict.groups {
            for example in group.committedPast.examples {
                guard let known = known(example), known.named.isEmpty else { continue }
                return "group \(group.name) has committed past \(words(example)) and never processed it"
            }
        }
        return nil
    }
}

extension HistoryCheck {
    /// Everything has come to rest.
    func settle(_ oracle: inout Oracle, losses: [Loss]) throws(Violation) {
        var facts: [Facts] = []
        for id in oracle.metadata.allPartitions {
            guard let leader = oracle.metadata.partitions[id]?.leader, let index = oracle.partitionIndices[id],
                let topicID = oracle.metadata.id(of: id.topic), !oracle.clients.replaced.contains(id),
                !damaged.contains(id), !oracle.partitions[index].isCompacted,
                oracle.partitions[index].cleanedUpTo == 0, !oracle.partitions[index].isDamaged(leader, from: .max),
                let log = oracle.partitions[index].log(of: leader)
            else { continue }
            let own = losses.filter { $0.partition == id && $0.topicID == topicID }
            facts.append(
                Facts(
                    partition: id, start: log.start, log: Self.records(of: log),
                    named: oracle.partitions[index].losses.map(\.offsets),
                    lost: own.filter { $0.returnedAt == nil }.flatMap { $0.batches.map(\.offsets) },
                    hasEverLost: !own.isEmpty,
                    metMidway: Self.producers(oracle.partitions[index].metMidway, in: log),
                    metAnew: oracle.partitions[index].metAnew))
        }
        let judged = judged(by: facts)
        oracle.counts.add(.historyLosses, judged.verdict.lost.count)
        oracle.counts.add(.historyDuplicates, judged.verdict[.duplicate].count)
        oracle.counts.add(
            .historyRepeats, judged.verdict.groups.reduce(0) { $0 + $1.processedMoreThanOnce.count })
        if let objection = objection(to: judged, facts) {
            throw Violation("the history knows what became of records", objection)
        }
    }

    private static func producers(_ ids: Set<Int64>, in log: LogMirror) -> Set<String> {
        guard !ids.isEmpty else { return [] }
        return producers(of: log.segments.flatMap { $0.batches.filter { ids.contains($0.header.producerId) } })
    }

    /// By name, who wrote the records of these batches.
    static func producers(of batches: [MirroredBatch]) -> Set<String> {
        let names = Oracle.records(of: batches[...]).compactMap { $0.value.flatMap { Name(text(of: $0)) } }
        return Set(names.map(\.producer))
    }

    private static func text(of value: ByteBuffer) -> String {
        String(buffer: value).split(separator: " ").first.map(String.init) ?? ""
    }

    private static func records(of log: LogMirror) -> [(offset: Int64, record: String)] {
        log.segments.flatMap { Oracle.records(of: $0.batches[...]) }.compactMap { record in
            guard record.offset >= log.start, let value = record.value else { return nil }
            return (record.offset, text(of: value))
        }
    }
}
