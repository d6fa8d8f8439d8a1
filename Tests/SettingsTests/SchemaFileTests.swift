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
        let schema = try AvroSchema("\"long\"")
        #expect(settings.schemas == ["orders": RecordSchemas(key: schema, value: schema), "other": RecordSchemas()])
    }

    @Test(arguments: [
        ("[records.a]\nvalue = 5", 2, "must be the name of an Avro schema"),
        ("[records.a]\nvalue = \"a.proto\"", 2, "must be the name of an Avro schema"),
        ("[records.a]\nvalue = \"none.avsc\"", 2, "there is no file"),
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
