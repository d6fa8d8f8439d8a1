import KafkaBroker
import KafkaProtocol

/// Groups that come, members that go, states and coordinators that change, in a cluster that has to be asked.
///
/// A group is not in the picture while its coordinator is silent, or another broker has just become it. So it is compared
/// with what was last known of it; and it is new only where all groups were known: once each broker that the cluster lists
/// has told its own, and none of them is without a coordinator.
struct GroupChanges: Sendable {
    private struct Known {
        var state: String
        /// The last that were told.
        var members: [GroupSnapshot.Member]?
        var coordinator: BrokerID?

        init(_ group: ClusterSnapshot.Group) {
            (state, members, coordinator) = (group.state, group.members, group.coordinator)
        }
    }

    private var known: [String: Known]?
    /// Whether there was no group that is not known.
    private var isWhole = false

    mutating func forget(_ group: String) { known?[group] = nil }

    mutating func events(
        from old: ClusterSnapshot, to new: ClusterSnapshot, at now: Instant
    ) -> [ClusterEvent] {
        if !isWhole { isWhole = old.tellsAllGroups }
        var known = self.known ?? Dictionary(old.groups.map { ($0.id, Known($0)) }) { first, _ in first }
        self.known = nil
        defer { self.known = known }
        // Lists that share their storage are equal at no cost.
        guard old.groups != new.groups else { return [] }
        var events: [ClusterEvent] = []
        var before = SortedWalk(old.groups, by: \.id)
        for group in new.groups {
            if let before = before.next(group.id), before.saysTheSame(as: group) { continue }
            guard let former = known[group.id] else {
                known[group.id] = Known(group)
                if isWhole {
                    events.append(
                        .notice(.groupAppeared(group.id, state: group.state, members: group.members?.count), at: now))
                }
                continue
            }
            var next = Known(group)
            next.members = next.members ?? former.members
            next.coordinator = next.coordinator ?? former.coordinator
            known[group.id] = next
            tell(group, from: former, to: next) { events.append(.notice($0, at: now)) }
        }
        return events
    }

    private func tell(
        _ group: ClusterSnapshot.Group, from old: Known, to new: Known, _ tell: (ClusterNotice) -> Void
    ) {
        if let from = old.coordinator, let to = new.coordinator, from != to {
            tell(.coordinatorMoved(group: group.id, from: from, to: to))
        }
        if let left = old.members, let here = group.members {
            let names = Set(here.map(\.lastingName))
            let gone = left.filter { !names.contains($0.lastingName) }.map(\.id)
            if !gone.isEmpty { tell(.membersLeft(group: group.id, gone)) }
        }
        // That they are known now is no change of the group.
        let hasOtherMembers = old.members != nil && old.members?.count != new.members?.count
        guard old.state != new.state || hasOtherMembers else { return }
        tell(.groupChanged(group.id, state: group.state, members: group.members?.count))
    }
}

extension ClusterSnapshot {
    fileprivate var tellsAllGroups: Bool {
        groupsAreTold
            && topics.first { $0.name == GroupCoordinator.topic }?.partitions.allSatisfy { $0.leader != nil } ?? true
    }
}

extension GroupSnapshot.Member {
    /// A static member comes back in its old place under a new id (KIP-345).
    fileprivate var lastingName: String { instanceID ?? id }
}

extension ClusterSnapshot.Group {
    fileprivate func saysTheSame(as other: Self) -> Bool {
        state == other.state && coordinator == other.coordinator
            && (members?.count == other.members?.count)
            && (members ?? []).elementsEqual(other.members ?? [], by: { $0.id == $1.id })
    }
}
