import Testing

@testable import Console

@Suite struct PatternTests {
    private func holds(_ pattern: String, _ text: String) -> Bool? {
        (try? Pattern(pattern))?.matches(Array(text.utf8))
    }

    @Test(arguments: [
        ("a.c", "xabcx", true), ("a.c", "a\nc", false), ("^ab", "abc", true), ("^b", "abc", false), ("c$", "abc", true),
        ("b$", "abc", false), ("^$", "", true), ("colou?r", "color", true), ("ab*c", "ac", true), ("ab+c", "ac", false),
        ("(ab)+c", "ababc", true), ("cat|dog", "hotdog", true), ("^(cat|dog)$", "hotdog", false),
        ("[0-9]{3}", "12", false), ("[0-9]{3}", "123", true), ("^a{2,3}$", "aaaa", false), ("^a{2,}$", "aaaa", true),
        ("^x{0}$", "", true), ("a{,2}", "a{,2}", true), ("[^0-9]", "7", false), ("[]x]", "]", true),
        ("[a\\-z]", "-", true), ("\\d+-\\w+", "17-abc", true), ("\\D", "123", false), ("\\s", "a b", true),
        ("\\bcat\\b", "a cat sat", true), ("\\bcat\\b", "concat", false), ("a\\.b", "axb", false), ("\\x41", "A", true),
        ("(?i)ORDER-[a-c]", "order-B", true), ("ORDER", "order", false), ("茶.", "注茶x", true),
        ("^[α-ω]+$", "λόγος", false),
        ("[α-ω]", "λ", true), ("café", "un café noir", true), ("a||b", "x", true), ("(a*)*b", "aaab", true),
        ("", "x", true),
        ("a*?b", "aab", true), ("x*", "", true), ("^(?:a|ab)(?:c|bcd)$", "abcd", true),
    ])
    func `a pattern matches what it says`(pattern: String, text: String, expected: Bool) {
        // The table is the definition; people know it from grep.
        #expect(holds(pattern, text) == expected, "/\(pattern)/ in \(text)")
    }

    @Test(arguments: [
        "(", ")", "[a", "*a", "a**+", "\\", "(?=a)", "\\1", "a{3,2}", "[z-a]", "a{99999}", "\\x4", "[\\D]",
    ])
    func `what is no pattern is refused with a reason`(pattern: String) throws {
        // Silently matching something else would look like an answer.
        #expect(throws: Pattern.Failure.self) { try Pattern(pattern) }
    }

    @Test func `no pattern takes for ever`() throws {
        // Backtracking needs 2^n steps here, and both sides come from strangers.
        let bytes = Array(String(repeating: "a", count: 20_000).utf8)
        #expect(try !Pattern("(a+)+$b").matches(bytes))
        #expect(try !Pattern("(a|aa)+b").matches(bytes))
        #expect(throws: Pattern.Failure.self) { try Pattern("((a{100}){100}){100}") }
        #expect(throws: Pattern.Failure.self) { try Pattern(String(repeating: "(", count: 10_000)) }
    }

    @Test func `bytes that are no text are characters of their own`() throws {
        // A search goes over any topic.
        let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0x62]
        #expect(try Pattern("^a..b$").matches(bytes))
        #expect(try Pattern("a[^x]").matches(bytes))
        #expect(try !Pattern("ÿ").matches(bytes))
    }
}
