/// A part of a line, and how readily it is left out where there is no room.
struct LinePart: Hashable {
    var text: StyledText
    /// 0 is never left out; of the others the largest goes first.
    var priority = 0
    /// Between it and what stands before.
    var gap = StyledText("  ")
}

extension [LinePart] {
    /// In one line of at most `width` columns, if what is never left out allows.
    func line(width: Int) -> StyledText {
        var parts = self
        func joined() -> StyledText {
            parts.dropFirst().reduce(parts.first?.text ?? StyledText()) { $0 + $1.gap + $1.text }
        }
        while joined().width > width, let worst = parts.map(\.priority).max(), worst > 0,
            let index = parts.lastIndex(where: { $0.priority == worst })
        {
            parts.remove(at: index)
        }
        return joined()
    }
}
