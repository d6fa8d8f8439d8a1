/// The rows of a list that are seen in an area, and how they are laid out there.
struct ShownRows {
    var range: Range<Int>
    var cells: [[StyledText]]
    var layout: TableLayout
    /// Of the last column, a line each; one where it does not wrap.
    var lines: [[StyledText]]
}

extension Listing {
    /// What of it is seen below its heading.
    func shown(_ state: ListState, in area: Rectangle) -> ShownRows {
        let visible = max(0, area.rows - 1)
        let top = top(state, visible: visible)
        let range = top..<min(ids.count, top + visible)
        let cells = range.map { self.cells($0) }
        let requests = columns.enumerated().map { index, column in
            let longest = cells.reduce(column.heading(state.sort).width) { max($0, $1[index].width) }
            let ideal = max(column.minimum, min(column.maximum, longest))
            return ColumnRequest(
                minimum: column.shrinks ? column.minimum : ideal, ideal: ideal, priority: column.priority)
        }
        let layout = TableLayout(requests, width: area.columns - 2, gapMost: gapMost)
        let shown = ShownRows(range: range, cells: cells, layout: layout, lines: cells.map { Array($0.suffix(1)) })
        guard wraps, let width = layout.widths.last, width > 0, let selected = selectedIndex(state) else {
            return shown
        }
        return shown.wrapped(to: width, visible: visible, selected: selected - top)
    }
}

extension ShownRows {
    /// The selected row's sentence whole, and then as many of the others, the first first, as there is room for.
    fileprivate func wrapped(to width: Int, visible: Int, selected: Int) -> Self {
        var shown = self
        shown.lines = lines.map { $0.first?.inWords(to: width) ?? [] }
        func height(_ rows: Range<Int>) -> Int { rows.reduce(0) { $0 + max(1, shown.lines[$1].count) } }
        var room = visible - height(shown.lines.indices)
        for index in lines.indices.reversed() where room < 0 && index != selected && shown.lines[index].count > 1 {
            room += shown.lines[index].count - 1
            shown.lines[index] = lines[index]
        }
        // The selected row is seen to its end, and what then has no place goes.
        var kept = 0..<shown.lines.count
        while height(kept.lowerBound..<min(selected + 1, kept.upperBound)) > visible, kept.lowerBound < selected {
            kept = kept.lowerBound + 1..<kept.upperBound
        }
        while height(kept) > visible, kept.count > 1 { kept = kept.lowerBound..<kept.upperBound - 1 }
        shown.range = range.lowerBound + kept.lowerBound..<range.lowerBound + kept.upperBound
        shown.cells = Array(cells[kept])
        shown.lines = Array(shown.lines[kept]).map { Array($0.prefix(visible)) }
        return shown
    }
}

extension StyledText {
    /// In lines of at most `width` columns, broken between words.
    func inWords(to width: Int) -> [StyledText] {
        guard self.width > width else { return [self] }
        var rest = runs.flatMap { run in run.text.map { (character: $0, style: run.style) } }[...]
        return plain.wrapped(to: width).map { line in
            var styled = StyledText()
            for character in line {
                // The blanks at which lines are broken are in none, and of several one.
                while character != " ", rest.first?.character == " " { rest.removeFirst() }
                styled.append(String(character), rest.popFirst()?.style ?? .text)
            }
            return styled
        }
    }
}
