/// Records as JSON lines: one object each, every byte kept.
///
/// Key, value and header values are strings where they are UTF-8; else `keyHex`, `valueHex` and `hex` hold their digits.
/// What a schema reads stands beside them as `keyAvro`, `valueAvro`, `keyProtobuf` or `valueProtobuf`.
enum RecordLines {
    static func line(_ row: RecordRow, topic: String, _ schemas: RecordSchemas = RecordSchemas()) -> String {
        var fields = [
            "\"topic\":\(JSONValue.quoted(topic))", "\"partition\":\(row.partition)", "\"offset\":\(row.offset)",
            "\"timestamp\":\(row.timestamp.map { "\($0)" } ?? "null")", field("key", row.key, hex: "keyHex"),
            field("value", row.value, hex: "valueHex"),
        ]
        for (name, bytes, schema) in [("key", row.key, schemas.key), ("value", row.value, schemas.value)] {
            guard let bytes, let schema, let value = schema.read(bytes) else { continue }
            fields.append("\"\(name)\(schema.format)\":\(value.compact)")
        }
        if !row.headers.isEmpty {
            let headers = row.headers.map {
                "{\"name\":\(JSONValue.quoted($0.name)),\(field("value", $0.value, hex: "hex"))}"
            }
            fields.append("\"headers\":[\(headers.joined(separator: ","))]")
        }
        return "{" + fields.joined(separator: ",") + "}"
    }

    private static func field(_ name: String, _ bytes: [UInt8]?, hex: String) -> String {
        guard let bytes else { return "\"\(name)\":null" }
        if let text = String(validating: bytes, as: UTF8.self) { return "\"\(name)\":\(JSONValue.quoted(text))" }
        return "\"\(hex)\":\"\(bytes.map(Bytes.hex).joined())\""
    }
}
