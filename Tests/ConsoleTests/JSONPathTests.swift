import Testing

@testable import Console

@Suite struct JSONPathTests {
    private static let order = #"""
        {"id":17,"user":{"id":7,"name":"Zo\u00eb \"Z\""},"items":[{"sku":"A-1","n":2},{"sku":"B-2"}],
         "odd.name":true,"big":9007199254740993,"at":"2026-11-21","none":null}
        """#

    private func holds(_ condition: String) -> Bool? {
        guard let value = JSONReader.read(Array(Self.order.utf8)) else { return nil }
        return (try? JSONCondition(condition))?.holds(in: value)
    }

    @Test(arguments: [
        ("$.user.id = 7", true), ("user.id=7", true), ("$.user.id = 8", false), ("$.user.id != 8", true),
        ("$.missing != 8", false), ("$.missing", false), ("$.none", true), ("$.none = null", true),
        ("$.id >= 17", true),
        ("$.id > 17", false), ("$.id < 18.5", true), ("$.items[0].sku = A-1", true),
        ("$.items[-1].sku = \"B-2\"", true),
        ("$.items[2].sku", false), ("$.items[*].sku ~ /^B/", true), ("$.items[*].n > 1", true),
        ("$.items.*.n = 2", true),
        ("$['odd.name'] = true", true), ("$[\"odd.name\"]", true), ("$.user.name = Zoë \"Z\"", true),
        ("$.user.name ~ ZOË", false), ("$.user.name ~ zo", true), ("$.big = 9007199254740993", true),
        ("$.big = 9007199254740992", false), ("$.at >= 2026-11-01", true), ("$.id = \"17\"", false),
        ("$.user ~ name", true),
    ])
    func `a condition looks at what its path leads to`(condition: String, expected: Bool) {
        // What people ask of a topic of JSON: the order of that user.
        #expect(holds(condition) == expected, "\(condition)")
    }

    @Test(arguments: ["$..id", "$.", "$.a[x]", "$.a[", "$.a ~ /(/", "$x"])
    func `what is no path is refused`(text: String) {
        // A path that is read wrong finds nothing, which looks like an answer.
        #expect(throws: JSONPath.Failure.self) { try JSONCondition(text) }
    }

    @Test func `JSON is read strictly`() {
        // A reader that forgives shows what is not there.
        for wrong in ["01", "1.", ".5", "+1", "0x10", "NaN", "[1,]", "\"\\q\"", "\"\\u12\"", "\"a\nb\"", "{}x", "tru"] {
            #expect(JSONReader.read(Array(wrong.utf8)) == nil, "\(wrong)")
        }
        for right in ["0", "-0.5e+7", "\"\"", "\"\\u00e9\\n\"", " [ ] ", "null"] {
            #expect(JSONReader.read(Array(right.utf8)) != nil, "\(right)")
        }
        #expect(JSONValue.unescaped(#""a\n\t\u00e9\ud83d\ude00\/""#) == "a\n\té😀/")
        #expect(JSONValue.unescaped(#""\ud83d""#) == "\u{FFFD}")
    }

    @Test func `what is quoted reads back as it was`() {
        // Saved lines are read by other programs.
        for text in ["plain", "\"\\", "a\u{0}b\u{1F}\u{7F}", "茶\n\r\t", ""] {
            guard case .string(let quoted)? = JSONReader.read(Array(JSONValue.quoted(text).utf8)) else {
                Issue.record("\(JSONValue.quoted(text)) is no JSON")
                continue
            }
            #expect(JSONValue.unescaped(quoted) == text)
        }
    }

    @Test func `deep JSON is folded from a depth on`() {
        // An order of a thousand lines has its head on one screen.
        guard let value = JSONReader.read(Array(#"{"a":{"b":[1,2,3],"c":{}},"d":1}"#.utf8)) else {
            Issue.record("it is JSON")
            return
        }
        func lines(_ folds: JSONFolds) -> [String] { JSONOutline.lines(value, folds).map(\.styled.plain) }
        #expect(
            lines(JSONFolds(depth: 1)) == ["{", "  \"a\": {… 2},", "  \"d\": 1", "}"])
        #expect(
            lines(JSONFolds(depth: 2)) == [
                "{", "  \"a\": {", "    \"b\": [… 3],", "    \"c\": {}", "  },", "  \"d\": 1", "}",
            ])
        // One that is turned is otherwise; numbers count what is folded, too.
        #expect(lines(JSONFolds(depth: 1, turned: [1])).contains("    \"b\": [… 3],"))
        #expect(lines(JSONFolds(turned: [2])) == lines(JSONFolds(depth: 2)))
        #expect(lines(JSONFolds(turned: [0])) == ["{… 2}"])
    }
}
