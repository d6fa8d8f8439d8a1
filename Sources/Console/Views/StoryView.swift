import KafkaCluster
import KafkaProtocol
import Scenarios

/// The story that is played, line by line: what was waited for, what was done, what happened and why.
enum StoryView {
    private struct Row {
        var number: Int64
        var time: String
        var sign: Sign
        var text: String
        var role: Role
    }

    private static let timeWidth = 7

    static func listing(_ model: Model) -> Listing {
        let rows = model.story.map { Self.rows(of: $0, width: max(20, model.size.columns - timeWidth - 10)) } ?? []
        let columns: [Column<Row>] = [
            Column(title: "Seconds", alignment: .right, minimum: timeWidth) { StyledText($0.time, .muted) },
            Column(title: "", minimum: 1) { $0.sign.text },
            Column(title: "What", minimum: 20, maximum: 400, shrinks: true) { StyledText($0.text, $0.role) },
        ]
        return Table(
            items: rows, columns: columns, id: { .number($0.number) }, words: { $0.text },
            empty: "No scenario is being played.", gapMost: TableLayout.gapLeast
        ).listing(model.screen.list)
    }

    static func remark(_ story: Story) -> StyledText {
        let sign = sign(story.state)
        let words =
            switch story.state {
            case .playing: "playing"
            case .paused: "paused"
            case .over(true): "as expected"
            case .over(false): "not as expected"
            }
        return StyledText("\(sign.glyph) \(words)", sign.role, story.state == .playing ? [] : .bold)
    }

    static func sign(_ state: Story.State) -> Sign {
        switch state {
        case .playing: Sign(glyph: "▶", role: .ok)
        case .paused: Sign(glyph: "‖", role: .warning)
        case .over(true): Sign(glyph: "●", role: .ok)
        case .over(false): Sign(glyph: "✗", role: .error)
        }
    }

    private static func rows(of story: Story, width: Int) -> [Row] {
        var rows: [Row] = []
        func add(_ time: String, _ sign: Sign, _ text: String, _ role: Role) {
            for (index, line) in text.wrapped(to: width).enumerated() {
                rows.append(
                    Row(
                        number: Int64(rows.count), time: index == 0 ? time : "",
                        sign: index == 0 ? sign : Sign(glyph: " ", role: .text), text: line, role: role))
            }
        }
        add("", Sign(glyph: " ", role: .text), story.head.title, .title)
        add("", Sign(glyph: " ", role: .text), story.shows, .muted)
        for line in story.lines { add(Figures.seconds(line.after), sign(line.kind), line.text, role(line.kind)) }
        if let next = story.next { add("", Sign(glyph: "◌", role: .muted), next, .muted) }
        return rows
    }

    private static func sign(_ kind: StoryLine.Kind) -> Sign {
        switch kind {
        case .condition: Sign(glyph: "◔", role: .muted)
        case .action: Sign(glyph: "»", role: .fault)
        case .says: Sign(glyph: "▸", role: .accent)
        case .event: Sign(glyph: "·", role: .muted)
        case .met: Sign(glyph: "●", role: .ok)
        case .unmet, .failure: Sign(glyph: "!", role: .error)
        }
    }

    private static func role(_ kind: StoryLine.Kind) -> Role {
        switch kind {
        case .condition, .event: .muted
        case .action: .fault
        case .says: .text
        case .met: .ok
        case .unmet, .failure: .error
        }
    }
}
