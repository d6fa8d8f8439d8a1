import Testing

@testable import Console

@Suite struct ProtobufTests {
    private func read(_ text: String, _ digits: String, _ message: String? = nil) throws -> String {
        try ProtobufReader.read(
            ProtobufVectors.bytes(digits), ProtobufVectors.schema(text: "syntax = \"proto3\"; " + text, message)
        ).compact
    }

    @Test func `a message of proto3 is read field by field`() throws {
        // Every type and form that there is, as protoc wrote it.
        let json = try ProtobufReader.read(ProtobufVectors.orderBytes, ProtobufVectors.schema("order.proto"))
        #expect(
            json.compact == #"{"id":17,"note":"héllo","state":"PAID","lines":[{"sku":"A-1","n":-2},"#
                + #"{"n":3,"size":"LARGE"}],"stock":{"x":7,"":0},"by_number":{"-1":{"sku":"B"}},"#
                + #""packed":[1,300,-1],"single":[5,6],"cash":{"currency":"EUR","cents":-150},"rate":99.5,"share":1.5,"#
                + #""f32":4294967295,"f64":1,"sf32":-5,"sf64":-6,"s32":-7,"u32":4000000000,"#
                + #""u64":18446744073709551615,"paid":true,"raw":"0xff00","at":"2026-11-22T14:02:33.120Z","#
                + #""took":"-1.500s","name":"n","extra":{"a":[1.5,null,true],"b":{"c":"d"}},"#
                + #""any":{"@type":"type.googleapis.com/shop.Other","text":"held"},"mask":"id,lines.sku","empty":{},"#
                + #""zero":0,"states":["NEW","LOST"],"parent":{"id":1,"note":"p"}}"#)
    }

    @Test func `a message of proto2 is read, its groups too, and its extensions by number`() throws {
        // Old schemas are still about.
        let json = try ProtobufReader.read(ProtobufVectors.oldBytes, ProtobufVectors.schema("old.proto"))
        #expect(
            json.compact == #"{"a":5,"b":"t","item":[{"name":"one","deep":{"yes":true}},{"name":"two"}],"#
                + #""lone":{"n":9},"packed":[1,2],"single":[3,4],"y":{"z":8},"100 varint":12,"#
                + #""101 bytes":"nn","102 group":{"1 varint":3}}"#)
    }

    @Test func `what a schema registry puts before a message is passed over, and says which message it is`() throws {
        // Most topics of Protobuf are written so; a lone 0 is the first message, [1, 0] the first in the second.
        let order = try ProtobufVectors.schema("order.proto")
        let json = try ProtobufReader.read(ProtobufVectors.orderBytes, order)
        #expect(try ProtobufReader.read([0, 0, 0, 0, 7, 0] + ProtobufVectors.orderBytes, order) == json)
        #expect(try ProtobufReader.read([0, 0, 0, 0, 7, 2, 0] + ProtobufVectors.orderBytes, order) == json)
        #expect(try ProtobufReader.read([0, 0, 0, 0, 7, 2, 2, 0x0A, 1, 0x78], order).compact == #"{"text":"x"}"#)
        #expect(try ProtobufReader.read([0, 0, 0, 0, 7, 4, 2, 0, 0x08, 1], order).compact == #"{"yes":true}"#)
        // Numbers that are not zigzag: one index, the second message.
        #expect(try ProtobufReader.read([0, 0, 0, 0, 7, 1, 1, 0x0A, 1, 0x78], order).compact == #"{"text":"x"}"#)
        // Who names a message means it.
        let other = try ProtobufVectors.schema("order.proto", "Other")
        #expect(other.name == "shop.Other")
        #expect(try ProtobufReader.read([0, 0, 0, 0, 7, 0, 0x0A, 1, 0x78], other).compact == #"{"text":"x"}"#)
        #expect(try ProtobufVectors.schema("order.proto", "shop.Order.Line").name == "shop.Order.Line")
    }

    @Test func `fields that the message does not know are shown by number and wire type`() throws {
        // A newer program has written them: they are there.
        #expect(
            try read("message M { int32 a = 1; }", "0801" + "1005" + "1d01000000" + "210200000000000000" + "2a026869")
                == #"{"a":1,"2 varint":5,"3 32 bits":"0x00000001","4 64 bits":"0x0000000000000002","5 bytes":"hi"}"#)
        // Known by another type; bytes that are a message; a group.
        #expect(
            try read("message M { int32 a = 1; }", "0a0108" + "120408011001" + "1b08011c")
                == #"{"1 bytes":"0x08","2 bytes":{"1 varint":1,"2 varint":1},"3 group":{"1 varint":1}}"#)
    }

