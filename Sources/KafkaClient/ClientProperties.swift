/// A file of client properties as Kafka's own tools take with `--command-config`: `name=value` lines, `#` and `!` begin
/// comments, a backslash at the end goes on in the next line.
///
/// Names are librdkafka's. Of the Java client's own those are understood that mean the same: the options in
/// `sasl.jaas.config` here, its stores by `JavaStores`. No error shows a value: it may be a password, or half a key.
package enum ClientProperties {
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package var line: Int
        package var reason: String
        package var description: String { "line \(line): \(reason)" }
    }

    package static func parse(_ text: String) throws(Failure) -> ClientConfiguration {
        var configuration = ClientConfiguration()
        for (line, content) in logicalLines(text) {
            guard let sign = content.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
                throw Failure(line: line, reason: "this is not name=value")
            }
            let name = trimmed(content[..<sign])
            let value = trimmed(content[content.index(after: sign)...])
            guard !name.isEmpty else { throw Failure(line: line, reason: "the name is missing") }
            try set(String(name), String(value), line: line, in: &configuration)
        }
        return configuration
    }

    /// `name=value`, as on the command line.
    package static func assign(
        _ assignment: String, in configuration: inout ClientConfiguration
    ) throws(Failure) {
        guard let sign = assignment.firstIndex(of: "="), sign > assignment.startIndex else {
            throw Failure(line: 1, reason: "this is not name=value")
        }
        try set(
            String(assignment[..<sign]), String(assignment[assignment.index(after: sign)...]), line: 1,
            in: &configuration)
    }

    private static func set(
        _ name: String, _ value: String, line: Int, in configuration: inout ClientConfiguration
    ) throws(Failure) {
        switch name {
        case "sasl.mechanism": configuration["sasl.mechanisms"] = value
        // Java turns the check of names off by naming nothing.
        case "ssl.endpoint.identification.algorithm": configuration[name] = value.isEmpty ? "none" : value
        case "sasl.jaas.config":
            do {
                for (name, value) in try JaasOptions(value).properties { configuration[name] = value }
            } catch {
                throw Failure(line: line, reason: "sasl.jaas.config \(error.reason)")
            }
        case _ where value.hasPrefix("-----BEGIN "):
            // A line of PEM ends so where a property stands on one line.
            configuration[name] = value.replacing("\\n", with: "\n")
        case _ where JavaStores.javaAlone.contains(name): break
        default: configuration[name] = value
        }
    }

    /// Lines without comments, with those joined that go on, each with its number from 1.
    private static func logicalLines(_ text: String) -> [(line: Int, content: String)] {
        var lines: [(line: Int, content: String)] = []
        var begun: (line: Int, content: String)?
        let all = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, raw) in all.enumerated() {
            let line = trimmed(raw)
            if begun == nil, line.isEmpty || line.hasPrefix("#") || line.hasPrefix("!") { continue }
            let goesOn = line.hasSuffix("\\")
            let part = goesOn ? String(line.dropLast()) : String(line)
            let whole = (line: begun?.line ?? index + 1, content: (begun?.content ?? "") + part)
            if goesOn {
                begun = whole
            } else {
                begun = nil
                lines.append(whole)
            }
        }
        if let begun { lines.append(begun) }
        return lines
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
