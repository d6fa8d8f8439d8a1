import KafkaCluster
import KafkaProtocol

/// What lies over a screen: prompts, the palette, help, menus and forms.
enum Overlays {
    static func draw(_ model: Model, _ layout: ScreenLayout, on grid: inout Grid) {
        switch model.overlay {
        case .help, .menu, .form, .question, .palette: grid.fade()
        case .filter, .setting, nil: break
        }
        switch model.overlay {
        // Drawn in its row.
        case .setting, nil: break
        case .filter(let field):
            if let area = layout.prompt { prompt("/", field, hint: "enter keeps, esc shows all", in: area, on: &grid) }
        case .palette(let palette): drawPalette(model, palette, layout, on: &grid)
        case .help(let top): HelpView.draw(model, top: top, on: &grid)
        case .menu(let menu): FaultMenuView.draw(menu, in: layout.body, on: &grid)
        case .form(let form): FormView.draw(model, form, over: layout, on: &grid)
        case .question(let question): drawQuestion(question, in: layout.body, on: &grid)
        }
    }

    private static func prompt(
        _ sign: String, _ field: TextField, hint: String, in area: Rectangle, on grid: inout Grid
    ) {
        grid.put("\(sign) ", row: area.row, column: 1, style: Style(.key))
        grid.input(field, row: area.row, column: 3, width: area.columns - 8 - hint.count)
        grid.put(hint, row: area.row, column: area.columns - 1 - hint.count, style: Style(.muted))
    }

    /// With the other names by which it was found.
    private static func name(_ item: Palette.Item) -> StyledText {
        let own = StyledText(item.name, item.isRefused ? Style(.muted, .dim) : Style(.title))
        guard let alias = item.alias else { return own }
        return own + StyledText("  \(alias)", .muted)
    }

    private static func drawPalette(
        _ model: Model, _ palette: Palette, _ layout: ScreenLayout, on grid: inout Grid
    ) {
        guard let area = layout.prompt else { return }
        prompt(":", palette.field, hint: "enter does it, esc closes", in: area, on: &grid)
        let items = model.paletteItems(palette.field.text)
        let rows = min(items.count, 12, layout.crumbs.row - area.row - 3)
        let box = Rectangle(
            row: area.row + 1, column: 0, rows: max(1, rows) + 2, columns: min(area.columns, 96))
        grid.clear(box)
        grid.target(box, .nothing)
        let count = StyledText("\(Figures.count(items.count)) found", .muted)
        grid.frame(box, title: StyledText("Palette", .title), foot: items.count > rows ? count : StyledText())
        let inner = box.inner
        if items.isEmpty {
            grid.put("Nothing has such a name.", row: inner.row, column: inner.column + 1, style: Style(.muted))
            return
        }
        let names = min(30, items.reduce(12) { max($0, name($1).width) })
        let top = max(0, min(palette.selected - rows + 1, items.count - rows))
        for (offset, item) in items[top..<top + rows].enumerated() {
            let row = inner.row + offset
            grid.target(
                Rectangle(row: row, column: inner.column, rows: 1, columns: inner.columns), .item(top + offset))
            grid.put(name(item), row: row, column: inner.column + 1, width: names)
            let key = model.paletteKey(item)
            grid.put(
                item.help, row: row, column: inner.column + names + 3, style: Style(.muted),
                width: inner.columns - names - 5 - key.count - 1)
            grid.put(key, row: row, column: inner.column + inner.columns - 1 - key.count, style: Style(.key))
            if top + offset == palette.selected {
                grid.restyle(Rectangle(row: row, column: inner.column, rows: 1, columns: inner.columns)) {
                    $0.isSelected = true
                }
            }
        }
    }

    private static func drawQuestion(_ question: Question, in area: Rectangle, on grid: inout Grid) {
        let columns = min(64, area.columns - 6)
        let lines = question.text.wrapped(to: columns - 4)
        let box = area.centred(rows: lines.count + 4, columns: columns)
        grid.clear(box.withMargin)
        grid.target(box, .nothing)
        let foot = StyledText("enter \(question.verb) · esc stays", .muted)
        grid.frame(box, title: StyledText(question.title, .warning), foot: foot)
        for (offset, line) in lines.enumerated() {
            grid.put(line, row: box.row + 2 + offset, column: box.column + 2, width: columns - 4)
        }
        grid.cursor = nil
    }
}

extension Rectangle {
    /// With a blank column on either side, so that what lies below does not touch the frame.
    var withMargin: Self { Self(row: row, column: column - 1, rows: rows, columns: columns + 2) }
}

extension Grid {
    /// Lets everything step back behind what is drawn next.
    mutating func fade() {
        restyle(Rectangle(row: 0, column: 0, size: size)) { $0 = Style(.muted, .dim) }
        forgetTargets()
    }

    /// A line of input with the cursor in it; scrolled so that the cursor is seen.
    mutating func input(_ field: TextField, row: Int, column: Int, width: Int) {
        guard width > 1 else { return }
        let before = Glyphs.safe(String(field.characters[..<field.cursor]))
        var skipped = before[...]
        var place = skipped.reduce(0) { $0 + $1.width }
        while place > width - 1, let first = skipped.popFirst() { place -= first.width }
        let shown = Glyphs.joined(Array(skipped)) + String(field.characters[field.cursor...])
        put(shown, row: row, column: column, style: Style(.text, field.isSelected ? .reverse : []), width: width)
        cursor = Position(row: row, column: column + place)
    }
}
