import KafkaCluster
import KafkaProtocol

/// The two lines at the bottom: where we are, and the toast.
enum Foot {
    private static let toastRows = 3

    static func draw(_ model: Model, _ layout: ScreenLayout, on grid: inout Grid) {
        drawCrumbs(model, in: layout.crumbs, on: &grid)
        drawToast(model, toastLines(model, width: layout.foot.columns - 4), from: layout.foot.row, on: &grid)
    }

    /// A toast that takes more than the last line has the room of the table's end for its moment.
    static func rows(_ model: Model, columns: Int) -> Int { max(1, toastLines(model, width: columns - 4).count) }

    private static func drawCrumbs(_ model: Model, in area: Rectangle, on grid: inout Grid) {
        let tabs = tabs(model, named: -1)
        let crumbs = crumbs(model, width: area.columns - Self.width(of: tabs) - Self.gap)
        var column = area.column + 1
        for (offset, crumb) in crumbs.enumerated() {
            if offset > 0 {
                grid.put(" › ", row: area.row, column: column, style: Style(.muted))
                column += 3
            }
            let place = Rectangle(
                row: area.row, column: column, rows: 1, columns: min(crumb.text.width, area.columns - column))
            grid.put(crumb.text, row: area.row, column: column, width: place.columns)
            if let index = crumb.index { grid.target(place, .crumb(index)) }
            column += crumb.text.width
        }
        drawTabs(model, beside: column, in: area, on: &grid)
    }

    /// With as many names as there is room for: deep down the way back matters more than the ways elsewhere, and of
    /// these what is nearest to the root's beginning.
    private static func drawTabs(_ model: Model, beside crumbs: Int, in area: Rectangle, on grid: inout Grid) {
        let room = area.columns - crumbs - gap
        let wide = tabs(model, named: nil)
        var shown = wide
        var named = wide.count
        while width(of: shown) > room, named >= -1 {
            shown = tabs(model, named: named)
            named -= 1
        }
        guard width(of: shown) <= room else { return }
        var column = area.columns - width(of: shown) - 1
        for tab in shown {
            grid.put(tab.text, row: area.row, column: column)
            grid.target(
                Rectangle(row: area.row, column: column, rows: 1, columns: tab.text.width), .action(tab.action))
            column += tab.text.width
        }
    }

    private typealias Tab = (action: ActionID, text: StyledText)

    /// Between crumbs and tabs.
    private static let gap = 2

    private static func width(of tabs: [Tab]) -> Int { tabs.reduce(0) { $0 + $1.text.width } }

    /// From the root to here. Where the way is too long, what lies between is left out: first where one would pass by.
    private static func crumbs(_ model: Model, width: Int) -> [(text: StyledText, index: Int?)] {
        let last = model.screens.count - 1
        var crumbs = model.screens.enumerated().map { index, screen in
            let previous = index == 0 ? nil : model.screens[index - 1].place
            let text = StyledText(
                " \(crumb(screen.place, after: previous, model)) ", Style(.crumb, index == last ? .reverse : []))
            return (text: text, index: Int?.some(index))
        }
        func needed() -> Int { crumbs.reduce(1 - 3) { $0 + 3 + $1.text.width } }
        while needed() > width, crumbs.count > 3 || crumbs.count == 3 && crumbs[1].index != nil {
            if crumbs[1].index != nil { crumbs[1] = (StyledText(" … ", .muted), nil) } else { crumbs.remove(at: 2) }
        }
        return crumbs
    }

    /// Short, as what comes before is beside it.
    private static func crumb(_ place: Place, after previous: Place?, _ model: Model) -> String {
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
        case .price(let number): number == nil ? "price" : "price of \(PriceView.title(model, number))"
        case .reset: "reset"
        }
    }

    /// With names for so many of them and for the view that is shown, or widely spaced with all. Without one for -1:
    /// the crumbs name the view too. None where nobody can press them.
    private static func tabs(_ model: Model, named: Int?) -> [Tab] {
        let roots: [(ActionID, Place)] = [
            (.viewBrokers, .brokers), (.viewTopics, .topics), (.viewGroups, .groups), (.viewEvents, .events),
            (.viewScenarios, model.story == nil ? .scenarios : .story), (.viewLedger, .ledger),
            (.viewFaults, .faults), (.viewClients, .clients),
        ].filter { model.refusal(of: $0.0) == nil }
        return roots.enumerated().compactMap { index, root in
            let (action, place) = root
            let isHere = model.screens[0].place == place
            guard let key = model.keyHint(action) else { return nil }
            guard let named else {
                let name = StyledText(place.view.rawValue + " ", isHere ? .title : .muted, isHere ? .bold : [])
                return (action, StyledText(" \(key) ", .key) + name)
            }
            let gap = StyledText(index == 0 ? "" : " ")
            if isHere, named >= 0 {
                return (action, gap + StyledText(key, .key) + StyledText(place.view.rawValue, .title, .bold))
            }
            let name = index >= named ? "" : place.view.rawValue
            return (action, gap + StyledText(key, .key) + StyledText(name, .muted))
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
