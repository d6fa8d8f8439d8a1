import KafkaCluster
import KafkaProtocol

/// Whose faults are offered, and then the faults.
enum FaultMenuView {
    private struct Chip {
        var text: String
        var target: ClickTarget
        var isChosen: Bool
    }

    /// One of several, with the key that chooses the next.
    private struct Choice {
        var label: String
        var chips: [Chip]
        /// What is said of the chosen one.
        var remark = ""
        var key: String

        var width: Int {
            FaultMenuView.labels + chips.reduce(0) { $0 + $1.text.count + 2 } + remark.count + 2 + key.count
        }
    }

    private static let labels = 9
    /// So that the box stays where it is when another node is chosen.
    private static let least = 66

    static func draw(_ menu: FaultMenu, in area: Rectangle, on grid: inout Grid) {
        let choices = choices(menu)
        // A line below the choices, so that they are not taken for items.
        let head = choices.isEmpty ? 0 : choices.count + 1
        let width = menu.items.reduce(0) { max($0, $1.label.count) }
        let columns = max(width + 5, choices.reduce(0) { max($0, $1.width + 3) }, least) + 2
        // What ends something is seen below, however many faults there are to scroll through.
        let ends = menu.items.count - menu.faults
        let line = ends > 0 && menu.faults > 0 ? 1 : 0
        let box = area.centred(rows: menu.items.count + line + head + 2, columns: columns)
        grid.clear(box.withMargin)
        grid.target(box, .nothing)
        let inner = box.inner
        let all = max(0, inner.rows - head - line)
        let endRows = min(ends, max(all - menu.faults, all / 3, menu.faults == 0 ? all : 1))
        let rows = all - endRows
        let top = max(0, min(menu.selected - rows + 1, menu.faults - rows))
        grid.frame(
            box, title: StyledText("Faults", .fault),
            foot: foot(below: menu.faults - rows - top, columns: columns - 6))
        for (offset, choice) in choices.enumerated() {
            draw(choice, row: inner.row + offset, in: inner, on: &grid)
        }
        func rule(_ row: Int) {
            let line = String(repeating: "─", count: inner.columns)
            grid.put(line, row: row, column: inner.column, style: Style(.border))
        }
        func list(_ items: Range<Int>, from first: Int) {
            for (offset, index) in items.enumerated() {
                let row = first + offset
                let item = menu.items[index]
                let place = Rectangle(row: row, column: inner.column, rows: 1, columns: inner.columns)
                grid.target(place, .item(index))
                grid.put(
                    item.label, row: row, column: inner.column + 2, style: Style(item.mends ? .ok : .text),
                    width: inner.columns - 3)
                if index == menu.selected {
                    grid.put("▸", row: row, column: inner.column, style: Style(.fault))
                    grid.restyle(place) { $0.isSelected = true }
                }
            }
        }
        if head > 0 { rule(inner.row + choices.count) }
        list(top..<min(menu.faults, top + rows), from: inner.row + head)
        if line > 0 { rule(inner.row + head + rows) }
        let firstEnd = max(menu.faults, min(menu.selected - endRows + 1, menu.items.count - endRows))
        list(firstEnd..<firstEnd + endRows, from: inner.row + head + rows + line)
    }

    private static func foot(below: Int, columns: Int) -> StyledText {
        func part(_ text: String, _ priority: Int) -> LinePart {
            LinePart(text: StyledText(text, .muted), priority: priority, gap: StyledText(" · ", .muted))
        }
        let keys = [part("enter does it", 1), part("esc cancel", 2)]
        return ((below > 0 ? [part("\(below) more below", 0)] : []) + keys).line(width: columns)
    }

    private static func choices(_ menu: FaultMenu) -> [Choice] {
        guard let node = menu.node else { return [] }
        var choices = [
            Choice(
                label: "Node",
                chips: menu.nodes.map { Chip(text: "\($0)", target: .faultsOf($0), isChosen: $0 == node) },
                remark: node == menu.subject && !menu.why.isEmpty ? "· \(menu.why.dropFirst(2))" : "", key: "← →")
        ]
        if menu.peers.count > 1 {
            choices.append(
                Choice(
                    label: "Link to",
                    chips: menu.peers.map { Chip(text: $0.chip, target: .linkTo($0), isChosen: $0 == menu.peer) },
                    key: "tab"))
        }
        return choices
    }

    /// All to choose from where there is room, else the chosen one and how many there are.
    private static func draw(_ choice: Choice, row: Int, in area: Rectangle, on grid: inout Grid) {
        grid.put(choice.label, row: row, column: area.column + 2, style: Style(.muted))
        let end = area.column + area.columns - 1
        grid.put(choice.key, row: row, column: end - choice.key.count, style: Style(.key))
        var column = area.column + Self.labels + 1
        let isWhole = choice.width + 3 <= area.columns
        for chip in choice.chips where isWhole || chip.isChosen {
            let text = " \(chip.text) "
            let style = chip.isChosen ? Style(.crumb, .reverse) : Style(.text)
            grid.put(text, row: row, column: column, style: style)
            grid.target(Rectangle(row: row, column: column, rows: 1, columns: text.count), chip.target)
            column += text.count
        }
        let remark = isWhole ? choice.remark : "of \(choice.chips.count)"
        grid.put(remark, row: row, column: column + 1, style: Style(.muted), width: end - choice.key.count - column - 2)
    }
}

extension Party {
    /// Short, among others to choose from.
    fileprivate var chip: String {
        switch self {
        case .node(let node): "\(node)"
        case .nodes: "all nodes"
        case .clients: "clients"
        case .client(let name): name
        }
    }
}
