import KafkaCluster
import KafkaProtocol

/// Groups that have no members: what is committed for one is a user's doing, in whichever console or tool, and told as an event.
///
/// Told is what two looks prove, at both of which nobody was in the group. Inside, generations prove that nobody was in between
/// either. From outside a member may have come, read and gone between two looks: that it was a user is certain only where the
/// offset is an earlier one. Consumers that choose their partitions themselves commit to groups that nobody ever joined:
/// of these nothing is told.
struct DesertedGroups: Hashable, Sendable {
    /// As they were at the last look, sorted by id.
    private var seen: [ClusterSnapshot.Group] = []
    /// What this console has asked for: it is told when it is done, and not once more when it is seen.
    private var own: [OwnMove] = []

    private struct OwnMove: Hashable, Sendable {
        var group: String
        var partition: TopicPartition
        var to: Int64
        var until: Instant
    }

    mutating func expect(_ moves: [OffsetMove], of group: String, now: Instant) {
        own += moves.map {
            OwnMove(group: group, partition: $0.partition, to: $0.offset, until: now + .seconds(30))
        }
    }

    /// What has been done since the last look.
    mutating func look(at snapshot: ClusterSnapshot, now: Instant) -> [ClusterNotice] {
        own.removeAll { $0.until < now }
        let deserted = snapshot.groups.filter(\.isDeserted)
        defer { seen = deserted }
        var notices: [ClusterNotice] = []
        var former = seen[...]
        for group in deserted {
            while let first = former.first, first.id < group.id { former.removeFirst() }
            // What another coordinator does not have may be lost.
            guard let before = former.first, before.id == group.id, before.coordinator == group.coordinator,
                before.generation == group.generation
            else { continue }
            for (partition, from, to) in Self.moves(from: before, to: group) where !takeOwn(group.id, partition, to) {
                let isBack = from.map { to < $0 } ?? false
                if snapshot.heardAt == nil || isBack {
                    notices.append(.offsetMoved(group: group.id, partition, from: from, to: to))
                } else if let from, snapshot.groups.count <= ClusterSurvey.groupsPerRound {
                    // Of very many groups the commits are asked for seldom: it may be from when there were members.
                    notices.append(.offsetAdvanced(group: group.id, partition, from: from, to: to))
                }
            }
        }
        return notices
    }

    private mutating func takeOwn(_ group: String, _ partition: TopicPartition, _ to: Int64) -> Bool {
        guard let place = own.firstIndex(where: { $0.group == group && $0.partition == partition && $0.to == to })
        else { return false }
        own.remove(at: place)
        return true
    }

    /// Partitions are sorted in both.
    private static func moves(
        from old: ClusterSnapshot.Group, to new: ClusterSnapshot.Group
    ) -> [(TopicPartition, from: Int64?, to: Int64)] {
        guard old.partitions != new.partitions else { return [] }
        var moves: [(TopicPartition, from: Int64?, to: Int64)] = []
        var former = old.partitions[...]
        for row in new.partitions {
            while let first = former.first, first.partition < row.partition { former.removeFirst() }
            let from = former.first.flatMap { $0.partition == row.partition ? $0.committed : nil }
            if let to = row.committed, to != from { moves.append((row.partition, from: from, to: to)) }
        }
        return moves
    }
}
