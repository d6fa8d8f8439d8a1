/// A form over the table: labels, fields, and what is wrong.
enum FormView {
    static func draw(_ model: Model, _ form: Form, over layout: ScreenLayout, on grid: inout Grid) {
        let body = Rectangle(
            row: layout.table.row, column: 0, rows: layout.crumbs.row - layout.table.row,
            columns: layout.table.columns)
        let columns = min(90, body.columns - 6)
        let errors = form.error.map { "! \($0)".wrapped(to: columns - 4) } ?? [""]
        // Lines between the fields where there is room for them.
        let step = form.fields.count * 2 + 3 + errors.count <= body.rows ? 2 : 1
        let box = body.centred(rows: form.fields.count * step + 3 + errors.count, columns: columns)
        grid.clear(box.withMargin)
        grid.target(box, .nothing)
        let mayBeNull = form.fields.contains(where: \.mayBeNull)
        func key(_ text: String, _ priority: Int) -> LinePart {
            LinePart(text: StyledText(text, .muted), priority: priority, gap: StyledText(" · ", .muted))
        }
        var keys = [key("enter \(form.verb)", 0)]
        if form.fields.count > 1 { keys.append(key("tab next", 1)) }
        if mayBeNull { keys.append(key("ctrl-n null", 0)) }
        if form.purpose == .produce, !model.drafts.isEmpty { keys.append(key("ctrl-p earlier", 0)) }
        keys.append(key("esc cancel", 2))
        let age = form.recalled.age
        let remark = age == 0 ? StyledText() : StyledText("earlier record \(age) of \(model.drafts.count)", .accent)
        grid.frame(box, title: StyledText(form.title, .title), remark: remark, foot: keys.line(width: box.columns - 6))
        let inner = box.inner
        let labels = form.fields.reduce(0) { max($0, $1.label.count + ($1.isHex ? 6 : 0)) } + 2
        for (index, field) in form.fields.enumerated() {
            let row = inner.row + 1 + index * step
            guard row < inner.row + inner.rows - errors.count else { break }
            let isFocused = index == form.focus
            grid.target(
                Rectangle(row: row, column: inner.column, rows: 1, columns: inner.columns), .field(index))
            grid.put(
                (isFocused ? "▸ " : "  ") + field.label + (field.isHex ? " (hex)" : ""), row: row,
                column: inner.column + 1,
                style: Style(isFocused ? .title : .muted))
            let column = inner.column + 3 + labels
            let width = inner.columns - labels - 5
            draw(field, isFocused: isFocused, row: row, column: column, width: width, on: &grid)
        }
        for (offset, line) in errors.enumerated() {
            grid.put(
                line, row: inner.row + inner.rows - errors.count + offset, column: inner.column + 1,
                style: Style(.error), width: inner.columns - 2)
        }
    }

    private static func draw(
        _ field: Form.Field, isFocused: Bool, row: Int, column: Int, width: Int, on grid: inout Grid
    ) {
        if field.isNull {
            grid.put("null", row: row, column: column, style: Style(.warning, .italic))
            if isFocused { grid.cursor = Position(row: row, column: column) }
            return
        }
        if field.field.text.isEmpty {
            grid.put(field.hint, row: row, column: column, style: Style(.muted, .italic), width: width)
        }
        if isFocused {
            grid.input(field.field, row: row, column: column, width: width)
            if field.field.text.isEmpty {
                grid.put(field.hint, row: row, column: column, style: Style(.muted, .italic), width: width)
            }
        } else if !field.field.text.isEmpty {
            grid.put(field.field.text, row: row, column: column, width: width)
        }
    }
}

extension Form {
    var verb: String {
        switch purpose {
        case .produce: "writes it"
        case .createTopic: "creates it"
        case .deleteTopic: "deletes it"
        case .removeBroker: "removes it"
        case .moveReplicas: "moves them"
        case .confirm: "does it"
        case .resetOffsets: "shows what it would do"
        case .seekOffset, .seekTime: "reads from there"
        case .search: "searches"
        case .jsonColumns: "shows them"
        }
    }
}
