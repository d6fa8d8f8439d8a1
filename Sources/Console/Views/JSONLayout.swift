import KafkaCluster

/// JSON with its colours.
struct JSONLayout {
    private var line = StyledText()

    /// Nil for what is not a whole JSON object or array: it is then shown as the text that it is.
    static func lines(_ bytes: [UInt8]) -> [StyledText]? { JSONReader.readContainer(bytes).map { lines($0) } }

    /// Each container's members under it.
    static func lines(_ value: JSONValue) -> [StyledText] { JSONOutline.lines(value, JSONFolds()).map(\.styled) }

    /// On one line, coloured, as much of it as the first `characters` hold.
    static func line(_ value: JSONValue, characters: Int) -> StyledText {
        var layout = JSONLayout()
        layout.putInline(value, room: characters)
        return layout.line
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