    @Test func `pieces of a message are one, and of a oneof the last is there`() throws {
        // Writers may append to a message that is written already; so do proxies.
        let text =
            "message M { M m = 1; int32 a = 2; int32 b = 3; oneof o { int32 x = 4; M y = 5; } repeated int32 r = 6; }"
        #expect(try read(text, "0a021001" + "0a021802" + "1007" + "1008") == #"{"m":{"a":1,"b":2},"a":8}"#)
        #expect(try read(text, "2001" + "2a021001" + "2a021802") == #"{"y":{"a":1,"b":2}}"#)
        #expect(try read(text, "2a021001" + "2001") == #"{"x":1}"#)
        #expect(try read(text, "3001" + "32020203" + "3004") == #"{"r":[1,2,3,4]}"#)
        #expect(
            try read("message M { map<bool, M> m = 1; }", "0a0408011200" + "0a00" + "0a020801")
                == #"{"m":{"true":{},"false":{}}}"#)
    }

    @Test func `text that is no UTF-8 and numbers without a name are shown as they are`() throws {
        // Proto2 lets both through, and a record is what it is.
        #expect(
            try read("message M { string s = 1; E e = 2; } enum E { A = 0; }", "0a01ff" + "1005")
                == #"{"s":"0xff","e":5}"#)
        #expect(
            try read("message M { double d = 1; bool b = 2; }", "09000000000000f07f" + "1007")
                == #"{"d":"inf","b":true}"#)
        // Out of their range, Google's own are shown as what they hold.
        #expect(
            try read(
                "import \"google/protobuf/timestamp.proto\"; message M { google.protobuf.Timestamp t = 1; }",
                "0a0a08ffffffffffffffff7f") == #"{"t":{"seconds":9223372036854775807}}"#)
    }

    @Test func `malformed bytes say what is wrong at which byte`() throws {
        // And what was read before that is not shown as if it were all.
        let schema = try ProtobufVectors.schema(text: "message M { string s = 1; M m = 2; int32 n = 3; }")
        for (digits, at, reason) in [
            ("0a05616263", 1, "5 bytes should follow, and 3 do"), ("18", 1, "a number is cut off"),
            ("0b", 0, "a group does not end"), ("0c", 0, "a group ends that did not begin"),
            ("1207" + "0a05616263", 1, "7 bytes should follow"), ("1206" + "0a056162630a", 3, "5 bytes should follow"),
            ("0f", 0, "no wire type 7"), ("18ffffffffffffffffffffff01", 1, "longer than ten bytes"),
            ("00", 0, "field"), ("0affffffffffffffffff01", 1, "18446744073709551615 bytes should follow"),
            ("f8ffffffff7f", 0, "no field number"), ("25000000", 1, "4 bytes should follow"),
        ] {
            do throws(ProtobufMalformed) {
                let json = try ProtobufReader.read(ProtobufVectors.bytes(digits), schema)
                Issue.record("\(digits) is \(json.compact)")
            } catch {
                #expect(error.at == at && error.reason.contains(reason), "\(digits): \(error.words)")
            }
        }
        #expect(
            ProtobufReader.rawFields(ProtobufVectors.bytes("0801" + "1007" + "0a05616263"))?.compact
                == #"{"1 varint":1,"2 varint":7}"#)
        #expect(ProtobufReader.rawFields([0xFF]) == nil)
    }

    /// Orders whose values are read by the schema.
    static func browse(_ session: inout Session, _ value: [UInt8]) {
        guard let schema = try? ProtobufVectors.schema("order.proto") else {
            Issue.record("the schema is wrong")
            return
        }
        session.send(.schemas(["orders": RecordSchemas(value: .protobuf(schema))]))
        session.press("topics.move-down", "topics.records")
        session.answer([
            RecordRow(
                partition: 0, offset: 1, timestamp: Fixture.records[0].timestamp, key: Array("k".utf8), value: value)
        ])
    }

