import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// A user at the console: presses keys by the names of actions, looks at the screen, and sees what was asked for.
struct Session: CustomTestStringConvertible {
    private(set) var model = Model()
    /// What the last step asked for.
    private(set) var commands: [Command] = []
    private var step = 0

    /// Before the first snapshot.
    init(empty size: Size) {
        send(.resized(size))
        send(.tick(Fixture.start))
    }

    /// A minute with the fixture's cluster behind it.
    init(columns: Int = 80, rows: Int = 24) {
        self.init(empty: Size(columns: columns, rows: rows))
        send(.themes(["dark", "light", "mono"], current: "dark"))
        send(.scenarios(Fixture.scenarios))
        for event in Fixture.events { send(.cluster(event)) }
        live(seconds: 60)
    }

    @discardableResult
    mutating func send(_ event: Event) -> [Command] {
        commands = update(&model, event)
        return commands
    }

    /// So many seconds of snapshots.
    mutating func live(seconds: Int) {
        for _ in 0..<seconds {
            send(.snapshot(Fixture.snapshot(step: step)))
            step += 1
        }
    }

    /// Presses the key of each action, which is named with its view: `topics.open`.
    @discardableResult
    mutating func press(_ names: String..., at location: SourceLocation = #_sourceLocation) -> [Command] {
        var all: [Command] = []
        for name in names {
            let words = name.split(separator: ".")
            guard words.count == 2, let view = ViewName(rawValue: String(words[0])),
                let action = ActionID(rawValue: String(words[1]))
            else {
                Issue.record("no action is called \(name)", sourceLocation: location)
                continue
            }
            #expect(model.place.view == view, "wrong view for \(name)", sourceLocation: location)
            guard let key = model.keymap.keys(for: action, in: view).first else {
                Issue.record("\(name) has no key", sourceLocation: location)
                continue
            }
            all += send(.key(key))
        }
        commands = all
        return all
    }

    @discardableResult
    mutating func type(_ text: String) -> [Command] {
        var all: [Command] = []
        for character in text { all += send(.key(KeyChord(character))) }
        return all
    }

    @discardableResult
    mutating func key(_ key: Key) -> [Command] { send(.key(KeyChord(key))) }

    /// Answers the last query with a page.
    mutating func answer(_ rows: [RecordRow] = Fixture.records, marks: [PartitionMark] = Fixture.marks) {
        guard let id = model.browser?.awaited?.id else {
            Issue.record("no query is out")
            return
        }
        send(.records(RecordPage(id: id, rows: rows, marks: marks)))
    }

    /// The records that the last step asked for first of all.
    var query: RecordQuery? { if case .fetchRecords(let query)? = commands.first { query } else { nil } }

    /// Searches the records that are shown by a JSON field; nil where nothing is asked for by it.
    mutating func search(json: String) -> RecordFilter? {
        press("records.search")
        for _ in 0..<4 { key(.tab) }
        type(json)
        key(.enter)
        return query?.filter
    }

    /// What the last step saves first of all.
    var saved: String? { if case .save(_, let text)? = commands.first { text } else { nil } }

    /// From now on the cluster is somebody else's.
    mutating func attach(_ attachment: Console.Attachment) { model.attachment = attachment }

    /// From now on the cluster goes with klamm.
    mutating func makeEphemeral() { model.isEphemeral = true }
    mutating func open(_ form: Form) { model.overlay = .form(form) }

    mutating func drawn() { model.drawn() }

    var grid: Grid { view(model, model.size) }
    var screen: String { grid.text }
    /// A failed expectation shows the screen.
    var testDescription: String { "\n\(screen)\n" }
    func shows(_ text: String) -> Bool { screen.contains(text) }
    var toast: String { model.toast?.text ?? "" }

    /// Where the screen first shows these words: the middle of them.
    func place(of words: String) -> Position? {
        let glyphs = words.map(String.init)
        for row in 0..<grid.size.rows {
            let cells = grid.row(row).map(\.glyph)
            for column in 0..<max(1, cells.count - glyphs.count)
            where Array(cells[column...].prefix(glyphs.count)) == glyphs {
                return Position(row: row, column: column + glyphs.count / 2)
            }
        }
        return nil
    }

    /// The text of the selected row.
    var selectedRow: String {
        for row in 0..<grid.size.rows {
            let cells = grid.row(row)
            if cells.contains(where: \.style.isSelected) {
                return cells.filter(\.style.isSelected).reduce(into: "") { $0 += $1.glyph }
            }
        }
        return ""
    }
}
