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
            empty: "No scenario is there.", gapMost: TableLayout.gapLeast, wraps: true
        ).listing(model.screen.list)
    }
}
