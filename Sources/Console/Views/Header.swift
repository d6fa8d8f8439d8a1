import KafkaCluster
import KafkaProtocol

/// The cluster at a glance, and what can be pressed here.
enum Header {
    static func draw(_ model: Model, in area: Rectangle, on grid: inout Grid) {
        let left = area.columns < 100 ? 36 : 46
        drawFacts(model, in: Rectangle(row: area.row, column: 1, rows: area.rows, columns: left), on: &grid)
        let hints = Rectangle(
            row: area.row, column: left + 2, rows: area.rows, columns: area.columns - left - 3)
        drawHints(model, in: hints, on: &grid)
    }

    private static func drawFacts(_ model: Model, in area: Rectangle, on grid: inout Grid) {
        let lines = [
            story(model, width: area.columns) ?? cluster(model, width: area.columns),
            StyledText("Controller ", .muted) + controller(model),
            StyledText("Brokers    ", .muted) + brokers(model),
            StyledText("Records/s  ", .muted) + rate(model, width: area.columns - 11),
        ]
        for (offset, line) in lines.enumerated() where offset < area.rows {
            grid.put(line, row: area.row + offset, column: area.column, width: area.columns)
        }
    }

    /// All below is the story's: who takes its brokers for klamm's own breaks the wrong ones.
    private static func story(_ model: Model, width: Int) -> StyledText? {
        guard let story = model.story else { return nil }
        let head =
            StyledText(" STORY ", .accent, [.bold, .reverse]) + StyledText(" ")
            + StoryView.sign(story.state).text + StyledText(" ")
        // Deeper down esc goes back by one screen.
        let leads = model.screens.count == 1 && !model.isPrinted
        let hint = StyledText(leads ? "  esc leaves" : "", .muted)
        let room = max(4, width - head.width - hint.width)
        let name = story.head.name
        let shown = name.count > room ? name.prefix(room - 1) + "…" : name[...]
        return head + StyledText(String(shown), .accent, .bold) + hint
    }

    /// Where an attached one is found is seen whole, however narrow the screen: first the cluster's id goes, then the
    /// label, and then the middle of a long host's name.
    private static func cluster(_ model: Model, width: Int) -> StyledText {
        let label = StyledText("Cluster    ", .muted)
        let id = StyledText("  \(model.snapshot?.clusterID ?? "")", .muted)
        guard let attachment = model.attachment else { return label + StyledText("◆ klamm", .title, .bold) + id }
        var sign =
            attachment.mayWrite
            ? StyledText("! WRITING", .fault, .bold) : StyledText("◆ read-only", .title, .bold)
        if let age = model.dataAge { sign += StyledText(" \(age.wholeMilliseconds / 1000) s old", .error, .bold) }
        let line = label + sign + StyledText("  \(attachment.name)", .accent)
        // A few letters of an id are none.
        if line.width + 10 <= width { return line + id }
        if line.width <= width { return line }
        return sign + StyledText(" ") + StyledText(address(attachment.name, width: width - sign.width - 1), .accent)
    }

    /// `kafka-1.stag…:9092`; of several servers the first.
    private static func address(_ name: String, width: Int) -> String {
        guard name.count > width else { return name }
        let servers = name.split(separator: ",")
        if servers.count > 1 {
            let more = " +\(servers.count - 1)"
            return address(String(servers[0]), width: width - more.count) + more
        }
        let port = name.lastIndex(of: ":").map { String(name[$0...]) } ?? ""
        return name.prefix(max(0, width - port.count - 1)) + "…" + port
    }

    private static func controller(_ model: Model) -> StyledText {
        guard let snapshot = model.snapshot else { return StyledText(Figures.unknown, .muted) }
        if model.attachment != nil, snapshot.controller == nil, snapshot.controllers.isEmpty {
            return StyledText("\(Figures.unknown)  nobody tells who decides", .warning)
        }
        guard let active = snapshot.controller else { return Sign.gone.text("none: nobody elects leaders") }
        var text = StyledText("\(active)", .accent)
        if let offset = snapshot.metadataOffset { text += StyledText("  metadata at \(Figures.count(offset))", .muted) }
        return text
    }

    /// A glyph per broker as long as they fit, and how many are up.
    private static func brokers(_ model: Model) -> StyledText {
        guard let snapshot = model.snapshot else { return StyledText(Figures.unknown, .muted) }
        let up = snapshot.brokers.count { $0.state == .running && !$0.hasLostLogDirectory }
        let all = snapshot.brokers.count
        var text = StyledText("\(up)/\(all) up ", up == all ? .ok : .error, up == all ? [] : .bold)
        let faults = FaultsView.count(snapshot)
        if faults > 0 { text += StyledText("\(Figures.plural(Int64(faults), "fault")) ", .fault, .bold) }
        for broker in snapshot.brokers.prefix(12) { text += StyledText(" ") + broker.sign.text }
        return text
    }

