import KafkaCluster

/// A value as it is looked at: JSON, which can be folded, or lines.
struct RecordContent: Hashable, Sendable {
    /// More of a value that is not JSON is not laid out on a screen: nobody reads it. Saving takes it whole.
    static let bytesMax = 128 << 10

    /// What it is, for the heading.
    private(set) var words = ""
    private(set) var json: JSONValue?
    private(set) var lines: [StyledText] = []

    init(_ bytes: [UInt8]?, _ look: TopicLook) {
        guard let bytes else {
            lines = [StyledText("null: a tombstone, which deletes its key in a compacted topic", .muted)]
            return
        }
        let integer = look.value == .integer ? ByteFormat.integer(bytes) : nil
        let schema = look.schemas.value
        if look.value != .hex, look.value != .text, integer == nil, bytes.count <= JSONReader.bytesMax {
            let read = schema?.read(bytes)
            json = read ?? (look.value == .json ? JSONReader.read(bytes) : JSONReader.readContainer(bytes))
            words = read != nil ? schema?.words ?? "" : "JSON"
        }
        if json == nil { words = Self.words(bytes, look, integer) }
        if look.value == .integer, integer == nil, !bytes.isEmpty { words = "no integer of 1, 2, 4 or 8 bytes" }
        guard !bytes.isEmpty || json != nil else {
            lines = [StyledText("empty", .muted)]
            return
        }
        guard json == nil else { return }
        lines = bytes.count > Self.bytesMax ? Self.beginning(bytes, look) : Self.whole(bytes, look, integer)
    }

    private static func words(_ bytes: [UInt8], _ look: TopicLook, _ integer: Int64?) -> String {
        switch look.value {
        case .hex: "bytes"
        case .text: "text"
        case .integer where integer != nil: "integer"
        case .json: "no JSON"
        case .automatic, .integer: Bytes.text(bytes) == nil ? "binary" : "text"
        }
    }

    private static func beginning(_ bytes: [UInt8], _ look: TopicLook) -> [StyledText] {
        // A dump takes four times the room.
        let isDump = look.value == .hex || Bytes.text(Bytes.beginning(bytes, most: 4096)) == nil
        let some = Bytes.beginning(bytes, most: isDump ? bytesMax / 4 : bytesMax)
        let more = StyledText(
            "… and \(Figures.bytes(Int64(bytes.count - some.count))) more, which are saved and copied but not shown",
            .muted, .italic)
        return (isDump ? Bytes.dump(some) : textLines(String(decoding: some, as: UTF8.self))) + [more]
    }

    private static func whole(_ bytes: [UInt8], _ look: TopicLook, _ integer: Int64?) -> [StyledText] {
        switch look.value {
        case .hex: return Bytes.dump(bytes)
        case .text: return textLines(String(decoding: bytes, as: UTF8.self))
        case .integer: if let integer { return [StyledText("\(integer)", .accent)] }
        case .automatic, .json: break
        }
        guard let problem = look.schemas.value?.problem(bytes) else {
            return Bytes.text(bytes).map(textLines) ?? Bytes.dump(bytes)
        }
        let lines = [StyledText("! \(problem)", .error), StyledText()]
        if let text = Bytes.text(bytes) { return lines + textLines(text) }
        let fields = ProtobufReader.rawFields(bytes).map { JSONLayout.lines($0) + [StyledText()] }
        return lines + (fields ?? []) + Bytes.dump(bytes)
    }

    private static func textLines(_ text: String) -> [StyledText] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { StyledText(String($0)) }
    }
}
