/// What a column asks for, before the screen says what it can have.
package struct ColumnRequest: Hashable, Sendable {
    /// Narrower than this it says nothing, and drops out.
    package var minimum: Int
    /// What its contents would like.
    package var ideal: Int
    /// 0 never drops out; of the others the largest goes first.
    package var priority: Int

    package init(minimum: Int, ideal: Int, priority: Int) {
        self.minimum = minimum
        self.ideal = max(minimum, ideal)
        self.priority = priority
    }
}

/// How wide each column of a table is on a screen of some width.
///
/// Columns first drop out by priority, then grow from their least width to the ideal, the most important first; what
/// is left over spreads the columns out a little. Always fits: `sum of widths + gaps <= width`.
package struct TableLayout: Hashable, Sendable {
    package static let gapLeast = 2
    package static let gapMost = 5

    /// By column; 0 for one that dropped out.
    package var widths: [Int]
    package var gap: Int

    package init(_ columns: [ColumnRequest], width: Int, gapMost: Int = Self.gapMost) {
        gap = Self.gapLeast
        widths = columns.map { _ in 0 }
        var kept = Array(columns.indices)
        func needed(_ kept: [Int]) -> Int {
            kept.reduce(0) { $0 + columns[$1].minimum } + Self.gapLeast * max(0, kept.count - 1)
        }
        while needed(kept) > width, let worst = kept.max(by: { columns[$0].priority < columns[$1].priority }),
            columns[worst].priority > 0
        {
            // Of equals the rightmost goes.
            let last = kept.last { columns[$0].priority == columns[worst].priority } ?? worst
            kept.removeAll { $0 == last }
        }
        // What never drops out shrinks instead; in the end the rightmost go all the same.
        while kept.count > 1, kept.count + Self.gapLeast * (kept.count - 1) > width { kept.removeLast() }
        for index in kept { widths[index] = columns[index].minimum }
        var rest = width - needed(kept)
        while rest < 0 {
            var widest = 0
            for index in kept where widths[index] > widths[widest] { widest = index }
            guard widths[widest] > 1 else { break }
            widths[widest] -= 1
            rest += 1
        }
        if rest < 0 { widths = widths.map { _ in 0 } }
        for index in kept.sorted(by: { (columns[$0].priority, $0) < (columns[$1].priority, $1) }) where rest > 0 {
            let more = min(rest, columns[index].ideal - widths[index])
            guard more > 0 else { continue }
            widths[index] += more
            rest -= more
        }
        if kept.count > 1, rest > 0 { gap = min(gapMost, Self.gapLeast + rest / (kept.count - 1)) }
    }
}
