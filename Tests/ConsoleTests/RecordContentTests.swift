import Testing

@testable import Console

@Suite struct RecordContentTests {
    private func laidOut(_ text: String) -> [String]? { JSONLayout.lines(Array(text.utf8))?.map(\.plain) }

    @Test func `JSON is laid out over lines`() {
        // A value of one long line cannot be read.
        #expect(
            laidOut(#" {"a":1,"b":[true,{"c":"x\"y"}],"d":{},"e":[]} "#) == [
                "{", #"  "a": 1,"#, #"  "b": ["#, "    true,", "    {", #"      "c": "x\"y""#, "    }", "  ],",
                #"  "d": {},"#, #"  "e": []"#, "}",
            ])
    }

    @Test func `what is not JSON is left alone`() {
        // A formatter that guesses would show a record that does not exist.
        for text in [
            "", "12", "text", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "[1] [2]", "{\"a\":1", "[\"x]", "[nope]", "[\"\\",
            "{1:2}", "[1 2]",
        ] {
            #expect(laidOut(text) == nil, "\(text)")
        }
        #expect(JSONLayout.lines([0x5B, 0x22, 0xFF, 0x22, 0x5D]) == nil)
        #expect(laidOut(String(repeating: "[", count: 100_000)) == nil)
    }

    @Test func `bytes that are not text are shown one by one`() {
        // Mojibake looks like data.
        #expect(Bytes.text([0xC3, 0x28]) == nil)
        #expect(Bytes.text([0, 1, 2, 65]) == nil)
        #expect(Bytes.preview([0xFF, 0x01]) == "0xff01")
        #expect(
            Bytes.dump(Array("Hello, wide world!\n".utf8)).map(\.plain) == [
                "000000  48 65 6c 6c 6f 2c 20 77  69 64 65 20 77 6f 72 6c  Hello, wide worl",
                "000010  64 21 0a                                          d!·",
            ])
    }

    @Test func `a long value is cut between characters`() {
        // Cutting inside one would make text look binary.
        for length in 1020...1028 {
            let bytes = Array((String(repeating: "x", count: length) + "日本語日本語").utf8)
            #expect(Bytes.preview(bytes).hasPrefix("xxxx"), "\(length)")
        }
    }

    @Test func `a large value is folded as a small one is`() {
        // Its lines are made when they are seen.
        let line = #"{"sku":"A-100","n":2,"tags":["a","b"]}"#
        let value = Array(
            "{\"lines\":[\(Array(repeating: line, count: 5000).joined(separator: ","))],\"end\":1}".utf8)
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.records")
        session.answer([RecordRow(partition: 0, offset: 1, timestamp: nil, key: nil, value: value)])
        session.press("records.open")
        // A failed expectation looks into all that it names: not into a session of such a size.
        var (screen, row) = (session.screen, session.selectedRow)
        #expect(value.count > RecordContent.bytesMax && screen.contains("· JSON"))
        session.press("record.bottom", "record.move-up")
        row = session.selectedRow
        #expect(row.contains("\"end\": 1"))
        session.press("record.move-up", "record.toggle-fold")
        (screen, row) = (session.screen, session.selectedRow)
        #expect(row.contains("\"lines\": [… 5,000],") && screen.contains("\"end\": 1"))
        session.press("record.unfold-here", "record.unfold-here", "record.toggle-fold", "record.move-down")
        (screen, row) = (session.screen, session.selectedRow)
        #expect(screen.contains("    {… 3},") && row.contains("    {"))
    }

    @Test func `a value that is too large for a column says that it was not read`() {
        // An empty place would say that the field is not there.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.records")
        let long = Array("{\"id\":7,\"text\":\"\(String(repeating: "x", count: Bytes.jsonMax))\"}".utf8)
        session.answer([
            RecordRow(partition: 0, offset: 1, timestamp: nil, key: Array("long".utf8), value: long),
            RecordRow(partition: 0, offset: 2, timestamp: nil, key: Array("short".utf8), value: Array("{}".utf8)),
        ])
        session.press("records.top", "records.columns")
        session.type("id")
        session.key(.enter)
        let (screen, row) = (session.screen, session.selectedRow)
        #expect(screen.contains("id") && row.contains("long") && row.contains(" ? "))
        session.press("records.move-down")
        #expect(!session.selectedRow.contains("?"))
    }
}
