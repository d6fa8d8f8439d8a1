/// JSON read from a record's bytes. Numbers and strings stay as they were written, so that what is shown is what is
/// there.
enum JSONValue: Hashable, Sendable {
    struct Member: Hashable, Sendable {
        /// With its quotes.
        var name: String
        var value: JSONValue
    }

    /// In the order of the text; names may occur more than once.
    case object([Member])
    case array([JSONValue])
    /// With its quotes.
    case string(String)
    case number(String)
    /// `true`, `false` or `null`.
    case word(String)

    /// The text between the quotes, without escapes; nil for anything but a string.
    var text: String? { if case .string(let quoted) = self { Self.unescaped(quoted) } else { nil } }

    var isContainer: Bool {
        switch self {
        case .object, .array: true
        case .string, .number, .word: false
        }
    }

    /// On one line, as short as JSON can be.
    var compact: String {
        switch self {
        case .object(let members):
            "{" + members.map { "\($0.name):\($0.value.compact)" }.joined(separator: ",") + "}"
        case .array(let values): "[" + values.map(\.compact).joined(separator: ",") + "]"
        case .string(let text), .number(let text), .word(let text): text
        }
    }

    /// The text that a quoted string stands for. Half of a surrogate pair becomes U+FFFD.
    static func unescaped(_ quoted: String) -> String {
        let inner = quoted.utf8.dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: "\\")) else { return String(Substring(inner)) }
        var units: [UInt16] = []
        var rest = Substring(inner).utf16[...]
        while let unit = rest.popFirst() {
            guard unit == 0x5C, let letter = rest.popFirst() else {
                units.append(unit)
                continue
            }
            switch UnicodeScalar(letter) ?? "\u{FFFD}" {
            case "b": units.append(8)
            case "f": units.append(12)
            case "n": units.append(10)
            case "r": units.append(13)
            case "t": units.append(9)
            case "u":
                let digits = String(decoding: rest.prefix(4), as: UTF16.self)
                rest = rest.dropFirst(4)
                units.append(UInt16(digits, radix: 16) ?? 0xFFFD)
            default: units.append(letter)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// JSON has neither infinity nor NaN: they stand in quotes.
    static func finite(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> Self {
        value.isFinite ? .number("\(value)") : .string("\"\(value)\"")
    }

    /// Bytes that are no text: `"0x0a0b"`.
    static func digits(_ bytes: ArraySlice<UInt8>) -> Self { .string("\"0x\(bytes.map(Bytes.hex).joined())\"") }

    /// Quoted as JSON demands.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                quoted += "\\u00\(Bytes.hex(UInt8(truncatingIfNeeded: scalar.value)))"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// Reads JSON strictly by RFC 8259, and of bounded size and depth: the bytes are anybody's.
struct JSONReader {
    /// More is shown as the text that it is.
    static let bytesMax = 4 << 20
    private static let depthMax = 64

    private struct NotJSON: Error {}

    private let bytes: [UInt8]
    private var index = 0

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Nil where the bytes are not JSON from the first to the last.
    static func read(_ bytes: [UInt8]) -> JSONValue? {
        guard bytes.count <= bytesMax else { return nil }
        var reader = JSONReader(bytes: bytes)
        guard let value = try? reader.value(depth: 0) else { return nil }
        reader.skipSpace()
        return reader.index == bytes.count ? value : nil
    }

    /// Nil also for JSON that is neither an object nor an array: a lone word or number is better shown as text.
    static func readContainer(_ bytes: [UInt8]) -> JSONValue? {
        guard let first = bytes.first(where: { !isSpace($0) }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        return read(bytes)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

    private mutating func skipSpace() {
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(NotJSON) -> JSONValue {
        guard depth < Self.depthMax else { throw NotJSON() }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        default: return try word()
        }
    }

    private mutating func object(_ depth: Int) throws(NotJSON) -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        skipSpace()
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            let name = try string()
            skipSpace()
            guard take(":") else { throw NotJSON() }
            members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
            skipSpace()
        } while take(",")
        guard take("}") else { throw NotJSON() }
        return .object(members)
    }

    private mutating func array(_ depth: Int) throws(NotJSON) -> JSONValue {
        index += 1
        var values: [JSONValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        repeat {
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw NotJSON() }
        return .array(values)
    }

    /// With its quotes.
    private mutating func string() throws(NotJSON) -> String {
        let start = index
        guard take("\"") else { throw NotJSON() }
        while let byte = next {
            index += 1
            if byte == UInt8(ascii: "\\") {
                try escape()
            } else if byte == UInt8(ascii: "\"") {
                guard let text = String(validating: bytes[start..<index], as: UTF8.self) else { throw NotJSON() }
                return text
            } else if byte < 0x20 {
                throw NotJSON()
            }
        }
        throw NotJSON()
    }

    private mutating func escape() throws(NotJSON) {
        guard let letter = next, "\"\\/bfnrtu".utf8.contains(letter) else { throw NotJSON() }
        index += 1
        guard letter == UInt8(ascii: "u") else { return }
        for _ in 0..<4 {
            guard let digit = next, Character(UnicodeScalar(digit)).isHexDigit else { throw NotJSON() }
            index += 1
        }
    }

    private mutating func word() throws(NotJSON) -> JSONValue {
        let start = index
        while let byte = next, !Self.isSpace(byte), !",]}".utf8.contains(byte) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        if ["true", "false", "null"].contains(word) { return .word(word) }
        guard Self.isNumber(bytes[start..<index]) else { throw NotJSON() }
        return .number(word)
    }

    /// `-0.5e+7`: no leading zeros, no lone point.
    private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        func digits() -> Int {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let first = rest.first
        let whole = digits()
        guard whole > 0, whole == 1 || first != UInt8(ascii: "0") else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
