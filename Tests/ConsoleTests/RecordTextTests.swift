import Testing

@testable import Console

@Suite struct RecordTextTests {
    private let odd = [
        RecordRow.Header(name: "trace", value: Array("a1b2".utf8)), RecordRow.Header(name: "none", value: nil),
        RecordRow.Header(name: "list", value: Array("a, b\\c".utf8)),
        RecordRow.Header(name: "raw", value: [0, 255, 61]),
        RecordRow.Header(name: "a=b", value: []), RecordRow.Header(name: "blank", value: [32, 65]),
        RecordRow.Header(name: "line", value: Array("a\nb".utf8)),
        RecordRow.Header(name: "N", value: Array("\\N".utf8)),
    ]

    @Test func `headers are written and read without losing a byte`() throws {
        // A record that is sent again is the same record.
        #expect(try HeaderText.read(HeaderText.write(odd)) == odd)
        #expect(HeaderText.write([odd[0], odd[1]]) == "trace=a1b2, none=\\N")
        #expect(try HeaderText.read("a=1,b = two words ,").map(\.name) == ["a", "b"])
        for wrong in ["a", "=1", "a=\\q", "a=\\xzz"] {
            #expect(throws: HeaderText.Failure.self) { try HeaderText.read(wrong) }
        }
    }

    @Test func `records are saved one a line, every byte of them`() {
        // Other programs read them; what is no text must not be lost on the way.
        let row = RecordRow(
            partition: 1, offset: 7, timestamp: nil, key: [0xFF, 0x01], value: Array("{\"a\":\"茶\"}\n".utf8),
            headers: [odd[1], odd[3]])
        #expect(
            RecordLines.line(row, topic: "or\"ders")
                == #"{"topic":"or\"ders","partition":1,"offset":7,"timestamp":null,"keyHex":"ff01","#
                + #""value":"{\"a\":\"茶\"}\n","headers":[{"name":"none","value":null},{"name":"raw","hex":"00ff3d"}]}"#)
    }

    @Test func `integers are those of Kafka's serializers`() {
        // Keys are often a long of eight bytes.
        #expect(ByteFormat.integer([0, 0, 0, 0, 0, 0, 1, 2]) == 258)
        #expect(ByteFormat.integer([255, 255, 255, 254]) == -2)
        #expect(ByteFormat.integer([255, 255]) == -1 && ByteFormat.integer([128]) == -128)
        #expect(ByteFormat.integer([1, 2, 3]) == nil && ByteFormat.integer([]) == nil)
    }

    @Test func `a field that begins from bytes gives the same bytes back`() {
        // An edited record that was binary must not become text.
        var session = Session()
        session.press("topics.move-down", "topics.records")
        session.answer()
        session.press("records.move-up", "records.open", "record.produce")
        #expect(session.shows("Key (hex)") && session.shows("000102fafb"))
        session.key(.enter)
        guard case .produce(let draft)? = session.commands.first else {
            Issue.record("nothing was written: \(session)")
            return
        }
        #expect(draft.key == [0, 1, 2, 250, 251] && draft.value == Fixture.records[4].value && draft.partition == 1)
        session.press("record.produce")
        session.key(.right)
        session.type("f")
        session.key(.enter)
        #expect(session.shows("two hexadecimal digits each"))
        session.key(.escape)
        // What takes the place of bytes is text.
        session.press("record.produce")
        session.type("f")
        session.key(.enter)
        guard case .produce(let draft)? = session.commands.first else {
            Issue.record("nothing was written: \(session)")
            return
        }
        #expect(draft.key == [0, 1, 2, 250, 251] && draft.value == Array("f".utf8))
    }
}
