/// Fields without a schema, by their numbers: `"7 varint": 12`.
extension ProtobufReader {
    private static let rawDepthMax = 16
    private static let rawValuesMax = 10_000

    /// A field that the message does not know.
    static func unknown(_ tag: ProtobufWire.Tag, _ wire: inout ProtobufWire) throws(ProtobufMalformed)
        -> JSONValue.Member
    {
        var values = 0
        return try raw(tag, &wire, depth: 0, &values)
    }

    /// What can be read of a value before it is broken; nil where that is nothing.
    static func rawFields(_ bytes: [UInt8]) -> JSONValue? {
        var wire = ProtobufWire(bytes, bytes.indices)
        var members: [JSONValue.Member] = []
        var values = 0
        while values < rawValuesMax, let tag = try? wire.tag(), let member = try? raw(tag, &wire, depth: 0, &values) {
            members.append(member)
        }
        return members.isEmpty ? nil : .object(members)
    }

    private static func raw(
        _ tag: ProtobufWire.Tag, _ wire: inout ProtobufWire, depth: Int, _ values: inout Int
    ) throws(ProtobufMalformed) -> JSONValue.Member {
        values += 1
        let value: JSONValue
        switch tag.kind {
        case .varint: value = .number("\(try wire.varint())")
        case .fixed64: value = .string("\"0x\(digits(try wire.fixed(8), count: 16))\"")
        case .fixed32: value = .string("\"0x\(digits(try wire.fixed(4), count: 8))\"")
        case .groupBegin:
            let range = try wire.group(tag)
            value = fields(wire.bytes, range, depth: depth + 1, &values) ?? .digits(wire.bytes[range])
        case .groupEnd: throw ProtobufMalformed(at: tag.at, reason: "a group ends that did not begin")
        case .bytes:
            let range = try wire.counted()
            if let text = Bytes.text(wire.bytes[range]) {
                value = .string(JSONValue.quoted(text))
            } else {
                // It may be a message: it is one if it can be read as one to its end.
                value = fields(wire.bytes, range, depth: depth + 1, &values) ?? .digits(wire.bytes[range])
            }
        }
        return JSONValue.Member(name: "\"\(tag.number) \(tag.kind.words)\"", value: value)
    }

    /// The number's most significant digit first, as a person writes it.
    private static func digits(_ number: UInt64, count: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }

    private static func fields(
        _ bytes: [UInt8], _ range: Range<Int>, depth: Int, _ values: inout Int
    ) -> JSONValue? {
        guard depth < rawDepthMax, values < rawValuesMax else { return nil }
        var wire = ProtobufWire(bytes, range)
        var members: [JSONValue.Member] = []
        do throws(ProtobufMalformed) {
            while let tag = try wire.tag() {
                guard values < rawValuesMax else { return nil }
                members.append(try raw(tag, &wire, depth: depth, &values))
            }
        } catch {
            return nil
        }
        return .object(members)
    }
}
