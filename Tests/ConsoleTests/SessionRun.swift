import KafkaCluster
import KafkaProtocol
import Simulator

@testable import Console

/// Plays a script, and stops at the first line that does not hold.
struct SessionRun {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let script: SessionScript
    private var session = Session(empty: Size(columns: 120, rows: 40))
    private var cluster: SimulatedCluster?
    private var commands: [Command] = []
    private var hasBegun = false

    init(_ script: SessionScript) { self.script = script }

    mutating func play() throws {
        for line in script.lines {
            if let reason = try perform(line) {
                throw Failure(
                    description:
                        "\(script.file):\(line.number): \(line.verb) \(line.rest): \(reason)\n\(session.screen)\n"
                        + "asked: \(commands)")
            }
        }
    }

    /// What does not hold; nil when all is well.
    private mutating func perform(_ line: SessionScript.Line) throws -> String? {
        let words = line.rest.split(separator: " ").map(String.init)
        if line.verb == "on" { return try begin(words) }
        guard hasBegun else { return "a session begins with `on`" }
        switch line.verb {
        case "press": return try press(words)
        case "type":
            commands = []
            for character in line.rest { try send(.key(KeyChord(character))) }
        case "key":
            commands = []
            for word in words {
                guard let chord = KeyChord(parsing: word) else { return "\(word) is no key" }
                try send(.key(chord))
            }
        case "paste": try send(.pasted(line.rest))
        case "wait":
            guard line.rest.hasSuffix("s"), let seconds = Int(line.rest.dropLast()) else { return "no length of time" }
            try live(.seconds(seconds))
        case "until": return try wait(for: line.rest)
        case "sees": return sees(line.rest) ? nil : "not so"
        case "row": return session.selectedRow.contains(line.rest) ? nil : "the row is \(session.selectedRow)"
        case "toast": return session.toast.contains(line.rest) ? nil : "the toast is \(session.toast)"
        case "asks":
            let asked = commands.map { "\($0)" }.joined(separator: " ")
            if line.rest == "nothing" { return commands.isEmpty ? nil : "asked" }
            return asked.contains(line.rest) ? nil : "not asked"
        case "at": return session.model.place.view.rawValue == line.rest ? nil : "it is \(session.model.place)"
        case "resize":
            guard let size = Self.size(line.rest) else { return "no size" }
            try send(.resized(size))
        case "click":
            commands = []
            guard let place = session.place(of: line.rest) else { return "nothing on the screen says so" }
            try send(.mouse(MouseEvent(.click, at: place)))
        case "wheel":
            try send(.mouse(MouseEvent(line.rest == "up" ? .wheelUp : .wheelDown, at: Position(row: 12, column: 12))))
        case "story":
            try send(.story(line.rest == "begins" ? Fixture.story : nil))
            try send(.snapshot(Fixture.snapshot(step: 0)))
        case "answer":
            session.answer()
            commands = session.commands
        default: return "no such line"
        }
        return nil
    }

    private mutating func begin(_ words: [String]) throws -> String? {
        let size = words.count > 1 ? Self.size(words[1]) : Size(columns: 120, rows: 40)
        guard let size, let stage = words.first, ["cluster", "still"].contains(stage) else { return "no such stage" }
        hasBegun = true
        if stage == "still" {
            session = Session(columns: size.columns, rows: size.rows)
            return nil
        }
        session = Session(empty: size)
        cluster = try SimulatedCluster()
        try live(.seconds(3))
        return nil
    }

    private mutating func press(_ names: [String]) throws -> String? {
        commands = []
        for name in names {
            let halves = name.split(separator: ".").map(String.init)
            guard halves.count == 2, let view = ViewName(rawValue: halves[0]),
                let action = ActionID(rawValue: halves[1])
            else { return "no action is called \(name)" }
            guard session.model.place.view == view else { return "\(name) in the view \(session.model.place.view)" }
            guard let key = session.model.keymap.keys(for: action, in: view).first else { return "\(name) has no key" }
            try send(.key(key))
        }
        return nil
    }

    private mutating func send(_ event: Event) throws {
        let asked = session.send(event)
        commands += asked
        for command in asked { try carryOut(command) }
    }

    /// What only a cluster can do is done on it; the rest is looked at by `asks`.
    private mutating func carryOut(_ command: Command) throws {
        guard let cluster else { return }
        switch command {
        case .inject(let fault): try cluster.inject(fault)
        case .createTopic(let draft):
            try cluster.create([
                Simulator.TopicPlan(
                    name: draft.name, partitions: draft.partitions ?? 1,
                    replicationFactor: draft.replicationFactor ?? 1)
            ])
            session.send(.outcome(.topicCreated(draft.name)))
        default: break
        }
    }

    private mutating func live(_ span: Duration) throws {
        guard let cluster else {
            session.live(seconds: Int(span.components.seconds))
            return
        }
        var events: [Event] = []
        try cluster.live(span) { events.append($0) }
        for event in events { session.send(event) }
    }

    private mutating func wait(for words: String) throws -> String? {
        for _ in 0..<50 {
            if sees(words) { return nil }
            try live(.milliseconds(200))
        }
        return sees(words) ? nil : "never within ten seconds"
    }

    private func sees(_ words: String) -> Bool {
        words.hasPrefix("no ") ? !session.shows(String(words.dropFirst(3))) : session.shows(words)
    }

    private static func size(_ text: String) -> Size? {
        let halves = text.split(separator: "x").compactMap { Int($0) }
        return halves.count == 2 ? Size(columns: halves[0], rows: halves[1]) : nil
    }
}
