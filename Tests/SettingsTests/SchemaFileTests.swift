import Console
import Settings
import Testing

/// Schemas of topics, by which their records are read.
@Suite struct SchemaFileTests {
    @Test func `a topic has a schema, in a file beside the settings`() throws {
        // The form that the README shows; a file somewhere else begins with a slash.
        let other = try Folder(["value.avsc": "\"long\""])
        let folder = try Folder([
            "key.avsc": "\"long\"",
            "klamm.toml":
                "[records.orders]\nkey = \"key.avsc\"\nvalue = \"\(other.path)/value.avsc\"\n[records.other]\n",
        ])
        let settings = ConsoleSettings(folder: folder.path)
        #expect(settings.problems.isEmpty)
        let schema = RecordSchema.avro(try AvroSchema("\"long\""))
        #expect(settings.schemas == ["orders": RecordSchemas(key: schema, value: schema), "other": RecordSchemas()])
    }

    @Test func `a topic has a Protobuf message, with what its file imports beside it`() throws {
        // One file may hold several messages: which is meant is said where it is not the first.
        let files = [
            "b.proto": "message B { int32 b = 1; }",
            "a.proto": "import \"b.proto\"; message A {} message C { B b = 1; }",
        ]
        let folder = try Folder(
            files.merging(["klamm.toml": "[records.x]\nkey = \"a.proto\"\nvalue = \"a.proto\"\nvalue-message = \"C\""])
            {
                first, _ in first
            })
        let settings = ConsoleSettings(folder: folder.path)
        #expect(settings.problems.isEmpty, "\(settings.problems)")
        let value = try ProtobufSchema(file: "a.proto", message: "C") { files[$0] }
        let key = try ProtobufSchema(file: "a.proto") { files[$0] }
        #expect(settings.schemas == ["x": RecordSchemas(key: .protobuf(key), value: .protobuf(value))])
    }

    @Test func `a mistake in a .proto file is named with that file's line`() throws {
        // The settings' line would send its reader to the wrong file.
        let folder = try Folder([
            "a.proto": "import \"b.proto\";\nmessage A {}", "b.proto": "\n\nmessage B { int32 b = 1 }",
            "klamm.toml": "[records.x]\nvalue = \"a.proto\"\n[records.y]\nvalue = \"y.avsc\"", "y.avsc": "\"long\"",
        ])
        let settings = ConsoleSettings(folder: folder.path)
        #expect(settings.schemas.count == 1)
        #expect(
            settings.problems.map(\.description)
                == ["\(folder.path)/b.proto:3: has '}' where ';' after the field b should be"])
    }

    @Test(arguments: [
        ("[records.a]\nvalue = 5", 2, "must be the name of an Avro schema"),
        ("[records.a]\nvalue = \"a.json\"", 2, "or of a Protobuf one"),
        ("[records.a]\nvalue = \"none.avsc\"", 2, "there is no file"),
        ("[records.a]\nvalue = \"none.proto\"", 2, "there is no file"),
        ("[records.a]\nvalue-message = \"A\"", 2, "'value-message' needs value"),
        ("[records.a]\nvalue = \"bad.avsc\"\nvalue-message = \"A\"", 3, "has no messages to choose from"),
        ("[records.a]\nvalue = \"bad.avsc\"\nvalue-message = 5", 3, "a message's name in quotes"),
        ("[records.a]\nkey = \"bad.avsc\"", 2, "is not JSON"),
        ("[records.a]\nvalu = \"x.avsc\"", 2, "'valu' is unknown here"), ("[records]\na = 1", 2, "must be a table"),
    ])
    func `what cannot be used is named with its line`(text: String, line: Int, reason: String) throws {
        // The other topics keep theirs.
        let folder = try Folder(["bad.avsc": "{", "klamm.toml": text])
        let settings = ConsoleSettings(folder: folder.path)
        #expect(settings.problems.count == 1 && settings.schemas.isEmpty)
        #expect(settings.problems.first?.line == line)
        #expect(settings.problems.first?.description.contains(reason) == true, "\(settings.problems)")
    }
}
