/// A run of cells in one row that differ from what the terminal shows.
package struct ChangedRun: Hashable, Sendable {
    package var row: Int
    package var column: Int
    package var cells: [Cell]
}

extension Grid {
    /// What must be drawn over `self` to make it `new`. A wide glyph is always drawn whole. Everything, where the
    /// sizes differ.
    package func changes(to new: Grid) -> [ChangedRun] {
        let all = size != new.size
        var runs: [ChangedRun] = []
        for row in 0..<new.size.rows {
            let newCells = new.row(row)
            if all {
                runs.append(ChangedRun(row: row, column: 0, cells: Array(newCells)))
            } else {
                appendChanges(row: row, old: self.row(row), new: newCells, to: &runs)
            }
        }
        return runs
    }

    private func appendChanges(
        row: Int, old: ArraySlice<Cell>, new: ArraySlice<Cell>, to runs: inout [ChangedRun]
    ) {
        var column = 0
        let columns = new.count
        while column < columns {
            // A glyph counts as changed if any of its columns does, in the old picture or in the new.
            var end = column + 1
            while end < columns, new[new.startIndex + end].width == 0 || old[old.startIndex + end].width == 0 {
                end += 1
            }
            let range = column..<end
            let same = range.allSatisfy { new[new.startIndex + $0] == old[old.startIndex + $0] }
            if !same {
                let cells = new[new.startIndex + column..<new.startIndex + end]
                if let last = runs.indices.last, runs[last].row == row,
                    runs[last].column + runs[last].cells.count == column
                {
                    runs[last].cells += cells
                } else {
                    runs.append(ChangedRun(row: row, column: column, cells: Array(cells)))
                }
            }
            column = end
        }
    }

    /// Draws the runs, as a terminal does.
    package mutating func apply(_ runs: [ChangedRun]) {
        for run in runs { replace(row: run.row, column: run.column, with: run.cells) }
    }
}
