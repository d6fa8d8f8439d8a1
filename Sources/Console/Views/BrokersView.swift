import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// Brokers and controllers: who is up, who leads, how much flows.
enum BrokersView {
    /// A row: a broker, or a controller, which has less to tell.
    enum Node {
        case broker(ClusterSnapshot.Broker)
        case controller(ClusterSnapshot.ControllerNode)

        var id: BrokerID {
            switch self {
            case .broker(let broker): broker.id
            case .controller(let controller): controller.id
            }
        }

        var broker: ClusterSnapshot.Broker? { if case .broker(let broker) = self { broker } else { nil } }

        var state: (sign: Sign, words: String) {
            switch self {
            case .broker(let broker): (broker.sign, broker.words)
            case .controller(let controller) where !controller.isUp: (.gone, "down")
            case .controller(let controller):
                controller.isActive ? (Sign(glyph: "◆", role: .leader), "active") : (.good, "standby")
            }
        }
    }

    static func listing(_ model: Model) -> Listing {
        let snapshot = model.snapshot
        let controller = snapshot?.controller
        var out: [BrokerID: Int] = [:]
        for topic in snapshot?.topics ?? [] {
            for partition in topic.partitions {
                for replica in partition.replicas where !partition.isr.contains(replica.broker) {
                    out[replica.broker, default: 0] += 1
                }
            }
        }
        let outOfSync = out
        let columns: [Column<Node>] = [
            Column(title: "Node", minimum: 16, sort: { .count(Int($0.id.rawValue)) }) {
                $0.state.sign.text + " " + StyledText($0.id.title)
            },
            Column(title: "State", minimum: 26, maximum: 40, shrinks: true, sort: { .text($0.state.words) }) {
                StyledText($0.state.words, $0.state.sign.role)
                    + StyledText($0.broker != nil && $0.id == controller ? " · controller" : "", .accent)
            },
            Column(title: "Leads", alignment: .right, minimum: 7, sort: { .count($0.broker?.leaders ?? -1) }) { node in
                broker(node) { StyledText(Figures.count($0.leaders), $0.leaders == 0 ? .muted : .text) }
            },
            Column(title: "Replicas", alignment: .right, minimum: 8, sort: { .count($0.broker?.replicas ?? -1) }) {
                node in broker(node) { StyledText(Figures.count($0.replicas)) }
            },
            Column(
                title: "Out of sync", alignment: .right, minimum: 11, sort: { .count(outOfSync[$0.id] ?? 0) }
            ) { node in broker(node) { .alarm(outOfSync[$0.id] ?? 0, .lagging) } },
            Column(title: "Address", minimum: 15, priority: 3, sort: { .count($0.broker?.port ?? 0) }) { node in
                broker(node) { StyledText("\($0.host):\($0.port)", .muted) }
            },
            Column(title: "In", alignment: .right, minimum: 10, priority: 2) { node in
                broker(node) { .bytesPerSecond($0.bytesInPerSecond) }
            },
            Column(title: "Out", alignment: .right, minimum: 10, priority: 4) { node in
                broker(node) { .bytesPerSecond($0.bytesOutPerSecond) }
            },
            Column(title: "Disk", alignment: .right, minimum: 8, priority: 5, sort: { .count($0.broker?.logBytes) }) {
                node in broker(node) { .bytes($0.logBytes) }
            },
            Column(title: "Clients", alignment: .right, minimum: 7, priority: 6) { node in
                broker(node) { .count($0.connections.map(Int64.init)) }
            },
        ]
        return Table(
            items: nodes(snapshot), columns: columns, id: { .number(Int64($0.id.rawValue)) },
            words: { "\($0.id.title) \($0.state.words) \($0.broker.map { "\($0.host):\($0.port)" } ?? "")" },
            empty: "No broker is known yet."
        ).listing(model.screen.list)
    }

    static func nodes(_ snapshot: ClusterSnapshot?) -> [Node] {
        guard let snapshot else { return [] }
        // A node may be both, and then stands among the brokers.
        let brokers = Set(snapshot.brokers.map(\.id))
        return snapshot.brokers.map { .broker($0) }
            + snapshot.controllers.filter { !brokers.contains($0.id) }.map { .controller($0) }
    }

    /// A controller has no such figure: its cell is empty.
    private static func broker(_ node: Node, _ text: (ClusterSnapshot.Broker) -> StyledText) -> StyledText {
        node.broker.map(text) ?? StyledText()
    }
}
