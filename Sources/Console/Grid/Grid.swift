/// A place on the screen, counted from 0 at the top left.
package struct Position: Hashable, Sendable {
    package var row: Int
    package var column: Int

    package init(row: Int, column: Int) {
        self.row = row
        self.column = column
    }
}

/// A screen's worth of cells. Drawing outside is clipped, never an error, so that views need not check sizes.
package struct Grid: Hashable, Sendable {
    package let size: Size
    private var cells: [Cell]
    /// Where the terminal's cursor blinks; nil hides it.
    package var cursor: Position?
    private var clickAreas: [ClickArea] = []

    private struct ClickArea: Hashable, Sendable {
        var area: Rectangle
        var target: ClickTarget
    }

    package init(size: Size) {
        let size = Size(columns: max(0, size.columns), rows: max(0, size.rows))
        self.size = size
        self.cells = Array(repeating: .blank, count: size.columns * size.rows)
    }

    /// One row of cells; empty outside.
    package func row(_ row: Int) -> ArraySlice<Cell> {
        guard row >= 0, row < size.rows else { return [] }
        return cells[row * size.columns..<(row + 1) * size.columns]
    }

    package subscript(row: Int, column: Int) -> Cell? {
        guard row >= 0, row < size.rows, column >= 0, column < size.columns else { return nil }
        return cells[row * size.columns + column]
    }

    /// Says what a click within `area` means, whatever it meant before.
    mutating func target(_ area: Rectangle, _ target: ClickTarget) {
        clickAreas.append(ClickArea(area: area, target: target))
    }

    mutating func forgetTargets() { clickAreas = [] }

    /// What a click there means; nil where there is nothing to click.
    package func target(at position: Position) -> ClickTarget? {
        let here = Rectangle(row: position.row, column: position.column, rows: 1, columns: 1)
        return clickAreas.last { !$0.area.intersection(here).isEmpty }?.target
    }

    /// Writes `text` from `column` on, at most `width` columns of it, and ends it with `…` where it does not fit.
    /// Returns the number of columns written.
    @discardableResult
    package mutating func put(
        _ text: String, row: Int, column: Int, style: Style = .text, width: Int = .max
    ) -> Int {
        guard row >= 0, row < size.rows, column < size.columns, width > 0 else { return 0 }
        return put(Glyphs.clipped(text, to: width), row: row, column: column, style: style)
    }

    /// Writes runs one after the other, clipped together at `width`.
    @discardableResult
    package mutating func put(_ text: StyledText, row: Int, column: Int, width: Int = .max) -> Int {
        var written = 0
        for run in text.clipped(to: width).runs {
            written += put(Glyphs.safe(run.text), row: row, column: column + written, style: run.style)
        }
        return written
    }

    private mutating func put(_ glyphs: [Glyph], row: Int, column: Int, style: Style) -> Int {
        var column = column
        let start = column
        for glyph in glyphs {
            if column + glyph.width > size.columns { break }
            if column >= 0 { place(glyph, row: row, column: column, style: style) }
            column += glyph.width
        }
        return column - start
    }

    /// Puts one glyph down, and blanks what remains of a wide glyph that it cuts in half.
    private mutating func place(_ glyph: Glyph, row: Int, column: Int, style: Style) {
        let index = row * size.columns + column
        let last = index + glyph.width - 1
        if cells[index].width == 0 { cells[index - 1] = Cell(glyph: " ", width: 1, style: cells[index - 1].style) }
        if cells[last].width == 2 { cells[last + 1] = Cell(glyph: " ", width: 1, style: cells[last + 1].style) }
        cells[index] = Cell(glyph: glyph.text, width: UInt8(glyph.width), style: style)
        if glyph.width == 2 { cells[last] = .rightHalf(style) }
    }

    /// Blanks a rectangle.
    package mutating func clear(_ area: Rectangle, style: Style = .text) {
        let area = area.intersection(Rectangle(row: 0, column: 0, size: size))
        guard !area.isEmpty else { return }
        let blanks = Array(repeating: Glyph(text: " ", width: 1), count: area.columns)
        for row in area.row..<area.row + area.rows {
            _ = put(blanks, row: row, column: area.column, style: style)
        }
    }

    /// Changes the style of what is already there.
    package mutating func restyle(_ area: Rectangle, _ change: (inout Style) -> Void) {
        let area = area.intersection(Rectangle(row: 0, column: 0, size: size))
        guard !area.isEmpty else { return }
        for row in area.row..<area.row + area.rows {
            for column in area.column..<area.column + area.columns { change(&cells[row * size.columns + column].style) }
        }
    }

    /// Replaces cells as they are. The caller keeps wide glyphs whole; `Grid.changes(to:)` does.
    mutating func replace(row: Int, column: Int, with new: some Collection<Cell>) {
        for (offset, cell) in new.enumerated() where column + offset < size.columns {
            cells[row * size.columns + column + offset] = cell
        }
    }
}
