import KafkaCluster

/// One client of klamm's own, a row a setting, by Kafka's names.
enum ClientView {
    /// Where there is no room for the sentences, the frame's foot tells that of the selected setting.
    static func isWide(_ model: Model) -> Bool { model.size.columns >= 100 }

    static let valueColumn = 1

    static func listing(_ model: Model, client: ClientName) -> Listing {
        let settings = model.snapshot?.workload?.settings(of: client)
        let defaults = settings?.defaults
        var columns: [Column<String>] = [
            Column(title: "Setting", minimum: 24, maximum: 40) { StyledText($0, .accent) },
            Column(title: "Value", minimum: 12, maximum: 30, shrinks: true) { name in
                let value = settings?.value(name) ?? Figures.unknown
                return StyledText(value, .text, value == defaults?.value(name) ? [] : .bold)
            },
        ]
        if isWide(model) {
            columns.append(
                Column(title: "What it is", minimum: 20, maximum: 400, shrinks: true) {
                    StyledText(settings?.facts($0)?.purpose ?? "", .muted)
                })
        }
        return Table(
            items: settings?.names ?? [], columns: columns, id: { .name($0) },
            words: { "\($0) \(settings?.facts($0)?.purpose ?? "")" },
            empty: "Klamm runs no \(client.title).", gapMost: TableLayout.gapLeast
        ).listing(model.screen.list)
    }

    /// What the selected setting is for.
    static func foot(_ model: Model, client: ClientName) -> StyledText {
        guard !isWide(model), case .name(let name)? = model.listing?.selectedID(model.screen.list) else {
            return StyledText()
        }
        return StyledText(model.snapshot?.workload?.settings(of: client)?.facts(name)?.purpose ?? "", .text)
    }

    static func remark(_ model: Model, client: ClientName) -> StyledText {
        let item = ClientsView.items(model).first { $0.name == client }
        switch item {
        case .producer(let producer):
            return producer.isRunning
                ? StyledText("▶ running", .ok) : StyledText("■ stopped: settings wait for its start", .warning)
        case .group(let group):
            return group.isRunning ? StyledText("▶ running", .ok) : StyledText("■ stopped", .warning)
        case nil: return StyledText()
        }
    }

    /// The value being typed, where it stands, and under it what is wrong or what is taken.
    static func draw(_ edit: SettingEdit, in table: TableGeometry, on grid: inout Grid) {
        guard let row = table.selectedRow, table.columns.indices.contains(valueColumn) else { return }
        let place = table.columns[valueColumn]
        let room = table.area.column + table.area.columns - 1 - place.column
        grid.clear(Rectangle(row: row, column: place.column, rows: 1, columns: room))
        grid.input(edit.field, row: row, column: place.column, width: min(room, 40))
        // In the last line there is no room below.
        let isLast = row + 1 >= table.area.row + table.area.rows
        let below = isLast ? row - 1 : row + 1
        let line = Rectangle(row: below, column: table.area.column, rows: 1, columns: table.area.columns)
        grid.clear(line)
        let text =
            edit.isAwaited
            ? StyledText("asking the brokers…", .muted)
            : edit.error.map { StyledText("! \(edit.withoutName($0))", .error) }
                ?? StyledText("takes \(edit.takes)", .muted)
                + StyledText(edit.choices.isEmpty ? "" : " · tab: the next", .muted)
                + StyledText(" · enter sets it, esc leaves it", .muted)
        grid.put(text, row: below, column: table.area.column + 3, width: table.area.columns - 4)
    }
}
