import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// The members of a group, and what is assigned to each.
enum MembersView {
    typealias Member = GroupSnapshot.Member

    static func listing(_ model: Model, group id: String) -> Listing {
        let group = model.snapshot?.groups.first { $0.id == id }
        var columns: [Column<Member>] = [
            Column(title: "Client", minimum: 14, maximum: 40, shrinks: true, sort: { .text($0.clientID) }) {
                Sign.good.text($0.clientID)
            },
            Column(title: "Host", minimum: 10, maximum: 24, priority: 1) { StyledText($0.clientHost, .muted) },
            Column(title: "Instance", minimum: 8, maximum: 24, priority: 3) {
                StyledText($0.instanceID ?? Figures.none, .muted)
            },
            Column(title: "Lag", alignment: .right, minimum: 7, sort: { .count(lag($0, group)) }) {
                .lag(lag($0, group))
            },
            Column(title: "Assigned", minimum: 20, maximum: 200, shrinks: true) { member in
                let assigned = words(own(member, group).map(\.partition))
                let has = assigned.isEmpty ? StyledText("nothing", .warning) : StyledText(assigned)
                guard let target = awaited(by: member) else { return has }
                return has + StyledText(" → \(target.isEmpty ? "nothing" : words(target))", .warning)
            },
            Column(title: "Member id", minimum: 20, maximum: 60, shrinks: true, priority: 4) {
                StyledText($0.id, .muted)
            },
        ]
        // Members of a classic group have one generation, that of the group.
        if group?.members?.contains(where: { $0.epoch != nil }) == true {
            columns.insert(
                Column(
                    title: "Epoch", alignment: .right, minimum: 5, priority: 2,
                    sort: { .count($0.epoch.map(Int64.init)) }
                ) {
                    .count($0.epoch.map(Int64.init), $0.epoch == group?.generation ? .text : .warning)
                }, at: 4)
        }
        return Table(
            items: group?.members ?? [], columns: columns, id: { .name($0.id) },
            words: { "\($0.clientID) \($0.clientHost) \($0.id)" },
            empty: emptiness(group, id)
        ).listing(model.screen.list)
    }

    private static func emptiness(_ group: ClusterSnapshot.Group?, _ id: String) -> String {
        guard let group else { return "Group \(id) is gone." }
        return group.members == nil
            ? "Nobody has told who the members are." : "The group has no members: nobody reads for it."
    }

    /// What the member is to have, where that is not what it has: it gives back, or waits for others to.
    private static func awaited(by member: Member) -> [TopicPartition]? {
        member.target.flatMap { Set($0) == Set(member.assignment) ? nil : $0 }
    }

    private static func own(
        _ member: Member, _ group: ClusterSnapshot.Group?
    ) -> [ClusterSnapshot.GroupPartition] {
        group?.partitions.filter { $0.member == member.id } ?? []
    }

    private static func lag(_ member: Member, _ group: ClusterSnapshot.Group?) -> Int64? {
        own(member, group).reduce(nil) { total, partition in
            partition.lag.map { (total ?? 0).saturatingAdd($0) } ?? total
        }
    }

    /// `orders 0,1 payments 3`
    private static func words(_ partitions: [TopicPartition]) -> String {
        var words: [String] = []
        var topic: String?
        for partition in partitions.sorted() {
            if partition.topic == topic, let last = words.popLast() {
                words.append("\(last),\(partition.partition)")
            } else {
                words.append("\(partition.topic) \(partition.partition)")
                topic = partition.topic
            }
        }
        return words.joined(separator: "  ")
    }
}
