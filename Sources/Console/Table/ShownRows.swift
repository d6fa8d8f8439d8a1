/// The rows of a list that are seen in an area, and how they are laid out there.
struct ShownRows {
    var range: Range<Int>
    var cells: [[StyledText]]
    var layout: TableLayout
    /// Of the column with sentences, a line each; one where it does not wrap.
    var lines: [[StyledText]]

    /// Of those that are not selected; the rest of such a sentence is there when it is.
    fileprivate static let mostLines = 5

    var height: Int { lines.reduce(0) { $0 + max(1, $1.count) } }
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
        let shown = ShownRows(range: range, cells: cells, layout: layout, lines: cells.map { [$0[wrapped]] })
        let width = layout.widths[wrapped]
        guard wraps != .never, width > 0, let selected = selectedIndex(state) else { return shown }
        return shown.wrapped(to: width, visible: visible, selected: selected - top, wraps)
    }

    /// How many lines all rows take on a screen of this width.
    func height(columns: Int, _ state: ListState) -> Int {
        let room = Rectangle(row: 0, column: 0, rows: ids.count * ShownRows.mostLines + 8, columns: columns - 2)
        return max(total, wraps == .whole ? shown(state, in: room).height : 0)
    }
}

extension ShownRows {
    fileprivate func wrapped(to width: Int, visible: Int, selected: Int, _ wraps: Wrapping) -> Self {
        var shown = self
        shown.lines = lines.enumerated().map { index, line in
            let whole = line.first?.inWords(to: width) ?? []
            return wraps == .whole && index != selected ? Self.cut(whole, to: Self.mostLines) : whole
        }
        func height(_ rows: Range<Int>) -> Int { rows.reduce(0) { $0 + max(1, shown.lines[$1].count) } }
        var room = visible - shown.height
        for index in lines.indices.reversed() where wraps == .intoRoom && room < 0 && index != selected {
            room += max(0, shown.lines[index].count - 1)
            shown.lines[index] = lines[index]
        }
        // The selected row is seen to its end, and what then has no place goes.
        var kept = 0..<shown.lines.count
        while height(kept.lowerBound..<min(selected + 1, kept.upperBound)) > visible, kept.lowerBound < selected {
            kept = kept.lowerBound + 1..<kept.upperBound
        }
        while height(kept) > visible, kept.count > 1 {
            let last = kept.upperBound - 1
            let room = visible - height(kept.lowerBound..<last)
            if wraps == .whole, room > 0, last != selected {
                shown.lines[last] = Self.cut(shown.lines[last], to: room)
            } else {
                kept = kept.lowerBound..<last
            }
        }
        shown.range = range.lowerBound + kept.lowerBound..<range.lowerBound + kept.upperBound
        shown.cells = Array(cells[kept])
        shown.lines = Array(shown.lines[kept]).map { Array($0.prefix(visible)) }
        return shown
    }

    /// At most so many; the last then has all the rest, is clipped, and seen to be.
    private static func cut(_ lines: [StyledText], to most: Int) -> [StyledText] {
        guard lines.count > most else { return lines }
        return lines.prefix(most - 1) + [lines[most...].reduce(lines[most - 1]) { $0 + " " + $1 }]
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
