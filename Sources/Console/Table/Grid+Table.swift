/// Where a table was drawn.
struct TableGeometry {
    var area: Rectangle
    /// Of a column that dropped out the width is 0.
    var columns: [(column: Int, width: Int)] = []
    /// The screen's row of the selected row, if it is seen.
    var selectedRow: Int?
}

extension Grid {
    /// Draws the heading and the rows of a list into the inside of a frame, and says where they stand.
    @discardableResult
    mutating func table(
        _ listing: Listing, state: ListState, in area: Rectangle, isFocused: Bool, pane: Screen.Pane = .table
    ) -> TableGeometry {
        var geometry = TableGeometry(area: area)
        guard area.rows > 1, area.columns > 2 else { return geometry }
        let shown = listing.shown(state, in: area)
        let layout = shown.layout
        let left = area.column + 1
        geometry.columns = layout.widths.reduce(into: []) { columns, width in
            let column = columns.last.map { $0.column + $0.width + ($0.width > 0 ? layout.gap : 0) } ?? left
            columns.append((column, width))
        }
        line(
            listing.columns.map { $0.heading(state.sort) }, columns: listing.columns, layout: layout, row: area.row,
            column: left)
        if pane == .table { targetHeadings(listing.columns, layout: layout, row: area.row, column: left) }
        if listing.ids.isEmpty {
            let text = listing.total == 0 ? listing.empty : "Nothing matches the filter; esc shows all again."
            let lines = text.wrapped(to: area.columns - 2)
            let top = max(area.row + 1, area.centred(rows: lines.count, columns: 1).row)
            for (offset, line) in lines.prefix(area.row + area.rows - top).enumerated() {
                let place = area.centred(rows: 1, columns: Glyphs.width(of: line))
                put(line, row: top + offset, column: place.column, style: Style(.muted), width: area.columns)
            }
            return geometry
        }
        let selected = listing.selectedIndex(state)
        var row = area.row + 1
        for (offset, index) in shown.range.enumerated() {
            let lines = shown.lines[offset]
            let place = Rectangle(row: row, column: area.column, rows: max(1, lines.count), columns: area.columns)
            target(place, .row(index, pane))
            var cells = shown.cells[offset]
            if let first = lines.first { cells[listing.wrapped] = first }
            line(cells, columns: listing.columns, layout: layout, row: row, column: left)
            let (column, width) = geometry.columns[listing.wrapped]
            for (below, text) in lines.dropFirst().enumerated() {
                put(text, row: row + 1 + below, column: column, width: width)
            }
            if index == selected { geometry.selectedRow = row }
            if index == selected, isFocused { restyle(place) { $0.isSelected = true } }
            row += place.rows
        }
        return geometry
    }

    private mutating func targetHeadings(
        _ columns: [Listing.ColumnHead], layout: TableLayout, row: Int, column: Int
    ) {
        var column = column
        for (index, head) in columns.enumerated() where layout.widths[index] > 0 {
            if head.isSortable {
                target(
                    Rectangle(row: row, column: column, rows: 1, columns: layout.widths[index]), .column(head.title))
            }
            column += layout.widths[index] + layout.gap
        }
    }

    private mutating func line(
        _ texts: [StyledText], columns: [Listing.ColumnHead], layout: TableLayout, row: Int, column: Int
    ) {
        var column = column
        for (index, text) in texts.enumerated() where layout.widths[index] > 0 {
            let width = layout.widths[index]
            let indent = columns[index].isRight ? max(0, width - text.width) : 0
            put(text, row: row, column: column + indent, width: width)
            column += width + layout.gap
        }
    }
}

extension Listing.ColumnHead {
    func heading(_ sort: ListState.Sort?) -> StyledText {
        guard let sort, sort.column == title else { return StyledText(title, .heading) }
        return StyledText("\(title) \(sort.isDescending ? "↓" : "↑")", .accent, .bold)
    }
}
