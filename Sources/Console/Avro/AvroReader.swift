/// Reads Avro's binary encoding into JSON: what is shown, searched and given columns is then the same for both.
///
/// Bytes and fixed become `"0x0a0b"`, a union's value stands without the name of its branch. Bounded in depth and in
/// number of values: blocks of nothing take no bytes, and a length is anybody's.
struct AvroReader {
    private static let depthMax = 64
    private static let valuesMax = 1_000_000

    private struct NotAvro: Error {}

    private let schema: AvroSchema
    private var rest: ArraySlice<UInt8>
    private var values = 0

    private init(_ schema: AvroSchema, _ bytes: ArraySlice<UInt8>) {
        self.schema = schema
        rest = bytes
    }

    /// Nil where the bytes are not of this schema from the first to the last. Before them may stand what a schema registry puts
    /// there (a zero and four bytes) or a single object's head (`c3 01` and eight bytes).
    static func read(_ bytes: [UInt8], _ schema: AvroSchema) -> JSONValue? {
        if bytes.first == 0, bytes.count >= 5, let value = whole(bytes[5...], schema) { return value }
        if bytes.starts(with: [0xC3, 0x01]), bytes.count >= 10, let value = whole(bytes[10...], schema) {
            return value
        }
        return whole(bytes[...], schema)
    }

    private static func whole(_ bytes: ArraySlice<UInt8>, _ schema: AvroSchema) -> JSONValue? {
        var reader = AvroReader(schema, bytes)
        guard let value = try? reader.value(schema.root, depth: 0), reader.rest.isEmpty else { return nil }
        return value
    }

    private mutating func value(_ kind: AvroSchema.Kind, depth: Int) throws(NotAvro) -> JSONValue {
        values += 1
        guard depth < Self.depthMax, values <= Self.valuesMax else { throw NotAvro() }
        switch kind {
        case .null: return .word("null")
        case .boolean:
            guard let byte = rest.popFirst(), byte < 2 else { throw NotAvro() }
            return .word(byte == 1 ? "true" : "false")
        case .int:
            guard let number = Int32(exactly: try long()) else { throw NotAvro() }
            return .number("\(number)")
        case .long: return .number("\(try long())")
        case .float: return .finite(Float(bitPattern: UInt32(truncatingIfNeeded: try littleEndian(4))))
        case .double: return .finite(Double(bitPattern: try littleEndian(8)))
        case .bytes: return .digits(try take(try length()))
        case .string:
            guard let text = String(validating: try take(try length()), as: UTF8.self) else { throw NotAvro() }
            return .string(JSONValue.quoted(text))
        case .record(let fields):
            var members: [JSONValue.Member] = []
            for field in fields {
                members.append(
                    JSONValue.Member(name: JSONValue.quoted(field.name), value: try value(field.kind, depth: depth + 1))
                )
            }
            return .object(members)
        case .enumeration(let symbols):
            let index = try long()
            guard index >= 0, index < symbols.count else { throw NotAvro() }
            return .string(JSONValue.quoted(symbols[Int(index)]))
        case .array(let item):
            var items: [JSONValue] = []
            try blocks { reader throws(NotAvro) in items.append(try reader.value(item, depth: depth + 1)) }
            return .array(items)
        case .map(let kind):
            var members: [JSONValue.Member] = []
            try blocks { reader throws(NotAvro) in
                guard case .string(let name) = try reader.value(.string, depth: depth + 1) else { throw NotAvro() }
                members.append(JSONValue.Member(name: name, value: try reader.value(kind, depth: depth + 1)))
            }
            return .object(members)
        case .union(let branches):
            let index = try long()
            guard index >= 0, index < branches.count else { throw NotAvro() }
            return try value(branches[Int(index)], depth: depth + 1)
        case .fixed(let size): return .digits(try take(size))
        case .named(let name):
            guard let kind = schema.named[name] else { throw NotAvro() }
            return try value(kind, depth: depth + 1)
        }
    }

    /// An array's or a map's, until a block of none. A negative count is followed by the block's size in bytes.
    private mutating func blocks(
        _ body: (inout Self) throws(NotAvro) -> Void
    ) throws(NotAvro) {
        while true {
            let count = try long()
            if count == 0 { return }
            if count < 0 { _ = try long() }
            guard count.magnitude <= UInt64(Self.valuesMax) else { throw NotAvro() }
            for _ in 0..<count.magnitude { try body(&self) }
        }
    }

    /// A zigzag number of up to ten bytes.
    private mutating func long() throws(NotAvro) -> Int64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst(), shift < 63 || byte < 2 else { throw NotAvro() }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
        }
        throw NotAvro()
    }

    private mutating func length() throws(NotAvro) -> Int {
        guard let length = Int(exactly: try long()), length >= 0 else { throw NotAvro() }
        return length
    }

    private mutating func take(_ count: Int) throws(NotAvro) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw NotAvro() }
        let bytes = rest.prefix(count)
        rest = rest.dropFirst(count)
        return bytes
    }

    private mutating func littleEndian(_ count: Int) throws(NotAvro) -> UInt64 {
        try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
