import KafkaCluster

/// JSON laid out over lines, each container's members under it.
struct JSONLayout {
    /// Containers that lie as deep or deeper are folded into one word; nil folds none.
    private let depth: Int?
    private var lines: [StyledText] = []
    private var line = StyledText()

    /// Nil for what is not a whole JSON object or array: it is then shown as the text that it is.
    static func lines(_ bytes: [UInt8], foldedFrom depth: Int? = nil) -> [StyledText]? {
        JSONReader.readContainer(bytes).map { lines($0, foldedFrom: depth) }
    }

    static func lines(_ value: JSONValue, foldedFrom depth: Int? = nil) -> [StyledText] {
        var layout = JSONLayout(depth: depth)
        layout.put(value, depth: 0)
        layout.lines.append(layout.line)
        return layout.lines
    }

    /// On one line, coloured, as much of it as the first `characters` hold.
    static func line(_ value: JSONValue, characters: Int) -> StyledText {
        var layout = JSONLayout(depth: nil)
        layout.putInline(value, room: characters)
        return layout.line
    }

    private init(depth: Int?) { self.depth = depth }

    private mutating func newLine(_ depth: Int) {
        lines.append(line)
        line = StyledText(String(repeating: "  ", count: depth))
    }

    private mutating func put(_ value: JSONValue, depth: Int) {
        switch value {
        case .object(let members):
            container(members.count, "{", "}", depth) { layout, index in
                layout.line += StyledText(members[index].name, .title) + StyledText(": ", .muted)
                layout.put(members[index].value, depth: depth + 1)
            }
        case .array(let values):
            container(values.count, "[", "]", depth) { layout, index in layout.put(values[index], depth: depth + 1) }
        case .string, .number, .word: line += Self.leaf(value)
        }
    }

    private mutating func container(
        _ count: Int, _ open: String, _ close: String, _ depth: Int, _ member: (inout Self, Int) -> Void
    ) {
        if let folded = self.depth, depth >= folded, count > 0 {
            line += StyledText("\(open)… \(Figures.count(count))\(close)", .muted, .italic)
            return
        }
        line += StyledText(open, .muted)
        for index in 0..<count {
            newLine(depth + 1)
            member(&self, index)
            if index < count - 1 { line += StyledText(",", .muted) }
        }
        if count > 0 { newLine(depth) }
        line += StyledText(close, .muted)
    }

    private mutating func putInline(_ value: JSONValue, room: Int) {
        switch value {
        case .object(let members):
            inline(members.count, "{", "}", room) { layout, index in
                layout.line += StyledText(members[index].name, .title) + StyledText(":", .muted)
                layout.putInline(members[index].value, room: room)
            }
        case .array(let values):
            inline(values.count, "[", "]", room) { layout, index in layout.putInline(values[index], room: room) }
        case .string, .number, .word: line += Self.leaf(value)
        }
    }

    private mutating func inline(
        _ count: Int, _ open: String, _ close: String, _ room: Int, _ member: (inout Self, Int) -> Void
    ) {
        line += StyledText(open, .muted)
        for index in 0..<count {
            // What lies behind the screen's edge need not be coloured.
            guard line.width < room else { return }
            member(&self, index)
            if index < count - 1 { line += StyledText(",", .muted) }
        }
        line += StyledText(close, .muted)
    }

    static func leaf(_ value: JSONValue) -> StyledText {
        switch value {
        case .string(let text): StyledText(text, .ok)
        case .number(let text): StyledText(text, .accent)
        case .word(let text): StyledText(text, .key)
        case .object, .array: StyledText(value.compact, .muted)
        }
    }
}