    private static func rate(_ model: Model, width: Int) -> StyledText {
        // Who is not told it counts himself.
        let counted = model.picture.history.recordsPerSecond.last ?? nil
        guard let rate = model.snapshot?.recordsPerSecond ?? counted else { return StyledText(Figures.unknown, .muted) }
        let number = StyledText(Figures.rate(rate), .accent)
        let room = min(40, width - max(8, number.width + 1))
        let gap = StyledText(String(repeating: " ", count: max(1, 8 - number.width)))
        return number + gap
            + Sparkline.rates(model.picture.history.recordsPerSecond.values, width: room)
    }

    private static func drawHints(_ model: Model, in area: Rectangle, on grid: inout Grid) {
        let view = model.place.view
        let entries = ActionTable.all.filter { entry in
            // A record is text: there are no rows to filter.
            if entry.id == .filter, view == .record { return false }
            // Before the first fault there is no price.
            if entry.id == .viewPrice, view == .price || model.price(nil) == nil { return false }
            guard model.offers(entry) else { return false }
            return entry.hint(in: view) != nil && !model.keymap.keys(for: entry.id, in: view).isEmpty
        }.sorted { ($0.hint(in: view) ?? 0) < ($1.hint(in: view) ?? 0) }
        let hints = entries.compactMap { Hint(model, $0) }
        let columns = columns(hints, in: area)
        var left = area.column + area.columns - Hint.width(of: columns)
        for column in columns {
            let keyWidth = column.reduce(0) { max($0, $1.key.count) }
            let width = keyWidth + 1 + column.reduce(0) { max($0, $1.label.count) }
            for (offset, hint) in column.enumerated() {
                let place = Rectangle(row: area.row + offset, column: left, rows: 1, columns: width)
                grid.put(hint.text(keyWidth: keyWidth), row: place.row, column: place.column, width: place.columns)
                grid.target(place, .action(hint.entry.id))
            }
            left += width + Hint.gap
        }
    }

    /// As many as there is room for, by their place among the view's hints. Help is always the last, so that everything
    /// else can be found.
    private static func columns(_ hints: [Hint], in area: Rectangle) -> [[Hint]] {
        var shown = hints
        while true {
            let columns = stride(from: 0, to: shown.count, by: area.rows).map {
                Array(shown[$0..<min($0 + area.rows, shown.count)])
            }
            if columns.count < 2 || Hint.width(of: columns) <= area.columns { return columns }
            let last = shown.last { $0.entry.id != .help }
            shown.removeAll { $0.entry.id == last?.entry.id }
        }
    }

    private struct Hint {
        static let gap = 2

        var entry: ActionEntry
        var key: String
        var label: String
        var isRefused: Bool

        init?(_ model: Model, _ entry: ActionEntry) {
            guard let name = model.keyHint(entry.id) else { return nil }
            self.entry = entry
            label = model.label(of: entry)
            isRefused = model.refusal(of: entry.id) != nil
            key = isRefused ? "(\(name))" : "<\(name)>"
        }

        func text(keyWidth: Int) -> StyledText {
            let gap = String(repeating: " ", count: keyWidth + 1 - key.count)
            return isRefused
                ? StyledText(key + gap + label, .muted, .dim)
                : StyledText(key, .key) + StyledText(gap) + StyledText(label, entry.isDangerous ? .fault : .muted)
        }

        static func width(of columns: [[Self]]) -> Int {
            columns.reduce(-gap) { sum, column in
                sum + gap + column.reduce(0) { max($0, $1.key.count) } + 1
                    + column.reduce(0) { max($0, $1.label.count) }
            }
        }
    }
}

extension Model {
    /// What an action does, in the words of the view.
    func help(of entry: ActionEntry) -> String {
        let how = attachment == nil ? "as kill -9 does" : Attachment.how
        switch (entry.id, place.view) {
        case (.kill, .brokers), (.kill, .broker): return "Kill this node, \(how)"
        case (.kill, .groups): return "Kill the group's coordinator, \(how)"
        default: return attachment == nil ? entry.help : Attachment.help(of: entry)
        }
    }

    /// What an action is called where its meaning depends on the view.
    func label(of entry: ActionEntry) -> String {
        switch (entry.id, place.view) {
        case (.kill, .brokers), (.kill, .broker): "Kill"
        case (.kill, .groups): "Kill coord."
        case (.pause, _) where isPaused: "Go on"
        case (.open, .scenarios): "Play"
        case (.stepStory, .scenarios): "Play held"
        case (.open, .story): showsStoryText ? "Sentences" : "File's words"
        default: entry.label
        }
    }
}
