/// All keys of the view, from the table of actions.
enum HelpView {
    static func lines(_ model: Model) -> [StyledText] {
        var lines: [StyledText] = []
        for group in ActionEntry.Group.allCases {
            let entries = ActionTable.all.filter { $0.group == group && model.offers($0) }
            guard !entries.isEmpty else { continue }
            if !lines.isEmpty { lines.append(StyledText()) }
            lines.append(StyledText(group.rawValue, .heading, .bold))
            for entry in entries {
                let keys = model.keymap.keys(for: entry.id, in: model.place.view).map(\.description)
                let text = keys.isEmpty ? "no key" : keys.joined(separator: " ")
                let gap = String(repeating: " ", count: max(1, 16 - text.count))
                if let reason = model.refusal(of: entry.id) {
                    lines.append(StyledText("  " + text + gap + "– \(entry.label): \(reason)", .muted, .dim))
                    continue
                }
                lines.append(
                    StyledText("  " + text, keys.isEmpty ? .muted : .key) + StyledText(gap)
                        + StyledText(entry.isDangerous ? "✗ " : "  ", .fault) + StyledText(model.help(of: entry)))
            }
        }
        lines += [StyledText(), StyledText("Mouse", .heading, .bold)]
        for (what, means) in mouse {
            let gap = String(repeating: " ", count: max(1, 18 - what.count))
            lines.append(StyledText("  " + what, .key) + StyledText(gap + means))
        }
        return lines
    }

    private static let mouse = [
        ("click", "Select a row; again, open it; also hints, headings, crumbs"),
        ("wheel", "Move on, or scroll"),
        ("shift and drag", "Select text: the terminal's own"),
    ]

    static func draw(_ model: Model, top: Int, on grid: inout Grid) {
        let all = Rectangle(row: 0, column: 0, size: grid.size)
        let lines = lines(model)
        let box = all.centred(rows: min(lines.count + 2, grid.size.rows - 2), columns: min(100, grid.size.columns - 4))
        grid.clear(box.withMargin)
        grid.target(box, .nothing)
        let inner = box.inner
        let top = max(0, min(top, lines.count - inner.rows))
        let more = lines.count - inner.rows - top
        let title =
            StyledText("Help", .title) + StyledText("(", .border) + StyledText(model.place.view.rawValue, .accent)
            + StyledText(")", .border)
        let foot = StyledText(more > 0 ? "j and k scroll, esc closes · \(more) more" : "esc closes", .muted)
        grid.frame(box, title: title, foot: foot)
        for (offset, line) in lines[top...].prefix(inner.rows).enumerated() {
            grid.put(line, row: inner.row + offset, column: inner.column + 1, width: inner.columns - 2)
        }
        grid.cursor = nil
    }
}
