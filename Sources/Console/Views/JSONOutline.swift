import KafkaCluster

/// JSON as lines, each container's members under it unless it is folded.
///
/// Of a value of a megabyte there are ten thousands: a line is coloured when it is seen.
struct JSONOutline {
    struct Line: Hashable, Sendable {
        enum Part: Hashable, Sendable {
            case leaf(JSONValue)
            case begin(isObject: Bool)
            case end(isObject: Bool)
            case folded(isObject: Bool, count: Int)
        }

        var part: Part
        var depth: Int
        /// With its quotes; nil in an array, and for what ends.
        var name: String?
        var hasComma = false
        /// The container that begins or ends here, else the one that this lies in; nil outside of all.
        var node: Int?
        /// The container around that which begins here.
        var parent: Int?

        var isFolded: Bool { if case .folded = part { true } else { false } }

        /// Whether a container begins here, folded or not.
        var begins: Bool {
            switch part {
            case .begin, .folded: true
            case .leaf, .end: false
            }
        }

        /// How many columns it takes, where that can be told without drawing it; a text that is cut, and one with letters
        /// beyond ASCII, has to be.
        var plainWidth: Int? {
            let own: Int
            switch part {
            case .leaf(.string(let text)), .leaf(.number(let text)), .leaf(.word(let text)):
                let bytes = text.utf8
                guard bytes.count <= JSONOutline.textMax, bytes.allSatisfy({ $0 < 128 }) else { return nil }
                own = bytes.count
            case .leaf: own = 2
            case .begin, .end: own = 1
            case .folded: return nil
            }
            guard let name else { return depth * 2 + own + (hasComma ? 1 : 0) }
            guard name.utf8.allSatisfy({ $0 < 128 }) else { return nil }
            return depth * 2 + name.utf8.count + 2 + own + (hasComma ? 1 : 0)
        }

        var styled: StyledText {
            var line = StyledText(String(repeating: "  ", count: depth))
            if let name { line += StyledText(name, .title) + StyledText(": ", .muted) }
            switch part {
            case .leaf(.string(let text)) where text.utf8.count > JSONOutline.textMax:
                line += JSONOutline.beginning(text)
            case .leaf(let value): line += JSONLayout.leaf(value)
            case .begin(let isObject): line += StyledText(isObject ? "{" : "[", .muted)
            case .end(let isObject): line += StyledText(isObject ? "}" : "]", .muted)
            case .folded(let isObject, let count):
                let inside = "… \(Figures.count(count))"
                line += StyledText(isObject ? "{\(inside)}" : "[\(inside)]", .muted, .italic)
            }
            return hasComma ? line + StyledText(",", .muted) : line
        }
    }

    /// Of a longer text the beginning is shown.
    private static let textMax = 16 << 10

    private static func beginning(_ text: String) -> StyledText {
        let some = Bytes.beginning(Array(text.utf8.prefix(textMax + 1)), most: textMax)
        let left = Int64(text.utf8.count - some.count)
        return StyledText(String(decoding: some, as: UTF8.self), .ok)
            + StyledText("… and \(Figures.bytes(left)) more, which are saved and copied but not shown", .muted, .italic)
    }

    private let folds: JSONFolds
    private var lines: [Line] = []
    private var nodes = 0

    static func lines(_ value: JSONValue, _ folds: JSONFolds) -> [Line] {
        var outline = JSONOutline(folds: folds)
        outline.put(value, name: nil, depth: 0, parent: nil, hasComma: false)
        return outline.lines
    }

    private init(folds: JSONFolds) { self.folds = folds }

    private mutating func put(_ value: JSONValue, name: String?, depth: Int, parent: Int?, hasComma: Bool) {
        let count: Int
        let isObject: Bool
        switch value {
        case .object(let members): (count, isObject) = (members.count, true)
        case .array(let values): (count, isObject) = (values.count, false)
        case .string, .number, .word: (count, isObject) = (0, false)
        }
        guard count > 0 else {
            lines.append(
                Line(
                    part: .leaf(value), depth: depth, name: name, hasComma: hasComma, node: parent, parent: parent))
            return
        }
        let node = nodes
        guard !folds.isFolded(node, at: depth) else {
            nodes += value.containers
            lines.append(
                Line(
                    part: .folded(isObject: isObject, count: count), depth: depth, name: name, hasComma: hasComma,
                    node: node, parent: parent))
            return
        }
        nodes += 1
        lines.append(
            Line(part: .begin(isObject: isObject), depth: depth, name: name, node: node, parent: parent))
        switch value {
        case .object(let members):
            for (index, member) in members.enumerated() {
                put(member.value, name: member.name, depth: depth + 1, parent: node, hasComma: index < count - 1)
            }
        case .array(let values):
            for (index, value) in values.enumerated() {
                put(value, name: nil, depth: depth + 1, parent: node, hasComma: index < count - 1)
            }
        case .string, .number, .word: break
        }
        lines.append(
            Line(
                part: .end(isObject: isObject), depth: depth, hasComma: hasComma, node: node, parent: parent))
    }
}

extension JSONValue {
    /// Itself and those in it that hold something.
    fileprivate var containers: Int {
        switch self {
        case .object(let members): members.isEmpty ? 0 : members.reduce(1) { $0 + $1.value.containers }
        case .array(let values): values.isEmpty ? 0 : values.reduce(1) { $0 + $1.containers }
        case .string, .number, .word: 0
        }
    }
}
