import KafkaProtocol

/// How many columns a character takes: as the C library of Debian 12 reckons (Unicode 14), because ncurses asks it.
/// A test compares the two for every character.
enum CharacterWidth {
    enum Verdict: Equatable {
        /// 0 for a mark that combines with the character before it.
        case columns(Int)
        /// Invisible, not assigned, or moves what comes after it: never sent to a terminal.
        case unsafe
    }

    static func of(_ scalar: UnicodeScalar) -> Verdict {
        if isPlain(scalar) { return .columns(1) }
        let value = scalar.value
        let properties = scalar.properties
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            return .unsafe
        case .nonspacingMark, .enclosingMark:
            return properties.isVariationSelector || isNewer(properties) ? .unsafe : .columns(isSpacing(value) ? 2 : 0)
        default:
            if isNewer(properties) { return .unsafe }
        }
        // Vowels and final consonants of decomposed Hangul join the consonant before them, as does one Ahom sign.
        if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FB).contains(value) || value == 0x1171E {
            return .columns(0)
        }
        return .columns(isWide(value) ? 2 : 1)
    }

    /// Whether it takes one column and never joins its neighbours, so that each is a glyph by itself: letters, and the lines,
    /// bars and signs that the console draws with. What follows it may still change it, if that is not plain.
    static func isPlain(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F, 0xA1...0xAC, 0xAE...0x2FF, 0x2010...0x2015, 0x2026, 0x2190...0x2193, 0x2500...0x25FC, 0x2713,
            0x2717:
            true
        default: false
        }
    }

    private static func isNewer(_ properties: UnicodeScalar.Properties) -> Bool {
        guard let age = properties.age else { return true }
        return age.major > 14
    }

    /// Marks that East Asian fonts give a square of their own.
    private static func isSpacing(_ value: UInt32) -> Bool {
        value == 0x302E || value == 0x302F
    }

    private static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        let index = wide.lowerBound { $0.1 < value }
        return index < wide.count && wide[index].0 <= value
    }

    /// East Asian wide and full-width characters and emoji, as closed ranges. Gaps of unassigned characters are
    /// closed over.
    private static let wide: [(UInt32, UInt32)] = [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3),
        (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1),
        (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA),
        (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B),
        (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797),
        (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x2E80, 0x3029),
        (0x302E, 0x303E), (0x3041, 0x321E), (0x3220, 0xA4C6), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xF900, 0xFAD9),
        (0xFE10, 0xFE19), (0xFE30, 0xFE6B), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x16FE3),
        (0x16FF0, 0x16FF1), (0x17000, 0x18D08), (0x1AFF0, 0x1B2FB), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF),
        (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F200, 0x1F320), (0x1F32D, 0x1F335), (0x1F337, 0x1F37C),
        (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA), (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0), (0x1F3F4, 0x1F3F4),
        (0x1F3F8, 0x1F43E), (0x1F440, 0x1F440), (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D), (0x1F54B, 0x1F54E),
        (0x1F550, 0x1F567), (0x1F57A, 0x1F57A), (0x1F595, 0x1F596), (0x1F5A4, 0x1F5A4), (0x1F5FB, 0x1F64F),
        (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6CC), (0x1F6D0, 0x1F6D2), (0x1F6D5, 0x1F6D7), (0x1F6DD, 0x1F6DF),
        (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC), (0x1F7E0, 0x1F7EB), (0x1F7F0, 0x1F7F0), (0x1F90C, 0x1F93A),
        (0x1F93C, 0x1F945), (0x1F947, 0x1F9FF), (0x1FA70, 0x1FAF6), (0x20000, 0x2FFFD), (0x30000, 0x3FFFD),
    ]
}
