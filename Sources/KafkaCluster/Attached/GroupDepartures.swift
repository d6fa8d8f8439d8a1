import KafkaProtocol

/// Groups that their coordinator lists no more, in a cluster that has to be asked.
///
/// That one is not in the picture has other reasons too: its coordinator does not answer, or another broker has become it
/// and is still loading. So it is told of a group only when its coordinator answered in both pictures and led its partition
/// of `__consumer_offsets` in the same epoch, and by a second picture whose metadata were asked for after the first.
package struct GroupDepartures: Sendable {
    private struct Absence {
        var coordinator: ClusterSnapshot.Coordinator
        /// As the metadata of the picture were that lacked it first.
        var heardAt: Instant?
    }

    private var absent: [String: Absence] = [:]

    package init() {}

    package mutating func events(
        from old: ClusterSnapshot, to new: ClusterSnapshot, at now: Instant
    ) -> [ClusterEvent] {
        guard old.clusterID == new.clusterID else {
            absent = [:]
            return []
        }
        if absent.isEmpty, old.groups.elementsEqual(new.groups, by: { $0.id == $1.id }) { return [] }
        let present = Set(new.groups.map(\.id))
        var events: [ClusterEvent] = []
        for (id, absence) in absent.sorted(by: { $0.key < $1.key }) {
            guard !present.contains(id), new.coordinator(of: id) == absence.coordinator else {
                absent[id] = nil
                continue
            }
            guard let heardAt = new.heardAt, absence.heardAt.map({ $0 < heardAt }) ?? true else { continue }
            absent[id] = nil
            events.append(.notice(.groupGone(id, coordinator: absence.coordinator.broker), at: now))
        }
        for group in old.groups where !present.contains(group.id) {
            guard let coordinator = new.coordinator(of: group.id), coordinator.broker == group.coordinator,
                old.coordinator(of: group.id) == coordinator
            else { continue }
            absent[group.id] = Absence(coordinator: coordinator, heardAt: new.heardAt)
        }
        return events
    }
}
