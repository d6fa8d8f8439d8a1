/// What must hold: `acked(orders) >= 100 and isr(orders-0) = 3`.
package struct Condition: Hashable, Sendable, CustomStringConvertible {
    package enum Relation: String, Hashable, Sendable, CaseIterable {
        case less = "<"
        case atMost = "<="
        case equal = "="
        case unequal = "!="
        case atLeast = ">="
        case more = ">"

        func holds(_ left: Int64, _ right: Int64) -> Bool {
            switch self {
            case .less: left < right
            case .atMost: left <= right
            case .equal: left == right
            case .unequal: left != right
            case .atLeast: left >= right
            case .more: left > right
            }
        }
    }

    package struct Comparison: Hashable, Sendable, CustomStringConvertible {
        package var left: Expression
        package var relation: Relation
        package var right: Expression

        package var description: String { "\(left) \(relation.rawValue) \(right)" }

        /// Whoever cannot say how it is does not say that it holds.
        package func holds(in facts: Facts, since before: Facts?) -> Bool {
            guard let left = left.value(in: facts, since: before), let right = right.value(in: facts, since: before)
            else { return false }
            return relation.holds(left, right)
        }

        /// How it is: `acked(orders) is 41`.
        package func finding(in facts: Facts, since before: Facts?) -> String {
            [left, right].filter { !$0.subjects.isEmpty }.map { side in
                if let value = side.value(in: facts, since: before) { return "\(side) is \(value)" }
                let reasons = side.subjects.compactMap { facts.reason(unknown: $0.metric, $0.arguments) }
                return "\(side) is unknown" + (reasons.first.map { ": \($0)" } ?? "")
            }
            .joined(separator: ", ")
        }
    }

    package var comparisons: [Comparison]

    package init(_ text: String) throws(ScenarioError) {
        comparisons = []
        var rest = text.split(whereSeparator: \.isWhitespace)[...]
        while true {
            let end = rest.firstIndex(of: "and") ?? rest.endIndex
            comparisons.append(try Self.comparison(rest[..<end], text))
            guard end < rest.endIndex else { return }
            rest = rest[(end + 1)...]
        }
    }

    package var description: String { comparisons.map(\.description).joined(separator: " and ") }

    /// Everything that it asks for.
    package var metrics: [Metric] {
        comparisons.flatMap { $0.left.subjects + $0.right.subjects }.map(\.metric)
    }

    /// The meaning of Jepsen's words in it, in parentheses; empty where there are none.
    var plainly: String {
        let words = metrics.reduce(into: [String]()) { words, metric in
            if let plain = metric.plainly, !words.contains(plain) { words.append(plain) }
        }
        return words.isEmpty ? "" : " (\(words.joined(separator: "; ")))"
    }

    package var needsVerdict: Bool { comparisons.contains { $0.left.needsVerdict || $0.right.needsVerdict } }

    package var countsFromStep: Bool { comparisons.contains { $0.left.countsFromStep || $0.right.countsFromStep } }

    package func holds(in facts: Facts, since before: Facts?) -> Bool {
        comparisons.allSatisfy { $0.holds(in: facts, since: before) }
    }

    /// How it is with what does not hold, or with everything if all does.
    package func finding(in facts: Facts, since before: Facts?) -> String {
        let failing = comparisons.filter { !$0.holds(in: facts, since: before) }
        return (failing.isEmpty ? comparisons : failing).map { $0.finding(in: facts, since: before) }
            .joined(separator: ", ")
    }

    private static func comparison(_ words: ArraySlice<Substring>, _ text: String) throws(ScenarioError) -> Comparison {
        let places = words.indices.filter { Relation(rawValue: String(words[$0])) != nil }
        guard places.count == 1, let place = places.first, let relation = Relation(rawValue: String(words[place]))
        else {
            let signs = Relation.allCases.map(\.rawValue).joined(separator: " ")
            throw ScenarioError(
                "\"\(text)\" is no condition: write a figure, one of \(signs), and a figure, such as acked > 1000.")
        }
        return Comparison(
            left: try Expression(words[..<place].joined(separator: " ")), relation: relation,
            right: try Expression(words[(place + 1)...].joined(separator: " ")))
    }
}
