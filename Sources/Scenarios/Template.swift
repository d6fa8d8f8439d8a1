/// A text with figures in braces: `{acked(orders)} records are acknowledged`.
package struct Template: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case text(String)
        case figure(Expression)
    }

    private var parts: [Part] = []

    package init(_ text: String) throws(ScenarioError) {
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw ScenarioError("\"\(text)\" opens a brace and does not close it.")
            }
            parts.append(.figure(try Expression(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
    }

    package var needsVerdict: Bool { expressions.contains(where: \.needsVerdict) }

    package var expressions: [Expression] {
        parts.compactMap { if case .figure(let expression) = $0 { expression } else { nil } }
    }

    package func text(in facts: Facts, since before: Facts?) -> String {
        text { expression in expression.value(in: facts, since: before).map { "\($0)" } ?? "an unknown number of" }
    }

    /// With what each figure is of: `freeze the leader of orders-0`.
    var inWords: String { text { $0.words } }

    /// With the same word for every figure.
    func text(figure: String) -> String { text { _ in figure } }

    private func text(_ figure: (Expression) -> String) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .figure(let expression): figure(expression)
            }
        }
        .joined()
    }

    /// Nil as long as one of its figures is unknown.
    package func text(in facts: Facts, ifKnownSince before: Facts?) -> String? {
        guard expressions.allSatisfy({ $0.value(in: facts, since: before) != nil }) else { return nil }
        return text(in: facts, since: before)
    }
}
