import Glibc
import Testing

@testable import Console

/// The header shows it only under a macro that Swift's import does not set.
@_silgen_name("wcwidth") private func wcwidth(_ character: wchar_t) -> CInt

@Suite struct GlyphsTests {
    private func shown(_ text: String) -> String { Glyphs.safe(text).map(\.text).joined() }

    @Test func `a character is as wide as the C library says`() {
        // ncurses asks the C library: where we reckon otherwise, everything after it on the line is misplaced.
        let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
        #expect(locale != nil)
        let former = uselocale(locale)
        defer {
            uselocale(former)
            freelocale(locale)
        }
        var wrong: [String] = []
        for value in UInt32(0x20)...0x10FFFF {
            guard let scalar = UnicodeScalar(value), case .columns(let columns) = CharacterWidth.of(scalar) else {
                continue
            }
            let width = wcwidth(wchar_t(bitPattern: value))
            if Int(width) != columns { wrong.append("U+\(String(value, radix: 16)) \(columns) \(width)") }
        }
        #expect(wrong.isEmpty, "\(wrong.count) differ, first \(wrong.prefix(20))")
    }

    @Test func `control characters become pictures and move nothing`() {
        // A record's value is anybody's bytes: an escape sequence in it must not reach the terminal.
        #expect(shown("a\u{1B}[31mb\u{7}\n\t\u{7F}") == "a␛[31mb␇␊␉␡")
        #expect(shown("\u{9B}31m\u{85}") == "�31m�")
        #expect(shown("a\r\nb") == "a␍␊b")
    }

    @Test func `direction marks and invisible characters are shown as what they are: not text`() {
        // They turn round or hide what stands beside them.
        #expect(shown("\u{202E}abc\u{2066}\u{200B}") == "�abc��")
        #expect(shown("\u{FEFF}x\u{E000}\u{2028}") == "�x��")
    }

    @Test func `emoji end at the first joiner, selector or second wide character`() {
        // Terminals draw sequences in as many ways as there are terminals; one emoji of two columns they agree on.
        #expect(shown("👨‍👩‍👧") == "👨")
        #expect(shown("👍🏽") == "👍")
        #expect(shown("❤️") == "❤")
        #expect(shown("🇩🇪🇫🇷") == "DEFR")
        #expect(Glyphs.width(of: "👨‍👩‍👧!") == 3)
    }

    @Test func `combining marks stay with their letter, but not without end`() {
        // A letter with a hundred accents climbs out of its line.
        #expect(Glyphs.safe("e\u{301}").count == 1)
        let piled = Glyphs.safe("e" + String(repeating: "\u{301}", count: 100))
        #expect(piled.count == 1 && piled[0].text.unicodeScalars.count == 5)
        #expect(Glyphs.safe("\u{301}")[0].text == "�")
    }

    @Test func `Hangul is as wide composed as decomposed`() {
        // The same word in two spellings must line up.
        #expect(Glyphs.width(of: "한글") == 4)
        #expect(Glyphs.width(of: "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}") == 4)
    }

    @Test func `clipping reckons in columns and says that it clipped`() {
        // A wide character that does not fit is left out whole.
        func clipped(_ text: String, _ width: Int) -> String { Glyphs.clipped(text, to: width).map(\.text).joined() }
        #expect(clipped("abcdef", 6) == "abcdef")
        #expect(clipped("abcdef", 4) == "abc…")
        #expect(clipped("日本語", 6) == "日本語")
        #expect(clipped("日本語", 5) == "日本…")
        #expect(clipped("日本語", 4) == "日…")
        #expect(clipped("日本語", 1) == "…")
        #expect(clipped("日本語", 0) == "")
        #expect((StyledText("ab") + StyledText("cd") + StyledText("ef")).clipped(to: 4).plain == "abc…")
        #expect((StyledText("ab") + StyledText("cd")).clipped(to: 4).plain == "abcd")
    }
}
