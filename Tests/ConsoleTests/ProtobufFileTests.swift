import Testing

@testable import Console

@Suite struct ProtobufFileTests {
    @Test func `the first message is meant, unless another is named`() throws {
        // Most files hold one; of others the first is what they are about.
        #expect(try ProtobufVectors.schema("order.proto").name == "shop.Order")
        #expect(try ProtobufVectors.schema("order.proto", "Other.Inner").name == "shop.Other.Inner")
        #expect(try ProtobufVectors.schema("order.proto", ".shop.common.Money").name == "shop.common.Money")
    }

    @Test func `a name is looked for from the message outwards`() throws {
        // As protoc does: the nearest of several of the same name.
        let text = """
            package a.b;
            message T { int32 outer = 1; }
            message M { message T { int32 inner = 1; } T near = 1; .a.b.T far = 2; b.T half = 3; a.b.M.T whole = 4; }
            """
        let schema = try ProtobufVectors.schema(text: text, "M")
        let bytes = ProtobufVectors.bytes("0a020801" + "12020801" + "1a020801" + "22020801")
        #expect(
            try ProtobufReader.read(bytes, schema).compact
                == #"{"near":{"inner":1},"far":{"outer":1},"half":{"outer":1},"whole":{"inner":1}}"#)
    }

    @Test func `what does not change how bytes are read is passed over`() throws {
        // Real files are full of it.
        let text = #"""
            edition = "2023"; package p; ;
            import weak "gone.proto"; import "google/protobuf/descriptor.proto";
            option (my.option).deep = { a: "}" b: [1, 2] };
            extend google.protobuf.FieldOptions { string my = 50000; }
            message M {
              extensions 4, 1000 to max [verification = UNVERIFIED];
              extend M { int32 e = 4; }
              int32 message = 1 [(my) = "]", features.field_presence = IMPLICIT]; // a comment
              string option = 0x2; reserved foo, bar;
            }
            """#
        let schema = try ProtobufVectors.schema(text: text)
        #expect(try ProtobufReader.read([8, 1, 18, 1, 65], schema).compact == #"{"message":1,"option":"A"}"#)
    }

    @Test(arguments: [
        ("message M {\n  int32 a = 1\n}", 3, "'}' where ';' after the field a"),
        ("message M {\n  Nobody a = 1;\n}", 2, "names a type that no file defines: Nobody"),
        ("import \"b.proto\";\nmessage M { b.T a = 1; }", 2, "defines: b.T; b.proto is not there"),
        ("message M {\n int32 a = 1; int32 b = 1;\n}", 2, "gives the number 1 to two fields of M"),
        ("message M {}\n\nmessage M {}", 3, "defines M twice"), ("message M { int32 a = 0; }", 1, "has 0 where"),
        ("enum E { A = 0; }", 1, "has no message"), ("", 1, "has no message"),
        ("message M {", 1, "the end of the file"), ("\n/* open", 2, "a comment without an end"),
        ("message M { string s = 1 [default = \"x];\n}", 1, "closing quote"), ("{", 1, "where syntax, package"),
        ("message M { map<string> a = 1; }", 1, "'>' where ',' between a map's types"),
        ("message M { optional = 1; }", 1, "has '='"), ("syntax = \"proto3\"", 1, "without an end"),
        ("message M { é = 1; }", 1, "a byte that no .proto file has"),
        ("message M { int32 a = 99999999999; }", 1, "has"),
        ("message A.B {}", 1, "'A.B' where a message's name"), ("service S {", 1, "without its '}'"),
        (String(repeating: "message M {", count: 100), 1, "too deep"),
    ])
    func `what is wrong with a file is said with its line`(text: String, line: Int, reason: String) throws {
        // It is somebody's file, with somebody's mistake in it.
        do throws(ProtobufSchema.Failure) {
            _ = try ProtobufSchema(file: "a.proto") { $0 == "a.proto" ? text : nil }
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.file == "a.proto" && error.line == line && error.description.contains(reason), "\(error)")
        }
    }

    @Test func `a mistake in an imported file is told of that file`() throws {
        // Its own line would otherwise be looked for in the wrong one.
        let files = ["a.proto": "import \"b.proto\"; message M {}", "b.proto": "\nimport \"a.proto\"; message {"]
        do throws(ProtobufSchema.Failure) {
            _ = try ProtobufSchema(file: "a.proto") { files[$0] }
            Issue.record("it was taken")
        } catch {
            #expect(error.file == "b.proto" && error.line == 2)
        }
        #expect(throws: ProtobufSchema.Failure.self) { try ProtobufVectors.schema("order.proto", "Nobody") }
        #expect(throws: ProtobufSchema.Failure.self) { try ProtobufSchema(file: "a.proto") { _ in nil } }
    }

    @Test func `no cut of a file makes the parser trap`() throws {
        // A file is read while an editor writes it.
        let whole = Array(ProtobufVectors.order.utf8)
        for count in 0..<whole.count {
            _ = try? ProtobufVectors.schema(text: String(decoding: whole.prefix(count), as: UTF8.self))
        }
    }
}
