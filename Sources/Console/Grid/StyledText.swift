/// Text in runs of different looks, on one line.
package struct StyledText: Hashable, Sendable {
    package struct Run: Hashable, Sendable {
        package var text: String
        package var style: Style
    }

    package var runs: [Run]

    package init(_ text: String = "", _ role: Role = .text, _ attributes: Attributes = []) {
        self.init(text, Style(role, attributes))
    }

    package init(_ text: String, _ style: Style) {
        runs = text.isEmpty ? [] : [Run(text: text, style: style)]
    }

    /// Columns that it takes on the screen.
    package var width: Int { runs.reduce(0) { $0 + Glyphs.width(of: $1.text) } }

    /// The text alone.
    package var plain: String { runs.reduce(into: "") { $0 += $1.text } }

    /// At most `width` columns of it, ended with `…` where something was cut off.
    package func clipped(to limit: Int) -> Self {
        var rest = limit
        guard width > limit else { return self }
        var clipped = Self()
        for run in runs {
            let width = Glyphs.width(of: run.text)
            // The run that would leave no room for the ellipsis is the one that takes it.
            if width >= rest {
                let text = Glyphs.joined(Glyphs.clipped(run.text + (width == rest ? " " : ""), to: rest))
                clipped.runs.append(Run(text: text, style: run.style))
                break
            }
            clipped.runs.append(run)
            rest -= width
        }
        return clipped
    }

    package static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.runs += right.runs
        return sum
    }

    package static func += (left: inout Self, right: Self) { left.runs += right.runs }

    /// Goes on in the last run where that looks the same: for what is put together character by character.
    package mutating func append(_ text: String, _ style: Style) {
        if let last = runs.indices.last, runs[last].style == style {
            runs[last].text += text
        } else if !text.isEmpty {
            runs.append(Run(text: text, style: style))
        }
    }
}

extension StyledText: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.init(value) }
}

extension StyledText {
    /// As many lines of at most `width` columns as it takes; at least one.
    package func wrapped(to width: Int) -> [StyledText] {
        guard self.width > width else { return [self] }
        var lines: [StyledText] = []
        var line = StyledText()
        var used = 0
        for run in runs {
            var text = ""
            for glyph in Glyphs.safe(run.text) {
                if used + glyph.width > width {
                    line += StyledText(text, run.style)
                    lines.append(line)
                    (line, text, used) = (StyledText(), "", 0)
                }
                text += glyph.text
                used += glyph.width
            }
            line += StyledText(text, run.style)
        }
        lines.append(line)
        return lines
    }
}
