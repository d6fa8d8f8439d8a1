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
            Column(title: "Epoch", alignment: .right, minimum: 5, priority: 8) { node in
                voter(node) { .count($0.epoch.map(Int64.init)) }
            },
            Column(title: "Log end", alignment: .right, minimum: 7, priority: 8) { node in
                voter(node) { .count($0.logEndOffset) }
            },
            Column(title: "Behind", alignment: .right, minimum: 6, priority: 7) { node in
                voter(node) { controller in
                    guard let behind = snapshot?.behind(controller) else { return .count(nil) }
                    return behind > 0 ? StyledText(Figures.count(behind), .lagging) : StyledText("0", .muted)
                }
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

    private static func voter(
        _ node: Node, _ text: (ClusterSnapshot.ControllerNode) -> StyledText
    ) -> StyledText {
        guard case .controller(let controller) = node else { return StyledText() }
        return text(controller)
    }

    /// How high its table would have to be: one row is the heading's.
    static func rows(_ model: Model, _ listing: Listing, in size: Size) -> Int {
        let links = LinkDiagram.lines(model).count
        return (ClusterCards(model, listing, in: size).map { $0.rows - 1 } ?? listing.total) + links
    }

    /// Who leads the metadata quorum, in which epoch, and how many follow closely; for the frame's edge.
    static func remark(_ model: Model) -> StyledText {
        guard let snapshot = model.snapshot, !snapshot.controllers.isEmpty else { return StyledText() }
        let up = snapshot.controllers.filter(\.isUp)
        let voters = "\(up.count) of \(Figures.plural(Int64(snapshot.controllers.count), "voter")) up"
        guard let active = up.first(where: \.isActive) else {
            return Sign.gone.text("quorum without leader") + StyledText(" · \(voters)", .muted)
        }
        let epoch = active.epoch.map { " in epoch \($0)" } ?? ""
        let behind = up.compactMap { snapshot.behind($0) }.max() ?? 0
        var text = StyledText("quorum led by \(active.id)\(epoch)", .muted)
        let isWhole = up.count == snapshot.controllers.count
        if !isWhole || model.size.columns >= 100 {
            text += StyledText(" · ", .muted) + StyledText(voters, isWhole ? .muted : .warning)
        }
        if behind > 0 { text += StyledText(" · up to \(Figures.count(behind)) behind", .lagging) }
        return text
    }
}
