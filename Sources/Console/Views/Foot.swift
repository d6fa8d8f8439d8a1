import KafkaCluster
import KafkaProtocol

/// The two lines at the bottom: where we are, and the toast.
enum Foot {
    static func drawCrumbs(_ model: Model, in area: Rectangle, on grid: inout Grid) {
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
        let tabs = tabs(model)
        let width = tabs.reduce(0) { $0 + $1.text.width }
        guard crumbs.width + width + 4 <= area.columns else { return }
        var column = area.columns - width - 1
        for tab in tabs {
            grid.put(tab.text, row: area.row, column: column)
            grid.target(
                Rectangle(row: area.row, column: column, rows: 1, columns: tab.text.width), .action(tab.action))
            column += tab.text.width
        }
    }

    /// Short, as what comes before is beside it.
    private static func crumb(_ place: Place, after previous: Place?) -> String {
        switch place {
        case .brokers, .topics, .groups, .events, .scenarios, .story: place.view.rawValue
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
        }
    }

    private static func tabs(_ model: Model) -> [(action: ActionID, text: StyledText)] {
        let roots: [(ActionID, Place)] = [
            (.viewBrokers, .brokers), (.viewTopics, .topics), (.viewGroups, .groups), (.viewEvents, .events),
            (.viewScenarios, model.story == nil ? .scenarios : .story),
        ]
        return roots.map { action, place in
            let isHere = model.screens[0].place == place
            let name = StyledText(place.view.rawValue + " ", isHere ? .title : .muted, isHere ? .bold : [])
            return (action, StyledText(" \(model.keyName(action)) ", .key) + name)
        }
    }

    static func drawToast(_ model: Model, in area: Rectangle, on grid: inout Grid) {
        guard let toast = model.toast else { return }
        let (glyph, role): (String, Role) =
            switch toast.kind {
            case .note: ("▸", .text)
            case .ok: ("●", .ok)
            case .warning: ("◐", .warning)
            case .error: ("!", .error)
            case .fault: ("✗", .fault)
            }
        grid.put(
            StyledText("\(glyph) ", role, .bold) + StyledText(toast.text, role), row: area.row, column: 1,
            width: area.columns - 2)
    }
}
