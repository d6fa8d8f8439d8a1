import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// One broker, a row a replica that it holds: what it leads, and where it lags.
enum BrokerView {
    struct Item {
        var topic: String
        var partition: ClusterSnapshot.Partition
        var replica: ClusterSnapshot.Replica

        var id: TopicPartition { TopicPartition(topic: topic, partition: partition.index) }

        /// Records that the leader has and this replica has not.
        var behind: Int64? {
            guard let own = replica.logEndOffset, let end = partition.logEndOffset else { return nil }
            return max(0, end.saturatingSubtract(own))
        }
    }

    static func listing(_ model: Model, broker id: BrokerID) -> Listing {
        var items: [Item] = []
        for topic in model.snapshot?.topics ?? [] {
            for partition in topic.partitions {
                guard let replica = partition.replicas.first(where: { $0.broker == id }) else { continue }
                items.append(Item(topic: topic.name, partition: partition, replica: replica))
            }
        }
        let columns: [Column<Item>] = [
            Column(title: "Replica", minimum: 22, maximum: 60, shrinks: true, sort: { .partition($0.id) }) {
                Sign.of($0.replica.state).text + " " + StyledText($0.id.description)
            },
            Column(title: "State", minimum: 8, sort: { .text($0.replica.state.words) }) {
                StyledText($0.replica.state.words, Sign.of($0.replica.state).role)
            },
            Column(title: "Leader", alignment: .right, minimum: 6, priority: 1) {
                $0.partition.leader.map { StyledText("\($0)") } ?? StyledText("none", .offline, .bold)
            },
            Column(title: "Epoch", alignment: .right, minimum: 5, priority: 4) {
                StyledText("\($0.partition.leaderEpoch)")
            },
            Column(title: "ISR", minimum: 5, maximum: 24, shrinks: true, priority: 2) {
                StyledText(
                    $0.partition.isr.words,
                    $0.partition.isr.count < $0.partition.replicas.count ? .lagging : .inSync)
            },
            Column(
                title: "Log end", alignment: .right, minimum: 9, sort: { .count($0.replica.logEndOffset) }
            ) { .count($0.replica.logEndOffset) },
            Column(title: "Behind", alignment: .right, minimum: 7, sort: { .count($0.behind) }) { item in
                item.behind.map { StyledText(Figures.count($0), $0 > 0 ? .lagging : .muted) }
                    ?? StyledText(Figures.unknown, .muted)
            },
            Column(
                title: "Size", alignment: .right, minimum: 8, priority: 3, sort: { .count($0.partition.sizeInBytes) }
            ) { .bytes($0.partition.sizeInBytes) },
        ]
        return Table(
            items: items, columns: columns, id: { .partition($0.id) }, words: { "\($0.id) \($0.replica.state.words)" },
            empty: "It holds no replica."
        ).listing(model.screen.list)
    }

    /// Its state and address, for the frame's edge.
    static func remark(_ model: Model, broker id: BrokerID) -> StyledText {
        guard let broker = model.snapshot?.brokers.first(where: { $0.id == id }) else { return StyledText() }
        return broker.sign.text(broker.words) + StyledText(" · \(broker.host):\(broker.port)", .muted)
    }
}

extension ClusterSnapshot.Replica.State {
    var words: String {
        switch self {
        case .leader: "leader"
        case .inSync: "in sync"
        case .lagging: "lagging"
        case .offline: "offline"
        }
    }
}
