/// Which records a search looks for: those for which all of this holds.
package struct RecordFilter: Hashable, Sendable {
    struct Header: Hashable, Sendable {
        var name: String
        /// Nil for any value, also null.
        var value: TextMatch?
    }

    /// In the key, the value, a header's name or a header's value.
    var anywhere: TextMatch?
    var key: TextMatch?
    var value: TextMatch?
    var header: Header?
    var json: JSONCondition?
    /// By what values are read where they are not JSON themselves.
    var schema: RecordSchema?
    /// What is looked through at all, in each partition.
    package var offsets: Range<Int64>?
    /// As it was typed.
    package var words: [String] = []

    init() {}

    package func holds(for row: RecordRow) -> Bool {
        if let offsets, !offsets.contains(row.offset) { return false }
        if let key, !key.matches(row.key) { return false }
        if let value, !value.matches(row.value) { return false }
        if let header, !row.headers.contains(where: { Self.holds(header, for: $0) }) { return false }
        if let anywhere, !Self.holds(anywhere, for: row) { return false }
        guard let json else { return true }
        // Parsed last: the other tests are cheaper.
        guard let bytes = row.value, let value = RecordSchemas.json(bytes, schema) else { return false }
        return json.holds(in: value)
    }

    private static func holds(_ wanted: Header, for header: RecordRow.Header) -> Bool {
        guard header.name == wanted.name else { return false }
        return wanted.value?.matches(header.value) ?? true
    }

    private static func holds(_ match: TextMatch, for row: RecordRow) -> Bool {
        if match.matches(row.key) || match.matches(row.value) { return true }
        return row.headers.contains { match.matches(Array($0.name.utf8)) || match.matches($0.value) }
    }
}
