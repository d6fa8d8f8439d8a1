/// A screen of the console that somebody without a console wants to see.
package struct ScreenWish: Hashable, Sendable {
    package enum Form: String, Hashable, Sendable, CaseIterable { case text, json, svg }

    static let mostSeconds = 60

    package var view: String
    /// What the view is about, where it is about one thing: a topic, a group.
    package var subject: String?
    package var columns = 120
    package var rows = 40
    package var theme = "dark"
    package var form = Form.text
    /// How long the cluster is watched before: rates and sparklines come of it.
    package var seconds = 1

    package init(view: String) { self.view = view }

    init(_ request: ControlRequest, view: String) throws(ControlRefusal) {
        self.view = view
        subject = try request.value("of")
        columns = try Self.number(request, "columns") ?? columns
        rows = try Self.number(request, "rows") ?? rows
        theme = try request.value("theme") ?? theme
        seconds = try Self.number(request, "seconds") ?? seconds
        guard seconds <= Self.mostSeconds else {
            throw ControlRefusal(.badRequest, "Nothing is watched for longer than \(Self.mostSeconds) seconds.")
        }
        if let word = try request.value("format") {
            guard let form = Form(rawValue: word) else {
                throw ControlRefusal(.badRequest, "\"\(word)\" is no format; there are text, json and svg.")
            }
            self.form = form
        }
    }

    private static func number(_ request: ControlRequest, _ name: String) throws(ControlRefusal) -> Int? {
        guard let word = try request.value(name) else { return nil }
        guard let number = Int(word), (0...100_000).contains(number) else {
            throw ControlRefusal(.badRequest, "\"\(word)\" is no number of \(name).")
        }
        return number
    }

    /// As `init` reads it.
    package var target: String {
        let fields: [(String, String?)] = [
            ("of", subject), ("columns", "\(columns)"), ("rows", "\(rows)"), ("theme", theme),
            ("format", form.rawValue), ("seconds", "\(seconds)"),
        ]
        let query = fields.compactMap { name, value in value.map { "\(name)=\(Self.encoded($0))" } }
        return "/v1/screens/\(Self.encoded(view))?\(query.joined(separator: "&"))"
    }

    /// Letters and digits as they are, every other byte as `%20`.
    private static func encoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { encoded, byte in
            let scalar = UnicodeScalar(byte)
            if byte < 0x80, scalar.properties.isAlphabetic || "0123456789-._".unicodeScalars.contains(scalar) {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
