/// A request of HTTP, read as far as routes need it.
package struct ControlRequest: Hashable, Sendable {
    package var method: String
    /// The parts of the path between its slashes, decoded.
    package var path: [String]
    /// In the order given, decoded.
    package var query: [ControlHeader]
    package var headers: [ControlHeader]
    package var body: [UInt8]

    /// `target` is the path with its query, as in the request's first line.
    package init(
        _ method: String, _ target: String, headers: [ControlHeader] = [], body: [UInt8] = []
    ) throws(ControlRefusal) {
        guard target.hasPrefix("/") else {
            throw ControlRefusal(.badRequest, "The request's target \"\(target)\" does not begin with a slash.")
        }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.method = method
        path = []
        for part in parts[0].split(separator: "/") { path.append(try Self.decoded(part)) }
        query = []
        for part in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query.append(
                ControlHeader(
                    try Self.decoded(sides[0], isQuery: true),
                    sides.count > 1 ? try Self.decoded(sides[1], isQuery: true) : ""))
        }
        self.headers = headers
        self.body = body
    }

    /// The first header of this name.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The value of a name in the query; nil where it is not there.
    package func value(_ name: String) throws(ControlRefusal) -> String? {
        let values = query.filter { $0.name == name }
        guard values.count < 2 else { throw ControlRefusal(.badRequest, "The query has \"\(name)\" more than once.") }
        return values.first?.value
    }

    /// A typing mistake must not pass for a question about everything.
    func refuseQuery(except names: [String]) throws(ControlRefusal) {
        guard let stranger = query.first(where: { !names.contains($0.name) }) else { return }
        throw ControlRefusal(
            .badRequest,
            "\"\(stranger.name)\" is nothing that can be asked for here; "
                + (names.isEmpty ? "leave out the query." : "there is \(names.joined(separator: ", "))."))
    }

    /// `%20` as in every address, and in a query also `+`.
    private static func decoded(_ text: Substring, isQuery: Bool = false) throws(ControlRefusal) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+"), isQuery {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%") {
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else { throw ControlRefusal(.badRequest, "\"\(text)\" has a % without two hex digits after it.") }
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw ControlRefusal(.badRequest, "\"\(text)\" is not UTF-8.")
        }
        return decoded
    }
}
