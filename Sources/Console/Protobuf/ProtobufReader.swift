/// Reads Protobuf's encoding into JSON, with the names of the `.proto` file: what is shown, searched and given columns is
/// then the same for both.
///
/// What is not on the wire is not shown: a field without presence that holds its default is absent. Bytes become
/// `"0x0a0b"`, as does text that is no UTF-8. A field that the message does not know, or knows as of another type, is
/// named by its number and wire type. Bounded in depth and in number of values: the bytes are anybody's.
struct ProtobufReader {
    /// What a field has brought so far.
    private struct Slot {
        var field: Int
        var values: [JSONValue] = []
        /// A message that comes in several pieces is one, whose fields are those of all.
        var pieces: [Range<Int>] = []
        var members: [JSONValue.Member] = []
        /// Of a map's keys among its members: the last entry of a key counts.
        var places: [String: Int] = [:]
    }

    private let schema: ProtobufSchema
    private let bytes: [UInt8]
    private let valuesMax: Int
    private var values = 0

    private init(_ schema: ProtobufSchema, _ bytes: [UInt8], _ valuesMax: Int) {
        self.schema = schema
        self.bytes = bytes
        self.valuesMax = valuesMax
    }

    /// Before a message may stand what a schema registry puts there: a zero, four bytes, and which of its file's messages it
    /// is. No message begins with a zero.
    static func read(
        _ bytes: [UInt8], _ schema: ProtobufSchema, valuesMax: Int = 1_000_000
    ) throws(ProtobufMalformed) -> JSONValue {
        guard bytes.first == 0 else {
            var reader = ProtobufReader(schema, bytes, valuesMax)
            return try reader.message(schema.root, [bytes.indices], depth: 0)
        }
        do throws(ProtobufMalformed) {
            return try framed(bytes, schema, valuesMax, isZigzag: true)
        } catch {
            // Before they were zigzag numbers, some clients wrote plain ones.
            if let value = try? framed(bytes, schema, valuesMax, isZigzag: false) { return value }
            throw error
        }
    }

    private static func framed(
        _ bytes: [UInt8], _ schema: ProtobufSchema, _ valuesMax: Int, isZigzag: Bool
    ) throws(ProtobufMalformed) -> JSONValue {
        guard bytes.count >= 6 else { throw ProtobufMalformed(at: 0, reason: "no field's number is 0") }
        var head = ProtobufWire(bytes, 5..<bytes.count)
        func number(_ head: inout ProtobufWire) throws(ProtobufMalformed) -> Int {
            let at = head.index
            let value = try head.varint()
            let number = isZigzag ? value >> 1 : value
            guard !isZigzag || value & 1 == 0, number <= 10_000 else {
                throw ProtobufMalformed(at: at, reason: "this does not say which message follows")
            }
            return Int(number)
        }
        // A lone 0 stands for the first message.
        let count = try number(&head)
        var path: [Int] = count == 0 ? [0] : []
        for _ in 0..<count { path.append(try number(&head)) }
        var reader = ProtobufReader(schema, bytes, valuesMax)
        return try reader.message(schema.message(at: path), [head.index..<bytes.count], depth: 0)
    }

    // MARK: Messages

    private mutating func message(
        _ place: Int, _ pieces: [Range<Int>], depth: Int
    ) throws(ProtobufMalformed) -> JSONValue {
        guard depth < ProtobufWire.depthMax else {
            throw ProtobufMalformed(
                at: pieces.first?.lowerBound ?? 0,
                reason: "messages lie more than \(ProtobufWire.depthMax) deep in each other")
        }
        let message = schema.messages[place]
        if message.known == .any, let value = try any(pieces, depth: depth) { return value }
        var slots: [Slot] = []
        var unknown: [JSONValue.Member] = []
        for piece in pieces {
            var wire = ProtobufWire(bytes, piece)
            while let tag = try wire.tag() {
                try count(at: tag.at)
                guard let field = message.places[tag.number],
                    try take(message, field, tag, &wire, into: &slots, depth: depth)
                else {
                    unknown.append(try Self.unknown(tag, &wire))
                    continue
                }
            }
        }
        var members: [JSONValue.Member] = []
        for slot in slots {
            let field = message.fields[slot.field]
            members.append(
                JSONValue.Member(
                    name: JSONValue.quoted(field.name), value: try value(of: slot, field, depth: depth)))
        }
        let plain = JSONValue.object(members + unknown)
        return message.known?.form(of: plain) ?? plain
    }

