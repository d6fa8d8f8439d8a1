/// What bytes are written by.
package enum RecordSchema: Hashable, Sendable {
    case avro(AvroSchema)
    case protobuf(ProtobufSchema)

    /// For a heading: with the message's name, where several are in one file.
    var words: String {
        switch self {
        case .avro: "Avro"
        case .protobuf(let schema): "Protobuf \(schema.name)"
        }
    }

    /// For the name of a field that holds what was read.
    var format: String {
        switch self {
        case .avro: "Avro"
        case .protobuf: "Protobuf"
        }
    }

    /// Nil where the bytes are not written so.
    func read(_ bytes: [UInt8]) -> JSONValue? {
        guard bytes.count <= JSONReader.bytesMax else { return nil }
        switch self {
        case .avro(let schema): return AvroReader.read(bytes, schema)
        case .protobuf(let schema): return try? ProtobufReader.read(bytes, schema)
        }
    }

    /// What is wrong with bytes that are not written so, as far as one can tell.
    func problem(_ bytes: [UInt8]) -> String? {
        guard case .protobuf(let schema) = self, bytes.count <= JSONReader.bytesMax else { return nil }
        do throws(ProtobufMalformed) {
            _ = try ProtobufReader.read(bytes, schema)
            return nil
        } catch {
            return "This is no \(schema.name): \(error.words)"
        }
    }
}

/// What the keys and values of a topic's records are written by; nil where nobody has said it.
package struct RecordSchemas: Hashable, Sendable {
    package var key: RecordSchema?
    package var value: RecordSchema?

    package init(key: RecordSchema? = nil, value: RecordSchema? = nil) {
        self.key = key
        self.value = value
    }

    /// Bytes as JSON: by the schema, else where they are JSON themselves.
    static func json(_ bytes: [UInt8], _ schema: RecordSchema?) -> JSONValue? {
        schema?.read(bytes) ?? JSONReader.read(bytes)
    }

    /// The same, but a lone number or word that is JSON by chance is left to be the text that it is.
    static func container(_ bytes: [UInt8], _ schema: RecordSchema?) -> JSONValue? {
        schema?.read(bytes) ?? JSONReader.readContainer(bytes)
    }
}
