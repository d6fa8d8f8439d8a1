/// A row of little bars: how a figure went. What was not known leaves a gap.
package enum Sparkline {
    private static let bars: [String] = ["▁", "▂", "▃", "▄", "▅", "▆"]

    /// The last `width` values, the newest at the right; bars are measured from `bottom` to the top, which is the largest
    /// shown where none is given. The largest stays below the cell's top: rows above each other would grow together, and a
    /// steady figure would be a wall. Only what is nothing has the lowest bar.
    package static func text(
        _ values: [Double?], width: Int, from bottom: Double = 0, to top: Double? = nil,
        height: (Double) -> Int = { max(1, Int(($0 * 5).rounded())) }, color: (Double, Double) -> Paint
    ) -> StyledText {
        guard width > 0 else { return StyledText() }
        let shown = values.suffix(width)
        let top = top ?? shown.compactMap { $0 }.filter(\.isFinite).max() ?? 0
        var text = StyledText(String(repeating: " ", count: width - shown.count), .muted)
        for value in shown {
            guard let value, value.isFinite else {
                text.append("·", Style(.muted))
                continue
            }
            let part = top > bottom ? min(1, max(0, (value - bottom) / (top - bottom))) : 0
            let level = value <= 0 ? 0 : height(part)
            text.append(bars[level], Style(value <= 0 ? .role(.muted) : color(value, part)))
        }
        return text
    }

    /// Rates: coloured by height.
    package static func rates(_ values: [Double?], width: Int) -> StyledText {
        text(values, width: width) { _, part in .scale(.load, UInt8(part * 150)) }
    }

    /// Lags over all that is kept of them, coloured by how many records they are, whatever the others were.
    ///
    /// The bars stand between the least and the most: measured from zero a large lag that grows would be a flat line. But at
    /// least 20 records, or a twentieth, lie between the lowest and the highest, and what hardly changes stands in the middle
    /// of them: a flicker is no mountain range.
    package static func lags(_ values: [Int64?], width: Int) -> StyledText {
        let shown = stretched(values, width: width)
        let known = shown.compactMap { $0 }
        let (least, most) = (Double(known.min() ?? 0), Double(known.max() ?? 0))
        let span = max(most - least, 20, most / 20)
        let bottom = max(0, least - (span - (most - least)) / 2)
        return text(
            shown.map { $0.map(Double.init) }, width: width, from: bottom, to: bottom + span,
            // Five of the same size, so that the middle is in the middle of one.
            height: { 1 + min(4, Int($0 * 5)) },
            color: { value, _ in
                // A step per doubling saturates long before a Double loses whole numbers.
                .scale(.lag, Self.lagPlace(Int64(min(value, 1e15))))
            })
    }

    /// What the bars of lags mean.
    static let lagLegend = StyledText("trend of 2 min: ▂ its least  ▆ its most", .muted)

    /// No more values than there are places: each the largest of as many as needed, counted from the newest.
    private static func stretched(_ values: [Int64?], width: Int) -> [Int64?] {
        guard width > 0, values.count > width else { return values }
        let each = (values.count + width - 1) / width
        return stride(from: values.count, to: 0, by: -each).reversed().map { end in
            values[max(0, end - each)..<end].compactMap { $0 }.max()
        }
    }

    /// Where a lag stands on the scale. A step per doubling: a thousand records are half-way to alarming, a million
    /// are there.
    package static func lagPlace(_ lag: Int64) -> UInt8 {
        UInt8(min(255, max(0, (64 - max(0, lag).leadingZeroBitCount) * 13)))
    }
}
