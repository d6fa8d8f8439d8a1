import Testing

@testable import Console

@Suite struct AvroTests {
    static let order = """
        {"type":"record","name":"Order","namespace":"shop","fields":[
         {"name":"id","type":"long"},{"name":"note","type":["null","string"],"default":null},
         {"name":"state","type":{"type":"enum","name":"State","symbols":["NEW","PAID"]}},
         {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[
           {"name":"sku","type":"string"},{"name":"n","type":"int"}]}}},
         {"name":"tags","type":{"type":"map","values":"boolean"}},{"name":"sum","type":"double"},
         {"name":"rate","type":"float"},{"name":"raw","type":"bytes"},
         {"name":"hash","type":{"type":"fixed","name":"Two","size":2}},{"name":"parent","type":["null","Order"]}]}
        """
    /// As Avro's own rules write it, byte by byte.
    static let bytes: [UInt8] = [
        0x22, 0x02, 0x04, 0x68, 0x69, 0x02,  // id 17, note "hi", state PAID
        0x02, 0x06, 0x41, 0x2D, 0x31, 0x03, 0x00,  // one line: "A-1", -2
        0x01, 0x04, 0x02, 0x78, 0x01, 0x00,  // a block of one entry, its size told: x true
        0, 0, 0, 0, 0, 0xE0, 0x58, 0x40, 0, 0, 0xC0, 0x3F,  // 99.5 and 1.5
        0x04, 0xFF, 0x00, 0xAB, 0xCD, 0x00,  // two bytes, two more, no parent
    ]

    private func read(_ schema: String, _ bytes: [UInt8]) throws -> String? {
        AvroReader.read(bytes, try AvroSchema(schema))?.compact
    }

    @Test func `a record is read field by field`() throws {
        // Every type of Avro's, against bytes written by hand from its specification.
        let json = try read(Self.order, Self.bytes)
        #expect(
            json == #"{"id":17,"note":"hi","state":"PAID","lines":[{"sku":"A-1","n":-2}],"tags":{"x":true},"#
                + #""sum":99.5,"rate":1.5,"raw":"0xff00","hash":"0xabcd","parent":null}"#)
    }

    @Test func `numbers are zigzag, and of their width`() throws {
        // The examples of Avro's specification, and both ends.
        for (bytes, number) in [([0x00], "0"), ([0x01], "-1"), ([0x02], "1"), ([0x7F], "-64"), ([0x80, 0x01], "64")] {
            #expect(try read("\"long\"", bytes.map { UInt8($0) }) == number)
        }
        let least = [UInt8](repeating: 0xFF, count: 9) + [0x01]
        #expect(try read("\"long\"", least) == "\(Int64.min)" && read("\"int\"", least) == nil)
        #expect(try read("\"long\"", [UInt8](repeating: 0xFF, count: 11)) == nil)
        #expect(try read("\"double\"", [0, 0, 0, 0, 0, 0, 0xF0, 0x7F]) == "\"inf\"")
    }

    @Test func `what a schema registry puts before the bytes is passed over`() throws {
        // Most topics of Avro are written so.
        let json = try read(Self.order, Self.bytes)
        #expect(try read(Self.order, [0, 0, 0, 0, 7] + Self.bytes) == json)
        #expect(try read(Self.order, [0xC3, 0x01, 1, 2, 3, 4, 5, 6, 7, 8] + Self.bytes) == json)
    }

    @Test func `bytes of another schema are not read`() throws {
        // They are shown as what they are instead.
        for cut in 0..<Self.bytes.count { #expect(try read(Self.order, Array(Self.bytes.prefix(cut))) == nil) }
        #expect(try read(Self.order, Self.bytes + [0]) == nil)
        #expect(try read("\"string\"", [0x04, 0xFF, 0xFE]) == nil && read("\"boolean\"", [2]) == nil)
        #expect(try read("\"string\"", least(.max)) == nil && read("[\"null\"]", [2]) == nil)
        // Blocks of nothing take no bytes: their count alone must not keep anybody busy.
        #expect(try read(#"{"type":"array","items":"null"}"#, least(.max)) == nil)
        #expect(try read(#"{"type":"record","name":"R","fields":[{"name":"r","type":"R"}]}"#, []) == nil)
    }

    private func least(_ number: Int64) -> [UInt8] { [0xFE] + [UInt8](repeating: 0xFF, count: 8) + [0x01, 0x00] }

    @Test(arguments: [
        ("{", "is not JSON"), ("\"Nobody\"", "names a type"), ("[]", "a union of nothing"),
        ("7", "where a type should be"),
        (#"{"type":"record","name":"R"}"#, "without fields"), (#"{"type":"array"}"#, "without \"items\""),
        (#"{"type":"fixed","name":"F","size":-1}"#, "without a size"),
        (#"{"type":"enum","symbols":[]}"#, "without a name"),
        (#"[{"type":"fixed","name":"F","size":1},{"type":"fixed","name":"F","size":2}]"#, "defines F twice"),
    ])
    func `what is wrong with a schema is said`(text: String, reason: String) throws {
        // It is somebody's file, with somebody's mistake in it.
        do {
            _ = try AvroSchema(text)
            Issue.record("\(text) was taken")
        } catch {
            #expect("\(error)".contains(reason), "\(error)")
        }
    }

    @Test func `values with a schema are shown, searched and given columns as JSON is`() throws {
        // One way to look at records, whatever wrote them.
        var session = Session(columns: 120, rows: 40)
        session.send(.schemas(["orders": RecordSchemas(value: .avro(try AvroSchema(Self.order)))]))
        session.press("topics.move-down", "topics.records")
        let row = RecordRow(partition: 0, offset: 1, timestamp: nil, key: Array("k".utf8), value: Self.bytes)
        session.answer([row])
        #expect(session.selectedRow.contains(#"{"id":17,"note":"hi""#))
        session.press("records.open")
        #expect(session.shows("· Avro") && session.shows("\"sku\": \"A-1\""))
        session.press("record.save")
        let line = try #require(session.saved)
        #expect(line.contains(#""valueAvro":{"id":17,"#) && line.contains("\"valueHex\":\"2202"))
        session.press("record.back")
        let found = session.search(json: "$.lines[*].n < 0")
        let filter = try #require(found)
        #expect(filter.holds(for: row))
        #expect(!filter.holds(for: RecordRow(partition: 0, offset: 1, timestamp: nil, key: nil, value: [1])))
    }
}
