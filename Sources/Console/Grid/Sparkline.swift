/// A row of little bars: how a figure went. What was not known leaves a gap.
package enum Sparkline {
    private static let bars: [String] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// The last `width` values, the newest at the right; bars are measured against the largest shown.
    package static func text(_ values: [Double?], width: Int, scale: Scale) -> StyledText {
        guard width > 0 else { return StyledText() }
        let shown = values.suffix(width)
        let most = shown.compactMap { $0 }.filter(\.isFinite).max() ?? 0
        var text = StyledText(String(repeating: " ", count: width - shown.count), .muted)
        for value in shown {
            guard let value, value.isFinite else {
                text += StyledText("·", .muted)
                continue
            }
            let part = most > 0 ? min(1, max(0, value / most)) : 0
            let level = value <= 0 ? 0 : max(1, Int((part * 7).rounded()))
            text += StyledText(bars[level], Style(value <= 0 ? .role(.muted) : .scale(scale, UInt8(part * 255))))
        }
        return text
    }

    package static func text(_ values: [Int64?], width: Int, scale: Scale) -> StyledText {
        text(values.map { $0.map(Double.init) }, width: width, scale: scale)
    }
}
