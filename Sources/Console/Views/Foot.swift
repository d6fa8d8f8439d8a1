import KafkaCluster
import KafkaProtocol

/// The two lines at the bottom: where we are, and the toast.
enum Foot {
    private static let toastRows = 3

    /// A toast that takes more than the last line pushes the crumbs up for its moment, over the end of the table.
    static func draw(_ model: Model, _ layout: ScreenLayout, on grid: inout Grid) {
        let lines = toastLines(model, width: layout.foot.columns - 4)
        var crumbs = layout.crumbs
        if lines.count > 1 {
            crumbs.row -= lines.count - 1
            let covered = Rectangle(
                row: crumbs.row, column: 0, rows: layout.foot.row - crumbs.row + 1, columns: crumbs.columns)
            grid.clear(covered)
            grid.target(covered, .nothing)
        }
        drawCrumbs(model, in: crumbs, on: &grid)
        drawToast(model, lines, from: crumbs.row + 1, on: &grid)
    }

    private static func drawCrumbs(_ model: Model, in area: Rectangle, on grid: inout Grid) {
        var crumbs = StyledText()
        for (index, screen) in model.screens.enumerated() {
            if index > 0 { crumbs += StyledText(" › ", .muted) }
            let isLast = index == model.screens.count - 1
            let text = StyledText(
                " \(crumb(screen.place, after: index == 0 ? nil : model.screens[index - 1].place)) ",
                Style(.crumb, isLast ? .reverse : []))
            grid.target(
                Rectangle(row: area.row, column: 1 + crumbs.width, rows: 1, columns: text.width), .crumb(index))
            crumbs += text
        }
        grid.put(crumbs, row: area.row, column: 1, width: area.columns - 2)
        // Deep down the way back matters more than the ways elsewhere.
        for isCompact in [false, true] {
            let tabs = tabs(model, isCompact: isCompact)
            let width = tabs.reduce(0) { $0 + $1.text.width }
            guard crumbs.width + width + (isCompact ? 3 : 4) <= area.columns else { continue }
            var column = area.columns - width - 1
            for tab in tabs {
                grid.put(tab.text, row: area.row, column: column)
                grid.target(
                    Rectangle(row: area.row, column: column, rows: 1, columns: tab.text.width), .action(tab.action))
                column += tab.text.width
            }
            break
        }
    }

    /// Short, as what comes before is beside it.
    private static func crumb(_ place: Place, after previous: Place?) -> String {
        switch place {
        case .brokers, .topics, .groups, .events, .scenarios, .story, .ledger, .faults, .clients: place.view.rawValue
        case .broker(let id): id.title.lowercasedFirst
        case .topic(let name): name
        case .records(let name, let partition):
            if previous == .topic(name) {
                partition.map { "records of \($0)" } ?? "records"
            } else {
                "records of \(name)" + (partition.map { "-\($0)" } ?? "")
            }
        case .record(_, let offset): "@ \(Figures.count(offset))"
        case .group(let id): id
        case .loss(let number): "loss \(number)"
        case .finding(let verdict): verdict.title
        case .client(let name): name.title
        case .members: "members"
        case .timeline: "isr over time"
        case .configs: "settings"
        case .segments: "log files"
        case .journey: "journey"
        case .producers: "producer ids"
        case .price(let number): number == nil ? "price" : "price of another"
        case .reset: "reset"
        }
    }

    /// Compact, the view that the crumbs name goes by its number alone.
    private static func tabs(_ model: Model, isCompact: Bool) -> [(action: ActionID, text: StyledText)] {
        let roots: [(ActionID, Place)] = [
            (.viewBrokers, .brokers), (.viewTopics, .topics), (.viewGroups, .groups), (.viewEvents, .events),
            (.viewScenarios, model.story == nil ? .scenarios : .story), (.viewLedger, .ledger),
            (.viewFaults, .faults), (.viewClients, .clients),
        ].filter { model.refusal(of: $0.0) == nil }
        return roots.map { action, place in
            let isHere = model.screens[0].place == place
            let key = model.keyName(action)
            guard isCompact else {
                let name = StyledText(place.view.rawValue + " ", isHere ? .title : .muted, isHere ? .bold : [])
                return (action, StyledText(" \(key) ", .key) + name)
            }
            let gap = StyledText(action == roots[0].0 ? "" : " ")
            return (action, gap + StyledText(key, .key) + StyledText(isHere ? "" : place.view.rawValue, .muted))
        }
    }

    private static func toastLines(_ model: Model, width: Int) -> [String] {
        guard let toast = model.toast else { return [] }
        let lines = toast.text.wrapped(to: width)
        guard lines.count > toastRows else { return lines }
        // The rest is cut, and seen to be.
        return lines.prefix(toastRows - 1) + [lines.dropFirst(toastRows - 1).joined(separator: " ")]
    }

    private static func drawToast(_ model: Model, _ lines: [String], from row: Int, on grid: inout Grid) {
        guard let toast = model.toast else { return }
        let (glyph, role): (String, Role) =
            switch toast.kind {
            case .note: ("▸", .text)
            case .ok: ("●", .ok)
            case .warning: ("◐", .warning)
            case .error: ("!", .error)
            case .fault: ("✗", .fault)
            }
        grid.put("\(glyph) ", row: row, column: 1, style: Style(role, .bold))
        for (offset, line) in lines.enumerated() {
            grid.put(line, row: row + offset, column: 3, style: Style(role), width: grid.size.columns - 4)
        }
    }
}
