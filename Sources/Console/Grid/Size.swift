/// Columns and rows of a screen.
package struct Size: Hashable, Sendable {
    package var columns: Int
    package var rows: Int

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }

    /// Below this the console says that it needs more room instead of drawing something broken.
    package static let smallest = Self(columns: 80, rows: 24)
}