    private mutating func count(at index: Int) throws(ProtobufMalformed) {
        values += 1
        guard values <= valuesMax else {
            throw ProtobufMalformed(at: index, reason: "more than \(valuesMax) values come before")
        }
    }

    private mutating func value(of slot: Slot, _ field: ProtobufSchema.Field, depth: Int) throws(ProtobufMalformed)
        -> JSONValue
    {
        if case .map = field.kind { return .object(slot.members) }
        if field.isRepeated { return .array(slot.values) }
        if case .message(let place) = field.kind { return try message(place, slot.pieces, depth: depth + 1) }
        return slot.values.last ?? .word("null")
    }

    /// False for a field of another wire type than the message's.
    private mutating func take(
        _ message: ProtobufSchema.Message, _ place: Int, _ tag: ProtobufWire.Tag, _ wire: inout ProtobufWire,
        into slots: inout [Slot], depth: Int
    ) throws(ProtobufMalformed) -> Bool {
        let field = message.fields[place]
        switch (field.kind, tag.kind) {
        case (.message(let inner), .bytes), (.message(let inner), .groupBegin):
            let range = tag.kind == .bytes ? try wire.counted() : try wire.group(tag)
            let value = field.isRepeated ? try self.message(inner, [range], depth: depth + 1) : nil
            change(message, place, &slots) { slot in
                if let value { slot.values.append(value) } else { slot.pieces.append(range) }
            }
        case (.map(let entry), .bytes):
            let member = try self.entry(entry, try wire.counted(), depth: depth)
            change(message, place, &slots) { slot in
                if let place = slot.places[member.name] {
                    slot.members[place] = member
                } else {
                    slot.places[member.name] = slot.members.count
                    slot.members.append(member)
                }
            }
        case (_, .bytes) where field.kind.wire != .bytes && field.isRepeated:
            var packed = ProtobufWire(bytes, try wire.counted())
            var values: [JSONValue] = []
            while let value = try scalar(field.kind, packed: &packed) {
                try count(at: packed.index)
                values.append(value)
            }
            change(message, place, &slots) { $0.values += values }
        case (_, let kind) where kind == field.kind.wire:
            let value = try scalar(field.kind, &wire)
            change(message, place, &slots) { slot in
                if !field.isRepeated { slot.values.removeAll(keepingCapacity: true) }
                slot.values.append(value)
            }
        default: return false
        }
        return true
    }

    /// Slots stay in the order of the message's fields. Of a oneof only what came last is there.
    private func change(
        _ message: ProtobufSchema.Message, _ place: Int, _ slots: inout [Slot], _ body: (inout Slot) -> Void
    ) {
        if let oneof = message.fields[place].oneof {
            slots.removeAll { $0.field != place && message.fields[$0.field].oneof == oneof }
        }
        var index = slots.count
        while index > 0, slots[index - 1].field > place { index -= 1 }
        if index == 0 || slots[index - 1].field != place {
            slots.insert(Slot(field: place), at: index)
            index += 1
        }
        body(&slots[index - 1])
    }

    /// A map's: a key or value that is not there is its type's default.
    private mutating func entry(
        _ place: Int, _ range: Range<Int>, depth: Int
    ) throws(ProtobufMalformed) -> JSONValue.Member {
        let fields = schema.messages[place].fields
        guard case .object(let members) = try message(place, [range], depth: depth + 1), fields.count == 2 else {
            return JSONValue.Member(name: "\"\"", value: .word("null"))
        }
        var parts: [JSONValue] = []
        for field in fields {
            let name = JSONValue.quoted(field.name)
            if let found = members.first(where: { $0.name == name }) {
                parts.append(found.value)
            } else {
                parts.append(try absent(field.kind, at: range.upperBound, depth: depth))
            }
        }
        let name = if case .string(let quoted) = parts[0] { quoted } else { JSONValue.quoted(parts[0].compact) }
        return JSONValue.Member(name: name, value: parts[1])
    }

    private mutating func absent(
        _ kind: ProtobufSchema.Kind, at index: Int, depth: Int
    ) throws(ProtobufMalformed) -> JSONValue {
        switch kind {
        case .bool: .word("false")
        case .string: .string("\"\"")
        case .bytes: .string("\"0x\"")
        case .enumeration(let place): enumerated(0, place)
        case .message(let place): try message(place, [index..<index], depth: depth + 1)
        case .double, .float, .int32, .int64, .uint32, .uint64, .sint32, .sint64, .fixed32, .fixed64, .sfixed32,
            .sfixed64, .map:
            .number("0")
        }
    }

