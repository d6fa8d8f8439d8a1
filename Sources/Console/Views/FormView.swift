import KafkaCluster

/// A form over the table: labels, fields, and what is wrong.
enum FormView {
    static func draw(_ model: Model, _ form: Form, over layout: ScreenLayout, on grid: inout Grid) {
        let body = Rectangle(
            row: layout.table.row, column: 0, rows: layout.crumbs.row - layout.table.row,
            columns: layout.table.columns)
        let columns = min(90, body.columns - 6)
        let errors = form.error.map { "! \($0)".wrapped(to: columns - 4) } ?? [""]
        // Lines between the fields where there is room for them.
        var about = form.about.wrapped(to: columns - 4)
        // The fields come first, however much there is to say.
        let room = max(1, body.rows - form.fields.count - 4 - errors.count)
        if about.count > room {
            about = about.prefix(room - 1) + ["… and \(Figures.plural(Int64(about.count - room + 1), "line")) more"]
        }
        let above = about.isEmpty ? 0 : about.count + 1
        let step = form.fields.count * 2 + 3 + above + errors.count <= body.rows ? 2 : 1
        let box = body.centred(rows: form.fields.count * step + 3 + above + errors.count, columns: columns)
        grid.clear(box.withMargin)
        grid.target(box, .nothing)
        let earlier = form.purpose.memory.map { model[keyPath: $0].count } ?? 0
        let age = form.recalled.age
        let remark =
            age == 0
            ? StyledText() : StyledText("earlier \(form.purpose.kind) \(age) of \(Figures.count(earlier))", .accent)
        let foot = form.keys(hasEarlier: earlier > 0).line(width: box.columns - 6)
        grid.frame(box, title: StyledText(form.title, .title), remark: remark, foot: foot)
        let inner = box.inner
        let labels = form.fields.reduce(0) { max($0, $1.label.count + ($1.isHex ? 6 : 0)) } + 2
        for (offset, line) in about.enumerated() {
            grid.put(line, row: inner.row + 1 + offset, column: inner.column + 1, width: inner.columns - 2)
        }
        for (index, field) in form.fields.enumerated() {
            let row = inner.row + 1 + above + index * step
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
    /// What can be pressed, the most needed first: where there is no room the others go.
    fileprivate func keys(hasEarlier: Bool) -> [LinePart] {
        func key(_ text: String, _ priority: Int) -> LinePart {
            LinePart(text: StyledText(text, .muted), priority: priority, gap: StyledText(" · ", .muted))
        }
        let next = Model.next(in: self).map { "goes on to \(fields[$0].label.lowercased())" }
        var keys = [key("enter \(next ?? verb)", 0), key("esc cancel", 0)]
        if hasEarlier { keys.append(key("ctrl-p earlier", 1)) }
        if fields.contains(where: \.mayBeNull) { keys.append(key("ctrl-n null", 2)) }
        if fields.count > 1 { keys.append(key("tab next", 3)) }
        if fields[focus].field.isSelected, !fields[focus].isNull { keys.append(key("→ edits it", 4)) }
        return keys
    }

    fileprivate var verb: String {
        switch purpose {
        case .produce: "writes it"
        case .createTopic: "creates it"
        case .deleteTopic, .deleteGroup: "deletes it"
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
