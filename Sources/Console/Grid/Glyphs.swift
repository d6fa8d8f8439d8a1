/// What fills one cell, or two: a base character with its combining marks.
package struct Glyph: Hashable, Sendable {
    package var text: String
    package var width: Int
}

/// Turns any text, also a record's untrusted bytes, into glyphs that every terminal draws in the width we reckon with.
///
/// - Control characters become their pictures (`␊`), others that would move the cursor or turn the direction of
///   writing become `�`.
/// - A cluster ends at its first joiner, variation selector or second wide character: terminals draw a family of
///   emoji in as many different ways as there are terminals.
/// - A flag becomes its two letters.
package enum Glyphs {
    /// More combining marks on one character than any language needs are dropped, so that nobody's record climbs out
    /// of its line.
    static let combiningMarksMax = 4

    private static let ascii: [Glyph] = (0..<128).map { value in
        Glyph(text: picture(UInt32(value)) ?? String(UnicodeScalar(UInt8(value))), width: 1)
    }

    package static func safe(_ text: String) -> [Glyph] {
        var glyphs: [Glyph] = []
        glyphs.reserveCapacity(text.utf8.count)
        if text.utf8.allSatisfy({ $0 < 128 }) {
            for byte in text.utf8 { glyphs.append(ascii[Int(byte)]) }
            return glyphs
        }
        if text.unicodeScalars.allSatisfy(CharacterWidth.isPlain) {
            for scalar in text.unicodeScalars { glyphs.append(Glyph(text: String(scalar), width: 1)) }
            return glyphs
        }
        for character in text { append(character, to: &glyphs) }
        return glyphs
    }

    package static func width(of text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 128 }) { return text.utf8.count }
        if text.unicodeScalars.allSatisfy(CharacterWidth.isPlain) { return text.unicodeScalars.count }
        return safe(text).reduce(0) { $0 + $1.width }
    }

    static func joined(_ glyphs: [Glyph]) -> String { glyphs.reduce(into: "") { $0 += $1.text } }

    /// At most `limit` columns; the last is `…` where something was cut off.
    package static func clipped(_ text: String, to limit: Int) -> [Glyph] {
        guard limit > 0 else { return [] }
        var glyphs = safe(text)
        var width = glyphs.reduce(0) { $0 + $1.width }
        if width <= limit { return glyphs }
        while width > limit - 1, let last = glyphs.popLast() { width -= last.width }
        glyphs.append(Glyph(text: "…", width: 1))
        return glyphs
    }

    private static func append(_ character: Character, to glyphs: inout [Glyph]) {
        var marks = 0
        var isFirst = true
        for scalar in character.unicodeScalars {
            defer { isFirst = false }
            if let letter = regionalLetter(scalar) {
                glyphs.append(Glyph(text: letter, width: 1))
                continue
            }
            if let picture = picture(scalar.value) {
                glyphs.append(Glyph(text: picture, width: 1))
                continue
            }
            switch CharacterWidth.of(scalar) {
            case .unsafe:
                // A joiner or selector within a cluster ends it; one that stands alone is shown.
                if !isFirst { return }
                glyphs.append(Glyph(text: "�", width: 1))
            case .columns(0):
                guard !isFirst, marks < combiningMarksMax, !glyphs.isEmpty else {
                    if isFirst { glyphs.append(Glyph(text: "�", width: 1)) }
                    continue
                }
                marks += 1
                glyphs[glyphs.count - 1].text.unicodeScalars.append(scalar)
            case .columns(let columns):
                if columns == 2, !isFirst { return }
                marks = 0
                glyphs.append(Glyph(text: String(scalar), width: columns))
            }
        }
    }

    /// The visible stand-in of a control character.
    private static func picture(_ value: UInt32) -> String? {
        switch value {
        case 0..<0x20: UnicodeScalar(0x2400 + value).map(String.init)
        case 0x7F: "␡"
        default: nil
        }
    }

    /// Flags are pairs of these.
    private static func regionalLetter(_ scalar: UnicodeScalar) -> String? {
        guard (0x1F1E6...0x1F1FF).contains(scalar.value) else { return nil }
        return UnicodeScalar(scalar.value - 0x1F1E6 + 65).map(String.init)
    }
}
