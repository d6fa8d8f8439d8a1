/// A way to values inside JSON: `$.user.id`, `items[0].sku`, `tags[*]`, `$['odd name']`.
///
/// Knows names, indices (from the end where negative) and `*` for every member; filters and `..` it does not know, and
/// says so.
struct JSONPath: Hashable, Sendable, CustomStringConvertible {
    enum Step: Hashable, Sendable {
        case name(String)
        case index(Int)
        case every
    }

    /// A sentence for whoever typed it.
    struct Failure: Error, Hashable, Sendable {
        var reason: String
    }

    private(set) var steps: [Step]
    /// As it was typed, without `$.`.
    private(set) var description: String

    init(_ text: some StringProtocol) throws(Failure) {
        var rest = Substring(text)
        steps = []
        if rest.first == "$" { rest = rest.dropFirst() } else { rest = "." + rest }
        let typed = rest.first == "." ? rest.dropFirst() : rest
        description = typed.isEmpty ? "$" : String(typed)
        while let first = rest.first {
            switch first {
            case ".":
                rest = rest.dropFirst()
                if rest.first == "[" { continue }
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { throw Failure(reason: "a path has a name behind each dot: $.user.id") }
                steps.append(name == "*" ? .every : .name(String(name)))
                rest = rest.dropFirst(name.count)
            case "[":
                guard let (step, after) = Self.bracket(rest.dropFirst()) else {
                    throw Failure(reason: "between brackets stands an index, * or a name in quotes: $.items[0]")
                }
                steps.append(step)
                rest = after
            default: throw Failure(reason: "a path is like $.user.id or $.items[0].sku")
            }
        }
    }

    private static func bracket(_ text: Substring) -> (Step, Substring)? {
        if let quote = text.first, quote == "'" || quote == "\"" {
            let inner = text.dropFirst()
            guard let end = inner.firstIndex(of: quote) else { return nil }
            let after = inner[inner.index(after: end)...]
            guard after.first == "]" else { return nil }
            return (.name(String(inner[..<end])), after.dropFirst())
        }
        guard let end = text.firstIndex(of: "]") else { return nil }
        let inner = text[..<end]
        let after = text[text.index(after: end)...]
        if inner == "*" { return (.every, after) }
        return Int(inner).map { (.index($0), after) }
    }

    /// All values that the path leads to, in the order of the text.
    func values(in root: JSONValue) -> [JSONValue] {
        var found = [root]
        for step in steps {
            found = found.flatMap { value -> [JSONValue] in
                switch (step, value) {
                case (.name(let name), .object(let members)):
                    // As most readers do: of names that occur twice the last one counts.
                    return members.last { JSONValue.unescaped($0.name) == name }.map { [$0.value] } ?? []
                case (.index(let index), .array(let values)):
                    let place = index < 0 ? values.count + index : index
                    return values.indices.contains(place) ? [values[place]] : []
                case (.every, .object(let members)): return members.map(\.value)
                case (.every, .array(let values)): return values
                default: return []
                }
            }
        }
        return found
    }
}

/// What a value inside JSON must be like: `$.user.id = 7`, `$.total > 10`, `$.sku ~ /^A-/`; a path alone: there is one.
struct JSONCondition: Hashable, Sendable {
    enum Test: Hashable, Sendable {
        case exists
        case equal(String)
        case unequal(String)
        case less(String, orEqual: Bool)
        case greater(String, orEqual: Bool)
        case matches(TextMatch)
    }

    var path: JSONPath
    var test: Test

    init(_ text: String) throws(JSONPath.Failure) {
        // The longest first, so that `<=` is not read as `<`.
        let signs = ["==", "!=", "<=", ">=", "=", "<", ">", "~"]
        let (end, sign) = Self.sign(in: text, of: signs)
        path = try JSONPath(text[..<end].trimmed)
        guard let sign else {
            test = .exists
            return
        }
        let typed = String(text[text.index(end, offsetBy: sign.count)...].trimmed)
        switch sign {
        case "!=": test = .unequal(typed)
        case "<": test = .less(typed, orEqual: false)
        case "<=": test = .less(typed, orEqual: true)
        case ">": test = .greater(typed, orEqual: false)
        case ">=": test = .greater(typed, orEqual: true)
        case "~":
            do throws(Pattern.Failure) {
                test = .matches(try TextMatch(typed))
            } catch {
                throw JSONPath.Failure(reason: error.reason)
            }
        default: test = .equal(typed)
        }
    }

    /// The first sign outside of brackets, and where it stands.
    private static func sign(in text: String, of signs: [String]) -> (String.Index, String?) {
        var depth = 0
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == "[" { depth += 1 }
            if text[index] == "]" { depth -= 1 }
            if depth == 0, let sign = signs.first(where: { text[index...].hasPrefix($0) }) { return (index, sign) }
            index = text.index(after: index)
        }
        return (text.endIndex, nil)
    }

    /// Whether some value that the path leads to is so.
    func holds(in root: JSONValue) -> Bool { path.values(in: root).contains { isSo($0) } }

    private func isSo(_ value: JSONValue) -> Bool {
        switch test {
        case .exists: true
        case .equal(let typed): Self.compare(value, typed) == .equal
        case .unequal(let typed): Self.compare(value, typed) != .equal
        case .less(let typed, let orEqual):
            Self.compare(value, typed).map { $0 == .less || orEqual && $0 == .equal } ?? false
        case .greater(let typed, let orEqual):
            Self.compare(value, typed).map { $0 == .greater || orEqual && $0 == .equal } ?? false
        case .matches(let match): match.matches(Array((value.text ?? value.compact).utf8))
        }
    }

    private enum Order { case less, equal, greater }

    /// Nil where the two cannot be compared. What was typed without quotes is also compared with strings.
    private static func compare(_ value: JSONValue, _ typed: String) -> Order? {
        switch value {
        case .number(let number):
            // Whole numbers may be larger than a Double tells apart.
            if let left = Int64(number), let right = Int64(typed) { return order(left, right) }
            guard let left = Double(number), let right = Double(typed) else { return nil }
            return order(left, right)
        case .string(let quoted):
            let isQuoted = typed.count >= 2 && typed.first == "\"" && typed.last == "\""
            return order(JSONValue.unescaped(quoted), isQuoted ? JSONValue.unescaped(typed) : typed)
        case .word(let word): return word == typed ? .equal : nil
        case .object, .array: return value.compact == typed ? .equal : nil
        }
    }

    private static func order<Value: Comparable>(_ left: Value, _ right: Value) -> Order {
        left < right ? .less : left == right ? .equal : .greater
    }
}
