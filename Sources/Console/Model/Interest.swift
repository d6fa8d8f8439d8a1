import KafkaCluster

extension Model {
    /// What is on the screen, so that a source that has to ask asks for it first.
    package var interest: ClusterSurvey.Interest {
        var interest = ClusterSurvey.Interest()
        switch place {
        case .topic(let name), .records(let name, _), .timeline(let name), .configs(let name),
            .producers(let name):
            interest.topics = [name]
        case .record(let partition, _), .segments(let partition, _): interest.topics = [partition.topic]
        case .journey(let subject):
            interest.topics = [subject.topic]
            let readers = (snapshot?.groups ?? []).filter {
                $0.partitions.contains { $0.partition.topic == subject.topic }
            }
            interest.groups = Set(readers.map(\.id))
        case .topics: interest.topics = visibleNames
        case .group(let id), .members(let id): interest.groups = [id]
        case .reset(let reset): interest.groups = [reset.group]
        case .groups: interest.groups = visibleNames
        default: break
        }
        // A group's lag is measured against its topics.
        for group in snapshot?.groups ?? [] where interest.groups.contains(group.id) {
            interest.topics.formUnion(group.partitions.map(\.partition.topic))
        }
        return interest
    }

    private var visibleNames: Set<String> {
        guard let listing else { return [] }
        let visible = max(0, layout(of: size, listing: listing).table.rows - 3)
        let names = listing.ids.dropFirst(listing.top(screen.list, visible: visible)).prefix(visible)
        return Set(names.compactMap { if case .name(let name) = $0 { name } else { nil } })
    }
}
