import KafkaBroker
import KafkaCluster

/// The members of a group, and what is assigned to each.
enum MembersView {
    typealias Member = GroupSnapshot.Member

    static func listing(_ model: Model, group id: String) -> Listing {
        let group = model.snapshot?.groups.first { $0.id == id }
        let columns: [Column<Member>] = [
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
                let assigned = assignment(member, group)
                return assigned.isEmpty ? StyledText("nothing", .warning) : StyledText(assigned)
            },
            Column(title: "Member id", minimum: 20, maximum: 60, shrinks: true, priority: 4) {
                StyledText($0.id, .muted)
            },
        ]
        return Table(
            items: group?.members ?? [], columns: columns, id: { .name($0.id) },
            words: { "\($0.clientID) \($0.clientHost) \($0.id)" },
            empty: group == nil ? "Group \(id) is gone." : "The group has no members: nobody reads for it."
        ).listing(model.screen.list)
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
    private static func assignment(_ member: Member, _ group: ClusterSnapshot.Group?) -> String {
        var words: [String] = []
        var topic: String?
        for partition in own(member, group).map(\.partition).sorted() {
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
