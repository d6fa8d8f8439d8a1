import KafkaCluster

/// The scenarios that can be played.
enum ScenariosView {
    static func listing(_ model: Model) -> Listing {
        let columns: [Column<ScenarioHead>] = [
            Column(title: "Scenario", minimum: 20, maximum: 40, shrinks: true) { StyledText($0.name, .accent) },
            Column(title: "What it shows", minimum: 30, maximum: 400, shrinks: true) { StyledText($0.title) },
        ]
        return Table(
            items: model.scenarios, columns: columns, id: { .name($0.name) }, words: { "\($0.name) \($0.title)" },
            empty: "No scenario is there.", gapMost: TableLayout.gapLeast,
            // A small screen shows their names, and the whole sentence of the one that is selected.
            wraps: model.size.rows < 30 ? .intoRoom : .whole
        ).listing(model.screen.list)
    }
}
