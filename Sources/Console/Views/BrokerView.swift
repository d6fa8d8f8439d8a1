import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// One broker, a row a replica that it holds: what it leads, and where it lags.
enum BrokerView {
    /// Where a replica stands in the picture: a broker may hold tens of thousands, and few are seen.
    private struct Item {
        var topic: Int
        var partition: Int
        var replica: Int
    }

    private struct Picture {
        var topics: [ClusterSnapshot.Topic]

        func items(of broker: BrokerID) -> [Item] {
            var items: [Item] = []
            items.reserveCapacity(topics.reduce(0) { $0 + $1.partitions.count })
            for topic in topics.indices {
                let partitions = topics[topic].partitions
                for partition in partitions.indices {
                    let replica = partitions[partition].replicas.firstIndex { $0.broker == broker }
                    if let replica { items.append(Item(topic: topic, partition: partition, replica: replica)) }
                }
            }
            return items
        }

        func id(_ item: Item) -> TopicPartition {
            TopicPartition(topic: topics[item.topic].name, partition: partition(item).index)
        }

        func partition(_ item: Item) -> ClusterSnapshot.Partition { topics[item.topic].partitions[item.partition] }

        func replica(_ item: Item) -> ClusterSnapshot.Replica {
            topics[item.topic].partitions[item.partition].replicas[item.replica]
        }

        /// Records that the leader has and this replica has not.
        func behind(_ item: Item) -> Int64? {
            guard let own = replica(item).logEndOffset,
                let end = topics[item.topic].partitions[item.partition].logEndOffset
            else { return nil }
            return max(0, end.saturatingSubtract(own))
        }
    }

    static func listing(_ model: Model, broker id: BrokerID) -> Listing {
        let picture = Picture(topics: model.snapshot?.topics ?? [])
        let columns: [Column<Item>] = [
            Column(title: "Replica", minimum: 22, maximum: 60, shrinks: true, sort: { .partition(picture.id($0)) }) {
                Sign.of(picture.replica($0).state).text + " " + StyledText(picture.id($0).description)
            },
            Column(title: "State", minimum: 8, sort: { .text(picture.replica($0).state.words) }) {
                let state = picture.replica($0).state
                return StyledText(state.words, Sign.of(state).role)
            },
            Column(title: "Leader", alignment: .right, minimum: 6, priority: 1) {
                picture.partition($0).leader.map { StyledText("\($0)") } ?? StyledText("none", .offline, .bold)
            },
            Column(title: "Epoch", alignment: .right, minimum: 5, priority: 4) {
                StyledText("\(picture.partition($0).leaderEpoch)")
            },
            Column(title: "ISR", minimum: 5, maximum: 24, shrinks: true, priority: 2) {
                let partition = picture.partition($0)
                return StyledText(
                    partition.isr.words, partition.isr.count < partition.replicas.count ? .lagging : .inSync)
            },
            Column(
                title: "Log end", alignment: .right, minimum: 9, sort: { .count(picture.replica($0).logEndOffset) }
            ) { .count(picture.replica($0).logEndOffset) },
            Column(title: "Behind", alignment: .right, minimum: 7, sort: { .count(picture.behind($0)) }) { item in
                picture.behind(item).map { StyledText(Figures.count($0), $0 > 0 ? .lagging : .muted) }
                    ?? StyledText(Figures.unknown, .muted)
            },
            Column(
                title: "Size", alignment: .right, minimum: 8, priority: 3,
                sort: { .count(picture.partition($0).sizeInBytes) }
            ) { .bytes(picture.partition($0).sizeInBytes) },
        ]
        return Table(
            items: picture.items(of: id), columns: columns, id: { .partition(picture.id($0)) },
            words: { picture.id($0).description + " " + picture.replica($0).state.words },
            empty: "It holds no replica."
        ).listing(model.screen.list)
    }

    /// Its state and address, for the frame's edge.
    static func remark(_ model: Model, broker id: BrokerID) -> StyledText {
        guard let broker = model.snapshot?.brokers.first(where: { $0.id == id }) else { return StyledText() }
        var text = broker.sign.text(broker.words)
        if broker.hasLostLogDirectory, model.attachment == nil, model.size.columns >= 110 {
            text += StyledText(": it stays up without, where Apache Kafka's would halt", .warning)
        }
        return text + StyledText(" · \(broker.host):\(broker.port)", .muted)
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
