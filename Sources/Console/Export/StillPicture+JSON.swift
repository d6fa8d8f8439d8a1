import KafkaCluster

/// A view as data: its rows under the titles of its columns, as the screen shows them, or its records byte by byte.
///
/// Whole numbers are numbers. What is unknown is null; what there is none of is left out.
extension StillPicture {
    package func json() throws(NoPicture) -> String {
        var model = try drawable()
        // Every column, however little room a screen would have.
        model.size = Size(columns: 1000, rows: 1000)
        var fields = [("view", JSONValue.quoted(place.view.rawValue))]
        if let subject { fields.append(("of", JSONValue.quoted(subject))) }
        if let now = model.snapshot?.takenAt { fields.append(("taken.at.ms", "\(now.wallClockMilliseconds)")) }
        let listing = model.listing
        let notes = [model.toast?.text, model.browser?.error, listing.flatMap { $0.ids.isEmpty ? $0.empty : nil }]
        fields += notes.compactMap(\.self).prefix(1).map { ("note", JSONValue.quoted($0)) }
        if let lines = model.recordLines {
            let records = lines.split(separator: "\n").joined(separator: ",")
            fields.append(("records", "[\(records)]"))
        } else if let listing {
            let rows = listing.ids.indices.map { Self.row(listing.columns, listing.cells($0).map(\.plain)) }
            fields.append(("rows", "[\(rows.joined(separator: ","))]"))
        }
        return Self.object(fields)
    }

    private static func row(_ columns: [Listing.ColumnHead], _ cells: [String]) -> String {
        object(
            zip(columns, cells).compactMap { column, cell in
                value(cell, isNumber: column.isRight).map { (column.title.isEmpty ? "note" : column.title, $0) }
            })
    }

    private static func value(_ cell: String, isNumber: Bool) -> String? {
        if cell.trimmed == Figures.unknown { return "null" }
        // Neither a sign before a name nor a curve is data.
        let text = String(cell.drop { !$0.isLetter && !$0.isNumber && !"-+<>/\"([{_".contains($0) }.trimmed)
        if text.isEmpty { return nil }
        if isNumber, let number = Int64(text.filter { $0 != "," }) { return "\(number)" }
        return JSONValue.quoted(text)
    }

    private static func object(_ fields: [(name: String, value: String)]) -> String {
        "{" + fields.map { "\(JSONValue.quoted($0.name)):\($0.value)" }.joined(separator: ",") + "}"
    }
}
