/// The type of a setting's value. The raw value is what DescribeConfigs tells clients.
package enum ConfigType: Int8, Hashable, Sendable {
    case boolean = 1
    case string = 2
    case int = 3
    case short = 4
    case long = 5
    case double = 6
    case list = 7
}

/// A setting's value after its text was read.
package enum ConfigValue: Hashable, Sendable {
    case boolean(Bool)
    case string(String)
    /// Of all integer types; the type's own range was checked.
    case integer(Int64)
    case double(Double)
    case list([String])
}

extension ConfigType {
    /// The word used in sentences to users.
    package var word: String {
        switch self {
        case .boolean: "boolean"
        case .string: "string"
        case .int: "int"
        case .short: "short"
        case .long: "long"
        case .double: "double"
        case .list: "list"
        }
    }

    /// Reads the text form; nil when it is not of this type. Surrounding blanks do not count, as in Kafka.
    package func parse(_ text: String) -> ConfigValue? {
        let trimmed = Self.trim(Substring(text))
        switch self {
        case .boolean:
            switch trimmed.lowercased() {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: return nil
            }
        case .string: return .string(String(trimmed))
        case .int: return Int32(trimmed).map { .integer(Int64($0)) }
        case .short: return Int16(trimmed).map { .integer(Int64($0)) }
        case .long: return Int64(trimmed).map { .integer($0) }
        case .double:
            guard let number = Double(trimmed), number.isFinite else { return nil }
            return .double(number)
        case .list:
            if trimmed.isEmpty { return .list([]) }
            return .list(
                trimmed.split(separator: ",", omittingEmptySubsequences: false).map { String(Self.trim($0)) })
        }
    }

    private static func trim(_ text: Substring) -> Substring {
        // Most have nothing to trim, as their bytes tell at once.
        let visible = UInt8(ascii: "!")...UInt8(ascii: "~")
        if let first = text.utf8.first, let last = text.utf8.last, visible ~= first, visible ~= last { return text }
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
