import KafkaBroker
import KafkaProtocol
import NIOCore

/// A group's position in one partition.
struct GroupPosition: Hashable, Sendable {
    var group: String
    var partition: TopicPartition
}

/// What coordinators have written to `__consumer_offsets` and have said to members.
struct GroupWatch: Sendable {
    struct Entry: Hashable, Sendable {
        /// In `__consumer_offsets`.
        var logOffset: Int64
        /// Nil for a tombstone.
        var position: Int64?
        var coordinator: BrokerID
        /// Counts what was written anywhere.
        var number: Int
    }

    struct Generation: Hashable, Sendable {
        var number: Int32
        /// The epoch in which its coordinator led the group's partition.
        var epoch: Int32
    }

    struct Seat: Hashable, Sendable {
        var coordinator: BrokerID
        var group: String
    }

    /// Oldest first, the last few of each.
    var entries: [GroupPosition: [Entry]] = [:]
    var written = 0
    /// Where the newest acknowledged commit lies.
    var acknowledged: [GroupPosition: Int64] = [:]
    var generations: [Seat: Int32] = [:]

    mutating func ended(_ node: BrokerID) {
        for seat in generations.keys where seat.coordinator == node { generations[seat] = nil }
    }

    mutating func resigned(_ node: BrokerID) { ended(node) }

    func generation(of group: String, at node: BrokerID) -> Int32? {
        generations[Seat(coordinator: node, group: group)]
    }

    mutating func told(generation: Int32, of group: String, by node: BrokerID) {
        generations[Seat(coordinator: node, group: group)] = generation
    }

    mutating func write(_ entry: Entry, of position: GroupPosition) {
        entries[position, default: []].append(entry)
        // Long lists are shortened now and then; answers come from the newest.
        if entries[position]!.count > 200 { entries[position]!.removeFirst(100) }
    }
}

/// Offset commits: written, replicated, and then never forgotten.
extension Oracle {
    static let offsetsTopic = "__consumer_offsets"

    /// A coordinator has appended to its partition.
    mutating func coordinatorWrote(_ batch: MirroredBatch, by node: BrokerID) {
        guard let records = try? batch.batch.records() else { return }
        for record in records {
            guard let key = record.key, case .offsetCommit(let commit)? = try? ConsumerOffsetsKey(decoding: key) else {
                continue
            }
            let value = record.value.flatMap { try? OffsetCommitValue(decodingVersioned: $0) }
            groups.written += 1
            groups.write(
                .init(
                    logOffset: record.offset, position: value?.offset, coordinator: node, number: groups.written),
                of: GroupPosition(
                    group: commit.group,
                    partition: TopicPartition(topic: commit.topic, partition: commit.partition)))
        }
    }

    func offsetsPartition(of group: String) -> Int? {
        let count = metadata.partitionCount(of: Self.offsetsTopic)
        guard count > 0 else { return nil }
        let number = GroupPartition.partition(forGroup: group, count: count)
        return partitionIndices[TopicPartition(topic: Self.offsetsTopic, partition: number)]
    }

    mutating func offsetsCommitted(
        _ request: OffsetCommitRequest, _ answer: OffsetCommitResponse, newestGeneration: Int32?, since: Int,
        by node: BrokerID
    ) throws(Violation) {
        guard let partition = offsetsPartition(of: request.groupId) else { return }
        for topic in answer.topics {
            for data in topic.partitions {
                counts.add(data.errorCode)
                guard data.errorCode == .none,
                    let wish = request.topics.first(where: { $0.name == topic.name })?.partitions.first(where: {
                        $0.partitionIndex == data.partitionIndex
                    })
                else { continue }
                counts.add(.commits)
                let id = TopicPartition(topic: topic.name, partition: data.partitionIndex)
                let what = "group \(request.groupId), \(id): \(node) acknowledges the commit of \(wish.committedOffset)"
                let generation = request.generationIdOrMemberEpoch
                if let newestGeneration, generation >= 0, generation < newestGeneration {
                    throw Violation(
                        "a commit of an old generation was taken",
                        "\(what) of generation \(generation), when generation \(newestGeneration) had begun")
                }
                let position = GroupPosition(group: request.groupId, partition: id)
                guard
                    let entry = groups.entries[position]?.first(where: {
                        $0.number > since && $0.position == wish.committedOffset && $0.coordinator == node
                    })
                else {
                    throw Violation("a commit was acknowledged that was never written", what)
                }
                try acknowledgedByAll(upTo: entry.logOffset + 1, by: node, of: partition)
                groups.acknowledged[position] = max(groups.acknowledged[position] ?? -1, entry.logOffset)
            }
        }
    }

    // MARK: OffsetFetch

    func offsetFetchAsked(_ request: OffsetFetchRequest) -> Exchange.Question {
        var floors: [GroupPosition: Int64] = [:]
        func add(_ group: String, _ topic: String, _ partitions: [Int32]) {
            for partition in partitions {
                let position = GroupPosition(
                    group: group, partition: TopicPartition(topic: topic, partition: partition))
                if let floor = groups.acknowledged[position] { floors[position] = floor }
            }
        }
        for topic in request.topics ?? [] { add(request.groupId, topic.name, topic.partitionIndexes) }
        for group in request.groups {
            for topic in group.topics ?? [] { add(group.groupId, topic.name, topic.partitionIndexes) }
        }
        return .offsetFetch(request, floors: floors)
    }

    mutating func offsetsFetched(
        _ request: OffsetFetchRequest, _ answer: OffsetFetchResponse, floors: [GroupPosition: Int64],
        by node: BrokerID
    ) throws(Violation) {
        counts.add(answer.errorCode)
        if answer.errorCode == .none {
            for topic in answer.topics {
                for data in topic.partitions where data.errorCode == .none {
                    let id = TopicPartition(topic: topic.name, partition: data.partitionIndex)
                    try check(
                        GroupPosition(group: request.groupId, partition: id), data.committedOffset, floors, by: node)
                }
            }
        }
        for group in answer.groups {
            counts.add(group.errorCode)
            guard group.errorCode == .none else { continue }
            for topic in group.topics {
                for data in topic.partitions where data.errorCode == .none {
                    let id = TopicPartition(topic: topic.name, partition: data.partitionIndex)
                    try check(
                        GroupPosition(group: group.groupId, partition: id), data.committedOffset, floors, by: node)
                }
            }
        }
    }

    private mutating func check(
        _ position: GroupPosition, _ answered: Int64, _ floors: [GroupPosition: Int64], by node: BrokerID
    ) throws(Violation) {
        counts.add(.offsetFetches)
        guard let partition = offsetsPartition(of: position.group), partitions[partition].losses.isEmpty,
            let newest = partitions[partition].newestBegun,
            partitions[partition].leaderships[newest].leader == node,
            partitions[partition].leaderships[newest].isActive,
            // An election that the new leader has not heard of yet: this one may be an old one.
            newest == partitions[partition].leaderships.count - 1
        else { return }
        let entries = groups.entries[position] ?? []
        let floor = floors[position] ?? -1
        if entries.contains(where: { $0.logOffset >= floor && ($0.position ?? -1) == answered }) { return }
        if answered == -1, floor < 0 { return }
        let last = entries.last { $0.logOffset == floor }?.position ?? -1
        throw Violation(
            answered == -1 ? "an acknowledged commit disappeared" : "an older or unknown commit was answered",
            "group \(position.group), \(position.partition): coordinator \(node) answers \(answered); acknowledged was "
                + "\(last), at offset \(floor) of \(partitions[partition].id)")
    }
}
