/// A part of the screen.
package struct Rectangle: Hashable, Sendable {
    package var row: Int
    package var column: Int
    package var rows: Int
    package var columns: Int

    package init(row: Int, column: Int, rows: Int, columns: Int) {
        self.row = row
        self.column = column
        self.rows = max(0, rows)
        self.columns = max(0, columns)
    }

    package init(row: Int, column: Int, size: Size) {
        self.init(row: row, column: column, rows: size.rows, columns: size.columns)
    }

    package var isEmpty: Bool { rows == 0 || columns == 0 }

    /// What remains within a frame drawn on the edge.
    package var inner: Self { Self(row: row + 1, column: column + 1, rows: rows - 2, columns: columns - 2) }

    package func intersection(_ other: Self) -> Self {
        let top = max(row, other.row)
        let left = max(column, other.column)
        return Self(
            row: top, column: left, rows: min(row + rows, other.row + other.rows) - top,
            columns: min(column + columns, other.column + other.columns) - left)
    }

    /// A rectangle of this size in the middle, no larger than the whole.
    package func centred(rows: Int, columns: Int) -> Self {
        let rows = min(rows, self.rows)
        let columns = min(columns, self.columns)
        return Self(
            row: row + (self.rows - rows) / 2, column: column + (self.columns - columns) / 2, rows: rows,
            columns: columns)
    }
}
