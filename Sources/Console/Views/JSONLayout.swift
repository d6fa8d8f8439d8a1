/// JSON laid out over lines, from a record's bytes. What is not a whole JSON object or array gives nil: it is then
/// shown as the text that it is. Strings stay as they were written.
struct JSONLayout {
    private static let depthMax = 64

    private struct NotJSON: Error {}

    private let bytes: [UInt8]
    private var index = 0
    private var lines: [StyledText] = []
    private var line = StyledText()

    static func lines(_ bytes: [UInt8]) -> [StyledText]? {
        guard let first = bytes.first(where: { !isSpace($0) }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        var layout = JSONLayout(bytes: bytes)
        do {
            try layout.value(depth: 0)
            layout.skipSpace()
            guard layout.index == bytes.count else { return nil }
        } catch { return nil }
        layout.lines.append(layout.line)
        return layout.lines
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private mutating func skipSpace() {
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func newLine(_ depth: Int) {
        lines.append(line)
        line = StyledText(String(repeating: "  ", count: depth))
    }

    private mutating func value(depth: Int) throws(NotJSON) {
        guard depth < Self.depthMax else { throw NotJSON() }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): try container(depth, open: "{", close: "}", hasNames: true)
        case UInt8(ascii: "["): try container(depth, open: "[", close: "]", hasNames: false)
        case UInt8(ascii: "\""): line += StyledText(try string(), .ok)
        default: try word()
        }
    }

    private mutating func container(
        _ depth: Int, open: Unicode.Scalar, close: Unicode.Scalar, hasNames: Bool
    ) throws(NotJSON) {
        guard take(open) else { throw NotJSON() }
        line += StyledText(String(open), .muted)
        skipSpace()
        if take(close) {
            line += StyledText(String(close), .muted)
            return
        }
        repeat {
            newLine(depth + 1)
            if hasNames {
                skipSpace()
                line += StyledText(try string(), .title)
                skipSpace()
                guard take(":") else { throw NotJSON() }
                line += StyledText(": ", .muted)
            }
            try value(depth: depth + 1)
            skipSpace()
            guard next == UInt8(ascii: ",") else { break }
            line += StyledText(",", .muted)
        } while take(",")
        newLine(depth)
        guard take(close) else { throw NotJSON() }
        line += StyledText(String(close), .muted)
    }

    /// With its quotes.
    private mutating func string() throws(NotJSON) -> String {
        let start = index
        guard take("\"") else { throw NotJSON() }
        while let byte = next {
            index += 1
            if byte == UInt8(ascii: "\\") {
                guard next != nil else { throw NotJSON() }
                index += 1
            } else if byte == UInt8(ascii: "\"") {
                guard let text = String(validating: bytes[start..<index], as: UTF8.self) else { throw NotJSON() }
                return text
            }
        }
        throw NotJSON()
    }

    /// A number, true, false or null.
    private mutating func word() throws(NotJSON) {
        let start = index
        while let byte = next, !Self.isSpace(byte), !",]}".utf8.contains(byte) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        let isNumber = Double(word) != nil && word.first.map { $0.isNumber || $0 == "-" } == true
        guard isNumber || ["true", "false", "null"].contains(word) else { throw NotJSON() }
        line += StyledText(word, isNumber ? .accent : .key)
    }
}