    // MARK: Scalars

    private func scalar(
        _ kind: ProtobufSchema.Kind, packed wire: inout ProtobufWire
    ) throws(ProtobufMalformed) -> JSONValue? { wire.isAtEnd ? nil : try scalar(kind, &wire) }

    private func scalar(_ kind: ProtobufSchema.Kind, _ wire: inout ProtobufWire) throws(ProtobufMalformed) -> JSONValue
    {
        switch kind {
        case .double: return .finite(Double(bitPattern: try wire.fixed(8)))
        case .float: return .finite(Float(bitPattern: UInt32(truncatingIfNeeded: try wire.fixed(4))))
        case .int32: return .number("\(Int32(truncatingIfNeeded: try wire.varint()))")
        case .int64: return .number("\(Int64(bitPattern: try wire.varint()))")
        case .uint32: return .number("\(UInt32(truncatingIfNeeded: try wire.varint()))")
        case .uint64: return .number("\(try wire.varint())")
        case .sint32:
            let value = UInt32(truncatingIfNeeded: try wire.varint())
            return .number("\(Int32(bitPattern: value >> 1) ^ -Int32(bitPattern: value & 1))")
        case .sint64:
            let value = try wire.varint()
            return .number("\(Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1))")
        case .fixed32: return .number("\(try wire.fixed(4))")
        case .fixed64: return .number("\(try wire.fixed(8))")
        case .sfixed32: return .number("\(Int32(truncatingIfNeeded: try wire.fixed(4)))")
        case .sfixed64: return .number("\(Int64(bitPattern: try wire.fixed(8)))")
        case .bool: return .word(try wire.varint() == 0 ? "false" : "true")
        case .string:
            let range = try wire.counted()
            return String(validating: bytes[range], as: UTF8.self).map { .string(JSONValue.quoted($0)) }
                ?? .digits(bytes[range])
        case .bytes: return .digits(bytes[try wire.counted()])
        case .enumeration(let place):
            return enumerated(Int32(truncatingIfNeeded: try wire.varint()), place)
        case .message, .map: return .digits(bytes[try wire.counted()])
        }
    }

    /// A number that has no name is shown as it is.
    private func enumerated(_ number: Int32, _ place: Int) -> JSONValue {
        schema.enumerations[place].values[number].map { .string(JSONValue.quoted($0)) } ?? .number("\(number)")
    }

    // MARK: Any

    /// What an Any holds, where its type is known; nil leaves it as it lies there.
    private mutating func any(_ pieces: [Range<Int>], depth: Int) throws(ProtobufMalformed) -> JSONValue? {
        var url = ""
        var held: Range<Int>?
        for piece in pieces {
            var wire = ProtobufWire(bytes, piece)
            while let tag = try wire.tag() {
                guard tag.kind == .bytes else { return nil }
                let range = try wire.counted()
                switch tag.number {
                case 1: url = String(decoding: bytes[range], as: UTF8.self)
                case 2: held = range
                default: return nil
                }
            }
        }
        let name = url.lastIndex(of: "/").map { String(url[url.index(after: $0)...]) } ?? url
        guard let place = schema.place(of: name) else { return nil }
        let value = try message(place, held.map { [$0] } ?? [], depth: depth + 1)
        let type = JSONValue.Member(name: "\"@type\"", value: .string(JSONValue.quoted(url)))
        guard case .object(let members) = value, schema.messages[place].known == nil else {
            return .object([type, JSONValue.Member(name: "\"value\"", value: value)])
        }
        return .object([type] + members)
    }
}

extension ProtobufSchema {
    /// Which message a schema registry's numbers mean: one of the file's, and from there on one that is written in it. Where
    /// they lead nowhere, or the user has named another, they are passed over.
    fileprivate func message(at path: [Int]) -> Int {
        guard !isRootNamed else { return root }
        var (here, found) = (outermost, root)
        for index in path {
            guard here.indices.contains(index) else { return root }
            found = here[index]
            here = messages[found].nested
        }
        return found
    }
}

extension ProtobufSchema.Kind {
    /// How one value of it is written; nil for what is written in more than one way.
    fileprivate var wire: ProtobufWire.Kind? {
        switch self {
        case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enumeration: .varint
        case .double, .fixed64, .sfixed64: .fixed64
        case .float, .fixed32, .sfixed32: .fixed32
        case .string, .bytes: .bytes
        case .message, .map: nil
        }
    }
}
