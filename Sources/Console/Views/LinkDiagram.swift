import KafkaCluster
import KafkaProtocol

/// The links that are not as they should be: from whom to whom, one way or both, how, and since when.
///
/// ```
/// Broker 3 ◀───────── ✗ ──────────▶ 1, 2, 101  cut since 14:03:17.120
/// Broker 1 ────────── ✗ ──────────▶ Broker 2   cut one way since 14:03:30.000
/// Broker 2 ◀─── 50 ms ± 20 ms ────▶ Broker 3   slow since 14:03:31.000
/// ```
enum LinkDiagram {
    static func lines(_ model: Model) -> [StyledText] {
        guard let snapshot = model.snapshot else { return [] }
        let nodes = BrokersView.nodes(snapshot).map(\.id)
        let isWide = model.size.columns >= 100
        var rows: [(from: String, arrow: StyledText, to: String, words: String)] = []
        for active in snapshot.faults {
            guard case .link(let fault) = active.fault else { continue }
            let since = WallClock.time(active.since.wallClockMilliseconds, offsetSeconds: model.utcOffsetSeconds)
            rows.append(
                (
                    name(fault.from, besides: fault.to, isWide ? nodes : []), arrow(fault, width: isWide ? 24 : 14),
                    name(fault.to, besides: fault.from, isWide ? nodes : []),
                    isWide ? "\(words(fault)) since \(since)" : "\(words(fault)) \(since)"
                ))
        }
        guard !rows.isEmpty else { return [] }
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - Glyphs.width(of: text)))
        }
        let left = rows.reduce(0) { max($0, Glyphs.width(of: $1.from)) }
        let right = min(30, rows.reduce(0) { max($0, Glyphs.width(of: $1.to)) })
        return rows.map { row in
            StyledText(padded(row.from, left) + " ") + row.arrow + StyledText(" " + padded(row.to, right))
                + StyledText("  " + row.words, .muted)
        }
    }

    /// Without `nodes` where there is no room for their names.
    private static func name(_ party: Party, besides other: Party, _ nodes: [BrokerID]) -> String {
        switch party {
        case .node(let node): node.title
        case .nodes where nodes.isEmpty: "all other nodes"
        case .nodes: nodes.filter { .node($0) != other }.map(\.description).joined(separator: ", ")
        case .clients: "all clients"
        case .client(let name): "client \(name)"
        }
    }

    private static func arrow(_ fault: LinkFault, width: Int) -> StyledText {
        let (sign, role): (String, Role) =
            switch fault.effect {
            case .cut: ("✗", .fault)
            case .stall: ("‖", .fault)
            case .reset: ("↯", .fault)
            case .delay(let delay, let jitter):
                (length(delay) + (jitter == .zero ? "" : " ± \(length(jitter))"), .warning)
            case .bandwidth(let rate): ("\(Figures.bytes(rate))/s", .warning)
            }
        let room = max(2, width - Glyphs.width(of: sign) - 4)
        let (before, after) = (room / 2, room - room / 2)
        let style: Role = .border
        return StyledText((fault.isOneWay ? "─" : "◀") + String(repeating: "─", count: before), style)
            + StyledText(" \(sign) ", role, .bold) + StyledText(String(repeating: "─", count: after) + "▶", style)
    }

    private static func words(_ fault: LinkFault) -> String {
        let what =
            switch fault.effect {
            case .cut: "cut"
            case .stall: "stalled"
            case .reset: "reset"
            case .delay: "slow"
            case .bandwidth: "narrow"
            }
        return fault.isOneWay ? "\(what) one way" : what
    }

    private static func length(_ duration: Duration) -> String {
        let microseconds = duration.wholeNanoseconds / 1000
        return Figures.latency(microseconds: microseconds)
    }
}
