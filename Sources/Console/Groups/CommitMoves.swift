import KafkaCluster
import KafkaProtocol

/// What is committed for a group, where that is worth an event.
///
/// For a group without members it is a user's doing, in whichever console or tool. Told is what two looks prove, at
/// both of which nobody was in the group. Inside, generations prove that nobody was in between either. From outside a
/// member may have come, read and gone between two looks, and its last commit may be told after its leave: only an
/// offset that is an earlier one is told. Consumers that choose their partitions themselves commit to groups that
/// nobody ever joined: of these no more is told.
///
/// Of a group with members it is told that it has committed an earlier offset: whoever did it, what lies between may be
/// read again. From outside a group that was deleted and made anew between two looks is known by the commits that it
/// has no more.
struct CommitMoves: Hashable, Sendable {
    /// As they were at the last look, sorted by id.
    private var seen: [ClusterSnapshot.Group] = []
    /// What this console has asked for, by group: it is told when it is answered or seen, whichever comes first.
    private var own: [String: [TopicPartition: OwnMove]] = [:]

    /// Groups that have no commits any more, until it is known that not their topics were deleted, with which they go,
    /// too.
    private var vanished: [String: Vanished] = [:]

    private struct Vanished: Hashable, Sendable {
        var at: Instant
        var topics: Set<String>

        /// Its leaders have answered since.
        func isOutlived(by topic: ClusterSnapshot.Topic) -> Bool {
            topics.contains(topic.name) && topic.heardAt.map { $0 > at } ?? false
        }
    }

    private struct OwnMove: Hashable, Sendable {
        var to: Int64
        var until: Instant
        var isTold = false
    }

    mutating func expect(_ moves: [OffsetMove], of group: String, now: Instant) {
        for move in moves {
            own[group, default: [:]][move.partition] = OwnMove(to: move.offset, until: now + .seconds(30))
        }
    }

    /// It was answered that this is done. Returns whether that is still to be told.
    mutating func isDone(_ move: OffsetMove, of group: String) -> Bool {
        takeOwn(group, move.partition, move.offset) ?? true
    }

    /// What has been done since the last look.
    mutating func look(at snapshot: ClusterSnapshot, now: Instant) -> [ClusterNotice] {
        if !own.isEmpty {
            own = own.compactMapValues { moves in
                let lasting = moves.filter { $0.value.until >= now }
                return lasting.isEmpty ? nil : lasting
            }
        }
        defer { seen = snapshot.groups }
        let isInside = snapshot.heardAt == nil
        var notices: [ClusterNotice] = []
        var former = SortedWalk(seen) { $0.id }
        for group in snapshot.groups {
            // What another coordinator does not have may be lost.
            guard let before = former.next(group.id), before.coordinator == group.coordinator,
                before.partitions != group.partitions
            else { continue }
            let isUsers = before.isDeserted && group.isDeserted && before.generation == group.generation
            for (partition, from, to) in Self.moves(from: before, to: group) {
                let isBack = from.map { to < $0 } ?? false
                let moved = ClusterNotice.offsetMoved(group: group.id, partition, from: from, to: to)
                if let isUntold = takeOwn(group.id, partition, to) {
                    if isUntold { notices.append(moved) }
                } else if isUsers {
                    if isInside || isBack { notices.append(moved) }
                } else if isBack, let from {
                    notices.append(.commitWentBack(group: group.id, partition, from: from, to: to))
                }
            }
            if !isInside, !group.hasCommits, before.hasCommits {
                let topics = Set(before.partitions.filter { $0.committed != nil }.map(\.partition.topic))
                vanished[group.id] = Vanished(at: snapshot.takenAt, topics: topics)
            }
        }
        for (id, lost) in vanished.sorted(by: { $0.key < $1.key }) {
            guard let group = snapshot.groups.first(where: { $0.id == id }), !group.hasCommits else {
                vanished[id] = nil
                continue
            }
            guard snapshot.topics.contains(where: lost.isOutlived) else { continue }
            vanished[id] = nil
            notices.append(.commitsGone(group: id))
        }
        return notices
    }

    /// Whether it is still to be told, by the first of the two who come to know of it; nil for what this console has
    /// not asked.
    private mutating func takeOwn(_ group: String, _ partition: TopicPartition, _ to: Int64) -> Bool? {
        guard let move = own[group]?[partition], move.to == to else { return nil }
        own[group]?[partition] = move.isTold ? nil : OwnMove(to: to, until: move.until, isTold: true)
        return !move.isTold
    }

    /// Partitions are sorted in both.
    private static func moves(
        from old: ClusterSnapshot.Group, to new: ClusterSnapshot.Group
    ) -> [(TopicPartition, from: Int64?, to: Int64)] {
        var moves: [(TopicPartition, from: Int64?, to: Int64)] = []
        var former = SortedWalk(old.partitions) { $0.partition }
        for row in new.partitions {
            let from = former.next(row.partition)?.committed
            if let to = row.committed, to != from { moves.append((row.partition, from: from, to: to)) }
        }
        return moves
    }
}
