extension Grid {
    /// The screen as plain text, a line per row, without blanks at the ends of lines.
    package var text: String {
        (0..<size.rows).map { row in
            var line = self.row(row).reduce(into: "") { $0 += $1.glyph }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
