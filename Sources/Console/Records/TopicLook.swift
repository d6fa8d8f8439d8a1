/// How bytes are shown.
package enum ByteFormat: String, Hashable, Sendable, CaseIterable {
    /// JSON laid out, text as it is, anything else byte by byte.
    case automatic
    case text, json, hex
    /// Of 1, 2, 4 or 8 bytes, the most significant first, with a sign.
    case integer

    var next: Self {
        let all = Self.allCases
        return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
    }

    var words: String {
        switch self {
        case .automatic: "as what they are"
        case .text: "as text"
        case .json: "as JSON"
        case .hex: "byte by byte"
        case .integer: "as integers"
        }
    }

    /// The number that so many bytes are; nil for other lengths.
    static func integer(_ bytes: [UInt8]) -> Int64? {
        let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        switch bytes.count {
        case 1: return Int64(Int8(truncatingIfNeeded: value))
        case 2: return Int64(Int16(truncatingIfNeeded: value))
        case 4: return Int64(Int32(truncatingIfNeeded: value))
        case 8: return Int64(bitPattern: value)
        default: return nil
        }
    }
}

/// How the records of one topic are looked at.
struct TopicLook: Hashable, Sendable {
    var key = ByteFormat.automatic
    var value = ByteFormat.automatic
    /// Fields of JSON values with a column of their own.
    var columns: [JSONPath] = []
    /// From which depth on JSON is folded in a record; nil for nowhere.
    var foldedFrom: Int?

    /// From the settings file.
    var schemas = RecordSchemas()

    static let columnsMax = 12
}
