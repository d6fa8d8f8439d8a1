extension Grid {
    /// A frame with rounded corners: its title in the upper edge at the left, remarks in the edges at the right.
    package mutating func frame(
        _ area: Rectangle, title: StyledText, remark: StyledText = StyledText(), foot: StyledText = StyledText(),
        isFocused: Bool = true
    ) {
        guard area.rows >= 2, area.columns >= 2 else { return }
        let style = Style(isFocused ? .borderFocused : .border)
        let line = String(repeating: "─", count: area.columns - 2)
        let bottom = area.row + area.rows - 1
        put("╭\(line)╮", row: area.row, column: area.column, style: style)
        put("╰\(line)╯", row: bottom, column: area.column, style: style)
        for row in area.row + 1..<max(area.row + 1, bottom) {
            put("│", row: row, column: area.column, style: style)
            put("│", row: row, column: area.column + area.columns - 1, style: style)
        }
        let room = area.columns - 6
        guard room > 0 else { return }
        var used = 0
        if !title.runs.isEmpty {
            used = put(StyledText(" ") + title.clipped(to: room) + " ", row: area.row, column: area.column + 2)
        }
        putAtRight(remark, row: area.row, in: area, room: room - used - 2)
        putAtRight(foot, row: bottom, in: area, room: room)
    }

    private mutating func putAtRight(_ text: StyledText, row: Int, in area: Rectangle, room: Int) {
        let width = text.width
        guard width > 0, width <= room else { return }
        put(StyledText(" ") + text + " ", row: row, column: area.column + area.columns - width - 4)
    }
}
