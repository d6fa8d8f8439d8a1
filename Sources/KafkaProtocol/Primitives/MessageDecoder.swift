import NIOCore

/// Reads a message. Strings are copied; bytes, records and tagged fields are slices of the buffer and keep it alive.
///
/// Nothing here traps or reserves memory on the word of a peer: a length is compared with the bytes left first.
package struct MessageDecoder: Coder {
    package let version: Int16
    let isFlexible: Bool
    private(set) var buffer: ByteBuffer
    /// The reader index that counts as byte 0 in errors; before the buffer's start within a tagged field.
    private var origin: Int

    package init(_ buffer: ByteBuffer, version: Int16, isFlexible: Bool) {
        self.version = version
        self.isFlexible = isFlexible
        self.buffer = buffer
        origin = buffer.readerIndex
    }

    /// More elements than this are reserved only as they turn out to be there: a byte on the wire may stand for a
    /// struct of a hundred bytes in memory.
    private static let reservedAtMost = 256

    private func failure(_ reason: ProtocolError.Reason, _ name: StaticString) -> ProtocolError {
        ProtocolError(reason, field: "\(name)", offset: buffer.readerIndex - origin)
    }

    @inline(__always)
    private mutating func integer<Integer: FixedWidthInteger>(
        _ name: StaticString, as type: Integer.Type
    ) throws(ProtocolError) -> Integer {
        let size = MemoryLayout<Integer>.size
        guard buffer.readableBytes >= size else {
            throw failure(.unexpectedEnd(needed: size, available: buffer.readableBytes), name)
        }
        // Loaded at once: SwiftNIO's own way takes twice as many instructions, and half of a message is numbers.
        let value = buffer.withUnsafeReadableBytes { Integer(bigEndian: $0.loadUnaligned(as: Integer.self)) }
        buffer.moveReaderIndex(forwardBy: size)
        return value
    }

    private mutating func unsignedVarint(_ name: StaticString) throws(ProtocolError) -> UInt32 {
        guard let value = buffer.readUnsignedVarint() else { throw failure(.malformedVarint, name) }
        return value
    }

    private mutating func compactLength(_ name: StaticString) throws(ProtocolError) -> Int {
        Int(try unsignedVarint(name)) - 1
    }

    // MARK: numbers

    package mutating func bool(_ name: StaticString, _ value: inout Bool) throws(ProtocolError) {
        value = try integer(name, as: UInt8.self) != 0
    }

    package mutating func int8(_ name: StaticString, _ value: inout Int8) throws(ProtocolError) {
        value = try integer(name, as: Int8.self)
    }

    package mutating func int16(_ name: StaticString, _ value: inout Int16) throws(ProtocolError) {
        value = try integer(name, as: Int16.self)
    }

    package mutating func uint16(_ name: StaticString, _ value: inout UInt16) throws(ProtocolError) {
        value = try integer(name, as: UInt16.self)
    }

    package mutating func int32(_ name: StaticString, _ value: inout Int32) throws(ProtocolError) {
        value = try integer(name, as: Int32.self)
    }

    package mutating func int64(_ name: StaticString, _ value: inout Int64) throws(ProtocolError) {
        value = try integer(name, as: Int64.self)
    }

    package mutating func float64(_ name: StaticString, _ value: inout Double) throws(ProtocolError) {
        value = Double(bitPattern: try integer(name, as: UInt64.self))
    }

    package mutating func uuid(_ name: StaticString, _ value: inout Uuid) throws(ProtocolError) {
        let high = try integer(name, as: UInt64.self)
        value = Uuid(high: high, low: try integer(name, as: UInt64.self))
    }

    // MARK: strings and bytes

    /// Nil for null. Invalid UTF-8 is mended, as in Java, with three bytes for one; what is too long by that could not be
    /// told back in any answer.
    private mutating func readString(_ name: StaticString, length: Int) throws(ProtocolError) -> String? {
        if length < 0 { return nil }
        guard length <= Int16.max else { throw failure(.lengthOutOfRange(length), name) }
        guard let string = buffer.readString(length: length) else {
            throw failure(.unexpectedEnd(needed: length, available: buffer.readableBytes), name)
        }
        guard string.utf8.count <= Int16.max else { throw failure(.lengthOutOfRange(string.utf8.count), name) }
        return string
    }

    private mutating func readString(_ name: StaticString) throws(ProtocolError) -> String? {
        let length = isFlexible ? try compactLength(name) : Int(try integer(name, as: Int16.self))
        return try readString(name, length: length)
    }

    package mutating func string(_ name: StaticString, _ value: inout String) throws(ProtocolError) {
        guard let string = try readString(name) else { throw failure(.unexpectedNull, name) }
        value = string
    }

    package mutating func nullableString(
        _ name: StaticString, _ value: inout String?, nullable: Bool
    ) throws(ProtocolError) {
        value = try readString(name)
        if value == nil, !nullable { throw failure(.unexpectedNull, name) }
    }

    package mutating func fixedLengthString(_ name: StaticString, _ value: inout String?) throws(ProtocolError) {
        value = try readString(name, length: Int(try integer(name, as: Int16.self)))
    }

    private mutating func readBytes(_ name: StaticString) throws(ProtocolError) -> ByteBuffer? {
        let length = isFlexible ? try compactLength(name) : Int(try integer(name, as: Int32.self))
        if length < 0 { return nil }
        guard let slice = buffer.readSlice(length: length) else {
            throw failure(.unexpectedEnd(needed: length, available: buffer.readableBytes), name)
        }
        return slice
    }

    package mutating func bytes(_ name: StaticString, _ value: inout ByteBuffer) throws(ProtocolError) {
        guard let bytes = try readBytes(name) else { throw failure(.unexpectedNull, name) }
        value = bytes
    }

    package mutating func nullableBytes(
        _ name: StaticString, _ value: inout ByteBuffer?, nullable: Bool
    ) throws(ProtocolError) {
        value = try readBytes(name)
        if value == nil, !nullable { throw failure(.unexpectedNull, name) }
    }

    package mutating func nullableRecords(
        _ name: StaticString, _ value: inout Payload?, nullable: Bool
    ) throws(ProtocolError) {
        value = try readBytes(name).map(Payload.bytes)
        if value == nil, !nullable { throw failure(.unexpectedNull, name) }
    }

    // MARK: arrays and structs

    /// Nil for null.
    private mutating func count(_ name: StaticString) throws(ProtocolError) -> Int? {
        let count = isFlexible ? try compactLength(name) : Int(try integer(name, as: Int32.self))
        if count < 0 { return nil }
        // Every element takes at least one byte.
        guard count <= buffer.readableBytes else {
            throw failure(.countBeyondEnd(count: count, available: buffer.readableBytes), name)
        }
        return count
    }

    private mutating func elements<Element: FieldValue>(
        _ name: StaticString, count: Int
    ) throws(ProtocolError) -> [Element] {
        if count == 0 { return [] }
        var elements: [Element] = []
        elements.reserveCapacity(min(count, Self.reservedAtMost))
        for index in 0..<count {
            // Read in its place: one that is appended when it is whole is copied.
            elements.append(.blank)
            do {
                try elements[index].code(as: "", with: &self)
            } catch {
                throw error.inside(name, index: index)
            }
        }
        return elements
    }

    package mutating func array<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]
    ) throws(ProtocolError) {
        guard let count = try count(name) else { throw failure(.unexpectedNull, name) }
        value = try elements(name, count: count)
    }

    package mutating func nullableArray<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]?, nullable: Bool
    ) throws(ProtocolError) {
        if let count = try count(name) {
            value = try elements(name, count: count)
        } else if nullable {
            value = nil
        } else {
            throw failure(.unexpectedNull, name)
        }
    }

    package mutating func structure<Structure: KafkaStruct>(
        _ name: StaticString, _ value: inout Structure
    ) throws(ProtocolError) {
        if name.utf8CodeUnitCount == 0 { return try value.code(with: &self, version: version) }
        do {
            try value.code(with: &self, version: version)
        } catch {
            throw error.inside(name)
        }
    }

    package mutating func absent(_ name: StaticString, isDefault: Bool) {}

    // MARK: tagged fields

    package mutating func beginTags(_ unknown: [TaggedField]) throws(ProtocolError) -> TagSection {
        var section = TagSection()
        guard isFlexible else { return section }
        var remaining = try unsignedVarint("taggedFields")
        while remaining > 0 {
            let tag = try unsignedVarint("taggedFields")
            let size = Int(try unsignedVarint("taggedFields"))
            let offset = buffer.readerIndex - origin
            guard let data = buffer.readSlice(length: size) else {
                throw failure(.unexpectedEnd(needed: size, available: buffer.readableBytes), "taggedFields")
            }
            section.entries.append(.init(field: TaggedField(tag: tag, data: data), offset: offset))
            remaining -= 1
        }
        return section
    }

    package mutating func tagged<Value: FieldValue>(
        _ tag: UInt32, _ name: StaticString, _ value: inout Value, default: Value, in section: inout TagSection
    ) throws(ProtocolError) {
        if section.entries.isEmpty { return }
        guard let entry = section.take(tag) else { return }
        let outer = (buffer, origin)
        buffer = entry.field.data
        origin = buffer.readerIndex - entry.offset
        try value.code(as: name, with: &self)
        if buffer.readableBytes > 0 { throw failure(.leftOverBytes(buffer.readableBytes), name) }
        (buffer, origin) = outer
    }

    package mutating func endTags(
        _ section: TagSection, _ unknown: inout [TaggedField]
    ) throws(ProtocolError) {
        if section.entries.isEmpty { return }
        unknown = section.entries.map(\.field)
    }
}
