extension Grid {
    /// The screen as a picture that any browser shows, in the colours of a theme.
    package func svg(theme: Theme) -> String { GridSVG(self, theme: theme).text }
}

/// Cells as SVG. Frames and bars are drawn so that they join; letters stand on the places of their cells whatever font
/// there is, a wide one on two.
///
/// A terminal's own colours are not known here: where a theme leaves them, they are light on dark.
private struct GridSVG {
    private static let (width, height) = (BoxDrawing.width, BoxDrawing.height)
    private static let margin = 10
    /// Of a line of text, from the top of its cell.
    private static let baseline = 15
    private static let fonts =
        "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono','Noto Sans Mono CJK JP',monospace"

    /// How a cell looks, all in colours.
    private struct Look: Hashable {
        var ink: String
        var paper: String
        var attributes: Attributes
    }

    private let grid: Grid
    private let theme: Theme
    private let paper: String
    private var looks: [Style: Look] = [:]
    private(set) var text = ""

    init(_ grid: Grid, theme: Theme) {
        self.grid = grid
        self.theme = theme
        paper = Self.hex(theme.resolve(.text, depth: .trueColor).background) ?? "#16181d"
        draw()
    }

    private mutating func draw() {
        let (columns, rows) = (grid.size.columns * Self.width, grid.size.rows * Self.height)
        let (outerWidth, outerHeight) = (columns + 2 * Self.margin, rows + 2 * Self.margin)
        text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(outerWidth)" height="\(outerHeight)" \
            viewBox="0 0 \(outerWidth) \(outerHeight)" font-family="\(Self.fonts)" font-size="16.6" xml:space="preserve">
            <rect width="\(outerWidth)" height="\(outerHeight)" rx="8" fill="\(paper)"/>
            <g transform="translate(\(Self.margin) \(Self.margin))">

            """
        for row in 0..<grid.size.rows { draw(row) }
        if let cursor = grid.cursor {
            text += Self.rectangle(
                Rectangle(
                    row: cursor.row * Self.height, column: cursor.column * Self.width, rows: Self.height, columns: 2),
                look(.text).ink)
        }
        text += "</g>\n</svg>\n"
    }

    private mutating func draw(_ row: Int) {
        var runs: [(column: Int, cells: ArraySlice<Cell>, look: Look)] = []
        for (column, cell) in grid.row(row).enumerated() {
            let look = look(cell.style)
            let place = grid.row(row).startIndex + column
            if let last = runs.last, last.look == look {
                runs[runs.count - 1].cells = grid.row(row)[last.cells.startIndex...place]
            } else {
                runs.append((column, grid.row(row)[place...place], look))
            }
        }
        // Paper first: a letter may lean over its cell's edge.
        for run in runs where run.look.paper != paper {
            text += Self.rectangle(
                Rectangle(
                    row: row * Self.height, column: run.column * Self.width, rows: Self.height,
                    columns: run.cells.count * Self.width), run.look.paper)
        }
        for run in runs { draw(run.cells, row: row, column: run.column, run.look) }
    }

    /// What is drawn is gathered in one path, letters of ASCII in one text each, and what fonts draw in widths of their
    /// own stands alone in the middle of its cell.
    private mutating func draw(_ cells: ArraySlice<Cell>, row: Int, column: Int, _ look: Look) {
        let y = row * Self.height
        var path = ""
        var word = ""
        var wordColumn = column
        for (offset, cell) in cells.enumerated() where cell.width > 0 {
            let x = (column + offset) * Self.width
            let isPlain = cell.glyph.utf8.count == 1
            if !isPlain || word.hasSuffix("  ") {
                write(word, row: row, column: wordColumn, look)
                word = ""
            }
            if isPlain {
                if word.isEmpty { wordColumn = column + offset }
                if cell.glyph != " " || !word.isEmpty { word += cell.glyph }
            } else if let line = BoxDrawing.line(cell.glyph, x: x, y: y) {
                path += line
            } else if let block = BoxDrawing.block(cell.glyph, x: x, y: y) {
                text += Self.rectangle(block, look.ink, isDim: look.attributes.contains(.dim))
            } else {
                let middle = x + Int(cell.width) * Self.width / 2
                text +=
                    "<text x=\"\(middle)\" y=\"\(y + Self.baseline)\" text-anchor=\"middle\"\(Self.style(look))>"
                    + "\(Self.escaped(cell.glyph))</text>\n"
            }
        }
        write(word, row: row, column: wordColumn, look)
        if !path.isEmpty {
            let dim = look.attributes.contains(.dim) ? " opacity=\"0.6\"" : ""
            text += "<path d=\"\(path)\" fill=\"none\" stroke=\"\(look.ink)\" stroke-width=\"1.2\"\(dim)/>\n"
        }
        if look.attributes.contains(.underline) {
            text += Self.rectangle(
                Rectangle(
                    row: y + Self.baseline + 2, column: column * Self.width, rows: 1,
                    columns: cells.count * Self.width), look.ink)
        }
    }

    private mutating func write(_ word: String, row: Int, column: Int, _ look: Look) {
        var letters = word
        while letters.hasSuffix(" ") { letters.removeLast() }
        guard !letters.isEmpty else { return }
        text +=
            "<text x=\"\(column * Self.width)\" y=\"\(row * Self.height + Self.baseline)\" "
            + "textLength=\"\(letters.utf8.count * Self.width)\"\(Self.style(look))>\(Self.escaped(letters))</text>\n"
    }

    private static func style(_ look: Look) -> String {
        var style = " fill=\"\(look.ink)\""
        if look.attributes.contains(.bold) { style += " font-weight=\"bold\"" }
        if look.attributes.contains(.italic) { style += " font-style=\"italic\"" }
        if look.attributes.contains(.dim) { style += " opacity=\"0.6\"" }
        return style
    }

    private static func rectangle(_ area: Rectangle, _ fill: String, isDim: Bool = false) -> String {
        "<rect x=\"\(area.column)\" y=\"\(area.row)\" width=\"\(area.columns)\" height=\"\(area.rows)\" "
            + "fill=\"\(fill)\"\(isDim ? " opacity=\"0.6\"" : "")/>\n"
    }

    private mutating func look(_ style: Style) -> Look {
        if let known = looks[style] { return known }
        let resolved = theme.resolve(style, depth: .trueColor)
        var look = Look(
            ink: Self.hex(resolved.foreground) ?? "#d8dbe2", paper: Self.hex(resolved.background) ?? paper,
            attributes: resolved.attributes)
        if look.attributes.contains(.reverse) { (look.ink, look.paper) = (look.paper, look.ink) }
        looks[style] = look
        return look
    }

    /// Nil for what only the terminal knows.
    private static func hex(_ color: Color) -> String? {
        guard let (red, green, blue) = color.components else { return nil }
        return "#"
            + [red, green, blue].map { value in
                let digits = String(value, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
