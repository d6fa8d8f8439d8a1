import KafkaCluster
import KafkaProtocol
import Scenarios

/// The story that is played, line by line: what was waited for, what was done, what happened and why.
enum StoryView {
    private struct Row {
        var number: Int64
        var after: Duration?
        var sign = Sign(glyph: " ", role: .text)
        var text: String
        var role: Role
    }

    private static let timeWidth = 7
    private static let clockWidth = 12

    /// The clock's time stands beside the seconds where there is room: it is what the view of events tells.
    static func listing(_ model: Model) -> Listing {
        let hasClock = model.size.columns >= 100 && model.story?.began != nil
        let taken = timeWidth + 10 + (hasClock ? clockWidth + TableLayout.gapLeast : 0)
        let rows =
            model.story.map {
                Self.rows(of: $0, width: max(20, model.size.columns - taken), hasClock: hasClock, model)
            } ?? []
        let clock = Column<Row>(title: "Time", minimum: clockWidth) { row in
            StyledText(row.after.flatMap { time(of: $0, model) } ?? "", .muted)
        }
        let columns: [Column<Row>] = [
            Column(title: "Seconds", alignment: .right, minimum: timeWidth) {
                StyledText($0.after.map(Figures.seconds) ?? "", .muted)
            },
            Column(title: "", minimum: 1) { $0.sign.text },
            Column(title: "What", minimum: 20, maximum: 400, shrinks: true) { StyledText($0.text, $0.role) },
        ]
        return Table(
            items: rows, columns: (hasClock ? [clock] : []) + columns, id: { .number($0.number) },
            words: { $0.text },
            empty: "No scenario is being played.", gapMost: TableLayout.gapLeast
        ).listing(model.screen.list)
    }

    private static func time(of after: Duration, _ model: Model) -> String? {
        guard let began = model.story?.began else { return nil }
        return WallClock.time((began + after).wallClockMilliseconds, offsetSeconds: model.utcOffsetSeconds)
    }

    /// How it stands, and when its seconds began.
    static func remark(_ model: Model, _ story: Story, room: Int) -> StyledText {
        let sign = sign(story.state)
        let words =
            switch story.state {
            case .playing: "playing"
            case .paused: "paused"
            case .over(true): "as expected"
            case .over(false): "not as expected"
            case .failed: "failed"
            }
        let state = StyledText("\(sign.glyph) \(words)", sign.role, story.state == .playing ? [] : .bold)
        guard let began = time(of: .zero, model) else { return state }
        let all = StyledText("0 s is \(began) · ", .muted) + state
        return all.width <= room ? all : state
    }

    static func sign(_ state: Story.State) -> Sign {
        switch state {
        case .playing: Sign(glyph: "▶", role: .ok)
        case .paused: Sign(glyph: "‖", role: .warning)
        case .over(true): Sign(glyph: "●", role: .ok)
        case .over(false), .failed: Sign(glyph: "✗", role: .error)
        }
    }

    private static func rows(of story: Story, width: Int, hasClock: Bool, _ model: Model) -> [Row] {
        let withText = model.showsStoryText
        var rows: [Row] = []
        func add(_ after: Duration?, _ sign: Sign, _ text: String, _ role: Role) {
            for (index, line) in text.wrapped(to: width).enumerated() {
                var row = Row(number: Int64(rows.count), text: line, role: role)
                if index == 0 { (row.after, row.sign) = (after, sign) }
                rows.append(row)
            }
        }
        let none = Sign(glyph: " ", role: .text)
        add(nil, none, story.head.title, .title)
        add(nil, none, story.shows, .muted)
        if !hasClock, let began = time(of: .zero, model) { add(.zero, none, "It began at \(began)", .muted) }
        for line in story.lines {
            add(line.after, sign(line.kind), line.words ?? line.text, role(line.kind))
            if withText, line.words != nil { add(nil, none, line.text, .muted) }
        }
        if let next = story.next {
            add(nil, Sign(glyph: "◌", role: .muted), next, .muted)
            if withText, let text = story.nextText { add(nil, none, text, .muted) }
            if let keys = keys(story, model) { add(nil, none, keys, .key) }
        }
        return rows
    }

    /// How to look around, or break something, before the next step is taken.
    private static func keys(_ story: Story, _ model: Model) -> String? {
        guard let play = model.keyHint(.playStory), let step = model.keyHint(.stepStory) else { return nil }
        switch story.state {
        case .playing: return "\(play) holds it before this step, to look or to break; \(step) steps"
        case .paused: return "Held; its cluster goes on. \(play) plays on, \(step) takes this step"
        case .over, .failed: return nil
        }
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
