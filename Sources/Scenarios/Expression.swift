/// Figures added to and taken from each other: `leo(orders-0) - hw(orders-0)`.
package struct Expression: Hashable, Sendable, CustomStringConvertible {
    package indirect enum Term: Hashable, Sendable {
        case number(Int64)
        case metric(Metric, [String])
        /// What it has gained since the step before was done, or since it was first known after that.
        case gain(Metric, [String])
    }

    /// In order; those marked are taken away.
    package var terms: [(isNegative: Bool, term: Term)] {
        zip(signs, values).map { ($0, $1) }
    }
    private var signs: [Bool] = []
    private var values: [Term] = []
    package let description: String

    /// Reads `NUMBER`, `METRIC`, `METRIC(ARGUMENTS)` and `new METRIC(...)`, with ` + ` and ` - ` between them.
    package init(_ text: some StringProtocol) throws(ScenarioError) {
        let words = Self.words(String(text))
        description = words.joined(separator: " ")
        var isNegative = false
        var isExpected = true
        var isGain = false
        for word in words {
            switch word {
            case "+", "-":
                guard !isExpected else { throw ScenarioError("\"\(text)\" has \"\(word)\" where a figure is due.") }
                isNegative = word == "-"
                isExpected = true
            case "new":
                guard isExpected, !isGain else {
                    throw ScenarioError("\"\(text)\" has \"new\" where no figure is due.")
                }
                isGain = true
            default:
                guard isExpected else { throw ScenarioError("\"\(text)\" lacks a + or - before \"\(word)\".") }
                var term = try Self.term(word)
                if isGain {
                    guard case .metric(let metric, let arguments) = term else {
                        throw ScenarioError("\"\(text)\" has \"new\" before a number; it goes with figures that grow.")
                    }
                    term = .gain(metric, arguments)
                }
                signs.append(isNegative)
                values.append(term)
                (isExpected, isNegative, isGain) = (false, false, false)
            }
        }
        guard !isExpected else {
            throw ScenarioError(words.isEmpty ? "A figure is missing." : "\"\(text)\" ends where a figure is due.")
        }
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.signs == right.signs && left.values == right.values
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(signs)
        hasher.combine(values)
    }

    /// Whether it asks for what was gained since a step: at an end there is none.
    package var countsFromStep: Bool { values.contains { if case .gain = $0 { true } else { false } } }

    /// The figures whose gain it asks for.
    var gains: [(metric: Metric, arguments: [String])] {
        values.compactMap { if case .gain(let metric, let arguments) = $0 { (metric, arguments) } else { nil } }
    }

    package var needsVerdict: Bool {
        values.contains { term in
            switch term {
            case .number: false
            case .metric(let metric, _), .gain(let metric, _): metric.needsVerdict
            }
        }
    }

    /// Nil as long as one of its figures is unknown.
    package func value(in facts: Facts, since before: Facts?) -> Int64? {
        var sum: Int64 = 0
        for (isNegative, term) in terms {
            let value: Int64?
            switch term {
            case .number(let number): value = number
            case .metric(let metric, let arguments): value = facts[metric, arguments]
            case .gain(let metric, let arguments):
                guard let former = before?[metric, arguments] else { return nil }
                value = facts[metric, arguments].map { $0.saturatingSubtract(former) }
            }
            guard let value else { return nil }
            sum = isNegative ? sum.saturatingSubtract(value) : sum.saturatingAdd(value)
        }
        return sum
    }

    /// The names of topics, groups and partitions that it asks about, with what it takes them for.
    package var subjects: [(metric: Metric, arguments: [String])] {
        values.compactMap { term in
            switch term {
            case .number: nil
            case .metric(let metric, let arguments), .gain(let metric, let arguments): (metric, arguments)
            }
        }
    }

    /// Blanks part words, but not inside parentheses.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character.isWhitespace, depth <= 0 {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    private static func term(_ word: String) throws(ScenarioError) -> Term {
        if let number = Int64(word) { return .number(number) }
        let parts = word.split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
        guard let metric = Metric(rawValue: String(parts[0])) else {
            throw ScenarioError(
                "\"\(parts[0])\" is no figure; there are \(Metric.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        var arguments: [String] = []
        if parts.count == 2 {
            guard parts[1].hasSuffix(")") else { throw ScenarioError("\"\(word)\" lacks its closing parenthesis.") }
            arguments = parts[1].dropLast().split(separator: ",").map { part in
                String(part.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
            }
        }
        let known = metric.arguments.isEmpty ? [] : metric.arguments.split(separator: ",")
        let needed = known.count { !$0.hasSuffix("?") }
        guard (needed...known.count).contains(arguments.count), !arguments.contains("") else {
            throw ScenarioError(
                known.isEmpty
                    ? "\"\(metric.rawValue)\" takes nothing in parentheses."
                    : "\"\(metric.rawValue)\" is written \(metric.rawValue)(\(metric.arguments))"
                        + (metric.arguments.contains("?") ? ", where what ends in ? may be left out." : "."))
        }
        return .metric(metric, arguments)
    }
}