    @Test func `values with a schema are shown, searched and saved as JSON is`() throws {
        // One way to look at records, whatever wrote them.
        var session = Session(columns: 120, rows: 40)
        Self.browse(&session, ProtobufVectors.orderBytes)
        #expect(session.selectedRow.contains(#"{"id":17,"note":"héllo""#))
        session.press("records.open")
        #expect(session.shows("· Protobuf shop.Order") && session.shows("\"sku\": \"A-1\""))
        session.press("record.save")
        let line = try #require(session.saved)
        #expect(line.contains(#""valueProtobuf":{"id":17,"#) && line.contains("\"valueHex\":\"0811"))
        session.press("record.back")
        let found = session.search(json: "$.lines[*].n < 0")
        let filter = try #require(found)
        #expect(
            filter.holds(
                for: RecordRow(partition: 0, offset: 1, timestamp: nil, key: nil, value: ProtobufVectors.orderBytes)))
        #expect(!filter.holds(for: RecordRow(partition: 0, offset: 1, timestamp: nil, key: nil, value: [1])))
    }

    @Test func `of a value that is broken the problem is told, then its fields by number`() throws {
        // A writer with another schema is what one looks for.
        var session = Session(columns: 120, rows: 40)
        Self.browse(&session, Array(ProtobufVectors.orderBytes.prefix(60)))
        session.press("records.open")
        #expect(session.shows("! This is no shop.Order: at byte 50: 16 bytes should follow, and 9 do"))
        #expect(session.shows(#""1 varint": 17"#))
    }
}

/// Bytes of anybody's: whatever they are, nothing traps, hangs or fills memory.
@Suite struct ProtobufFuzzTests {
    private func look(_ bytes: [UInt8], _ schema: ProtobufSchema) {
        if let json = try? ProtobufReader.read(bytes, schema) {
            #expect(JSONReader.read(Array(json.compact.utf8)) == json || json.depth > 60, "what is shown is JSON")
        }
        _ = ProtobufReader.rawFields(bytes)
    }

    @Test(arguments: ["order.proto", "old.proto"])
    func `no cut, turned bit or noise makes the reader trap`(file: String) throws {
        // Records are written by anybody, with any schema.
        let schema = try ProtobufVectors.schema(file)
        let whole = file == "old.proto" ? ProtobufVectors.oldBytes : ProtobufVectors.orderBytes
        for count in 0...whole.count { look(Array(whole.prefix(count)), schema) }
        for bit in 0..<whole.count * 8 {
            var bytes = whole
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            look(bytes, schema)
        }
        var generator = Noise(state: 20_261_122)
        for _ in 0..<500 {
            look(
                (0..<Int.random(in: 0..<80, using: &generator)).map { _ in .random(in: 0...255, using: &generator) },
                schema)
            var bytes = whole
            for _ in 0..<4 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            look(bytes, schema)
        }
    }

    @Test func `messages without end and lengths without bytes are refused`() throws {
        // Each level is a call deeper, and a length is only a claim.
        let schema = try ProtobufVectors.schema(
            text: "message M { M m = 1; repeated M r = 2; repeated int32 p = 3; M g = 4; }")
        var deep: [UInt8] = []
        for _ in 0..<2000 {
            var length: [UInt8] = []
            var rest = deep.count
            repeat {
                length.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
                rest >>= 7
            } while rest > 0
            deep = [0x0A] + length + deep
        }
        #expect(throws: ProtobufMalformed.self) { try ProtobufReader.read(deep, schema) }
        let groups = [UInt8](repeating: 0x23, count: 100_000) + [UInt8](repeating: 0x24, count: 100_000)
        #expect(throws: ProtobufMalformed.self) { try ProtobufReader.read(groups, schema) }
        _ = ProtobufReader.rawFields(groups)
        // Two bytes make a message, one a number: what they become takes fifty times the room.
        let many: [UInt8] = (0..<2000).flatMap { _ in [0x12, 0x00] }
        #expect(throws: ProtobufMalformed.self) { try ProtobufReader.read(many, schema, valuesMax: 1999) }
        #expect(try ProtobufReader.read(many, schema, valuesMax: 2000).depth == 3)
        let packed: [UInt8] = [0x1A, 0xD0, 0x0F] + [UInt8](repeating: 1, count: 2000)
        #expect(throws: ProtobufMalformed.self) { try ProtobufReader.read(packed, schema, valuesMax: 1999) }
    }
}

/// The same numbers each time.
private struct Noise: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
