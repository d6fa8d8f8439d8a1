/// What the keys and values of a topic's records are written by; nil where nobody has said it.
package struct RecordSchemas: Hashable, Sendable {
    package var key: AvroSchema?
    package var value: AvroSchema?

    package init(key: AvroSchema? = nil, value: AvroSchema? = nil) {
        self.key = key
        self.value = value
    }

    /// Bytes as JSON: by the schema, else where they are JSON themselves.
    static func json(_ bytes: [UInt8], _ schema: AvroSchema?) -> JSONValue? {
        guard let schema, bytes.count <= JSONReader.bytesMax, let value = AvroReader.read(bytes, schema) else {
            return JSONReader.read(bytes)
        }
        return value
    }

    /// The same, but a lone number or word that is JSON by chance is left to be the text that it is.
    static func container(_ bytes: [UInt8], _ schema: AvroSchema?) -> JSONValue? {
        guard let schema, bytes.count <= JSONReader.bytesMax, let value = AvroReader.read(bytes, schema) else {
            return JSONReader.readContainer(bytes)
        }
        return value
    }
}
