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
        let visible = area.rows - 1
        let top = listing.top(state, visible: visible)
        let shown = top..<min(listing.ids.count, top + visible)
        let cells = shown.map { listing.cells($0) }
        let requests = listing.columns.enumerated().map { index, column in
            let longest = cells.reduce(column.heading(state.sort).width) { max($0, $1[index].width) }
            let ideal = max(column.minimum, min(column.maximum, longest))
            return ColumnRequest(
                minimum: column.shrinks ? column.minimum : ideal, ideal: ideal, priority: column.priority)
        }
        let left = area.column + 1
        let layout = TableLayout(requests, width: area.columns - 2, gapMost: listing.gapMost)
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
            let place = area.centred(rows: 1, columns: Glyphs.width(of: text))
            put(
                text, row: max(area.row + 1, place.row), column: place.column, style: Style(.muted), width: area.columns
            )
            return geometry
        }
        let selected = listing.selectedIndex(state)
        for (offset, index) in shown.enumerated() {
            let row = area.row + 1 + offset
            target(Rectangle(row: row, column: area.column, rows: 1, columns: area.columns), .row(index, pane))
            line(cells[offset], columns: listing.columns, layout: layout, row: row, column: left)
            if index == selected { geometry.selectedRow = row }
            if index == selected, isFocused {
                restyle(Rectangle(row: row, column: area.column, rows: 1, columns: area.columns)) {
                    $0.isSelected = true
                }
            }
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
