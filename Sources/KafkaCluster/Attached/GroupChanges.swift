import KafkaBroker
import KafkaProtocol

/// Groups that come, members that go, states and coordinators that change, in a cluster that has to be asked.
///
/// A group is not in the picture while its coordinator is silent, or another broker has just become it. So it is compared
/// with what was last known of it; and it is new only where all groups were known: once each broker that the cluster lists
/// has told its own.
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
    /// Those that were on time in the last picture but one.
    private var prompt: Set<BrokerID> = []

    mutating func forget(_ group: String) { known?[group] = nil }

    mutating func events(
        from old: ClusterSnapshot, to new: ClusterSnapshot, at now: Instant
    ) -> [ClusterEvent] {
        if !isWhole { look(at: old) }
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

    /// Who is on time in two pictures that follow each other has answered what was asked of it for the first.
    private mutating func look(at picture: ClusterSnapshot) {
        let listed = picture.brokers.filter { $0.state != .down }
        let prompt = Set(listed.filter { $0.state == .running && $0.lateSince == nil }.map(\.id))
        isWhole = !listed.isEmpty && listed.allSatisfy { prompt.contains($0.id) && self.prompt.contains($0.id) }
        self.prompt = prompt
    }

    private func tell(
        _ group: ClusterSnapshot.Group, from old: Known, to new: Known, _ tell: (ClusterNotice) -> Void
    ) {
        if let from = old.coordinator, let to = new.coordinator, from != to {
            tell(.coordinatorMoved(group: group.id, from: from, to: to))
        }
        if let left = old.members, let here = group.members {
            let ids = Set(here.map(\.id))
            let gone = left.map(\.id).filter { !ids.contains($0) }
            if !gone.isEmpty { tell(.membersLeft(group: group.id, gone)) }
        }
        // That they are known now is no change of the group.
        let hasOtherMembers = old.members != nil && old.members?.count != new.members?.count
        guard old.state != new.state || hasOtherMembers else { return }
        tell(.groupChanged(group.id, state: group.state, members: group.members?.count))
    }
}

extension ClusterSnapshot.Group {
    fileprivate func saysTheSame(as other: Self) -> Bool {
        state == other.state && coordinator == other.coordinator
            && (members?.count == other.members?.count)
            && (members ?? []).elementsEqual(other.members ?? [], by: { $0.id == $1.id })
    }
}
