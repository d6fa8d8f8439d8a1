/// A row of little bars: how a figure went. What was not known leaves a gap.
package enum Sparkline {
    private static let bars: [String] = ["▁", "▂", "▃", "▄", "▅", "▆"]

    /// The last `width` values, the newest at the right; bars are measured against the largest shown, but at least
    /// `least`, so that a flicker between nothing and almost nothing does not look like a mountain range. The largest
    /// stays below the top: rows above each other would grow together, and a steady figure would be a wall.
    package static func text(
        _ values: [Double?], width: Int, least: Double = 0, color: (Double, Double) -> Paint
    ) -> StyledText {
        guard width > 0 else { return StyledText() }
        let shown = values.suffix(width)
        let most = max(least, shown.compactMap { $0 }.filter(\.isFinite).max() ?? 0)
        var text = StyledText(String(repeating: " ", count: width - shown.count), .muted)
        for value in shown {
            guard let value, value.isFinite else {
                text.append("·", Style(.muted))
                continue
            }
            let part = most > 0 ? min(1, max(0, value / most)) : 0
            let level = value <= 0 ? 0 : max(1, Int((part * 5).rounded()))
            text.append(bars[level], Style(value <= 0 ? .role(.muted) : color(value, part)))
        }
        return text
    }

    /// Rates: coloured by height.
    package static func rates(_ values: [Double?], width: Int) -> StyledText {
        text(values, width: width) { _, part in .scale(.load, UInt8(part * 150)) }
    }

    /// Lags: coloured by how many records they are, whatever the others were.
    package static func lags(_ values: [Int64?], width: Int) -> StyledText {
        text(values.map { $0.map(Double.init) }, width: width, least: 20) { value, _ in
            // A step per doubling saturates long before a Double loses whole numbers.
            .scale(.lag, Self.lagPlace(Int64(min(value, 1e15))))
        }
    }

    /// Where a lag stands on the scale. A step per doubling: a thousand records are half-way to alarming, a million
    /// are there.
    package static func lagPlace(_ lag: Int64) -> UInt8 {
        UInt8(min(255, max(0, (64 - max(0, lag).leadingZeroBitCount) * 13)))
    }
}
