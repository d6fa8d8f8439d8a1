import NIOCore

/// Writes messages, one after another, into bytes or into parts.
///
/// Parts let records leave as they are: a region of a file stays a region, and a large run of bytes is not copied.
package struct MessageEncoder: Coder {
    package private(set) var version: Int16 = 0
    private var isFlexible = false
    /// What was written since the last part ended.
    private var written = ByteWriter()
    private var parts: [Payload] = []
    private var finishedBytes = 0
    private let keepsPayloads: Bool

    /// Records from this many bytes on become a part of their own; smaller ones are cheaper to copy.
    private static let ownPartFromBytes = 4096

    package init(keepsPayloads: Bool) {
        self.keepsPayloads = keepsPayloads
        written.reserveCapacity(256)
    }

    /// Writes a whole message behind what is there. Who hands over its only copy spares the copying of all that is in it.
    package mutating func append<Message: KafkaMessage>(
        _ message: consuming Message, version: Int16
    ) throws(ProtocolError) {
        guard Message.versions.contains(version) else {
            throw ProtocolError(.unsupportedVersion(version), field: "", offset: 0).inside(Message.self)
        }
        self.version = version
        isFlexible = Message.isFlexible(version)
        do {
            try message.write(with: &self)
        } catch {
            throw error.inside(Message.self)
        }
    }

    /// The two-byte version before a record of `__consumer_offsets`.
    mutating func appendVersion(_ version: Int16) { written.writeInteger(version) }

    /// What stands before a record of the metadata log.
    mutating func appendFrame(_ frameVersion: UInt32, type: UInt32, version: Int16) {
        written.writeUnsignedVarint(frameVersion)
        written.writeUnsignedVarint(type)
        written.writeUnsignedVarint(UInt32(clamping: version))
    }

    /// All that was written, where there are no parts.
    var buffer: ByteBuffer { written.buffer }

    /// All parts, in the order in which they go out.
    package mutating func finish() -> [Payload] {
        endPart()
        return parts
    }

    private mutating func endPart() {
        if written.count == 0 { return }
        parts.append(.bytes(written.buffer))
        finishedBytes += written.count
        written.removeAll()
    }

    private func failure(_ reason: ProtocolError.Reason, _ name: StaticString) -> ProtocolError {
        ProtocolError(reason, field: "\(name)", offset: finishedBytes + written.count)
    }

    private mutating func compactLength(_ length: Int, _ name: StaticString) throws(ProtocolError) {
        guard length < Int32.max else { throw failure(.lengthOutOfRange(length), name) }
        written.writeUnsignedVarint(UInt32(length + 1))
    }

    private mutating func longLength(_ length: Int, _ name: StaticString) throws(ProtocolError) {
        if isFlexible { return try compactLength(length, name) }
        guard let short = Int32(exactly: length) else { throw failure(.lengthOutOfRange(length), name) }
        written.writeInteger(short)
    }

    private mutating func null(_ name: StaticString, nullable: Bool) throws(ProtocolError) {
        guard nullable else { throw failure(.unexpectedNull, name) }
        if isFlexible {
            written.writeByte(0)
        } else {
            written.writeInteger(Int32(-1))
        }
    }

    // MARK: numbers

    package mutating func bool(_ name: StaticString, _ value: inout Bool) {
        written.writeByte(value ? 1 : 0)
    }

    package mutating func int8(_ name: StaticString, _ value: inout Int8) { written.writeInteger(value) }
    package mutating func int16(_ name: StaticString, _ value: inout Int16) { written.writeInteger(value) }
    package mutating func uint16(_ name: StaticString, _ value: inout UInt16) { written.writeInteger(value) }
    package mutating func int32(_ name: StaticString, _ value: inout Int32) { written.writeInteger(value) }
    package mutating func int64(_ name: StaticString, _ value: inout Int64) { written.writeInteger(value) }
    package mutating func float64(_ name: StaticString, _ value: inout Double) {
        written.writeInteger(value.bitPattern)
    }

    package mutating func uuid(_ name: StaticString, _ value: inout Uuid) {
        written.writeInteger(value.high)
        written.writeInteger(value.low)
    }

    // MARK: strings and bytes

    private mutating func writeString(
        _ name: StaticString, _ value: String, compact: Bool
    ) throws(ProtocolError) {
        let length = value.utf8.count
        guard let short = Int16(exactly: length) else { throw failure(.lengthOutOfRange(length), name) }
        if compact {
            written.writeUnsignedVarint(UInt32(short) + 1)
        } else {
            written.writeInteger(short)
        }
        written.writeString(value)
    }

    package mutating func string(_ name: StaticString, _ value: inout String) throws(ProtocolError) {
        try writeString(name, value, compact: isFlexible)
    }

    package mutating func nullableString(
        _ name: StaticString, _ value: inout String?, nullable: Bool
    ) throws(ProtocolError) {
        if let value { return try writeString(name, value, compact: isFlexible) }
        guard nullable else { throw failure(.unexpectedNull, name) }
        if isFlexible {
            written.writeByte(0)
        } else {
            written.writeInteger(Int16(-1))
        }
    }

    package mutating func fixedLengthString(_ name: StaticString, _ value: inout String?) throws(ProtocolError) {
        if let value { return try writeString(name, value, compact: false) }
        written.writeInteger(Int16(-1))
    }

    package mutating func bytes(_ name: StaticString, _ value: inout ByteBuffer) throws(ProtocolError) {
        try longLength(value.readableBytes, name)
        written.writeBuffer(value)
    }

    package mutating func nullableBytes(
        _ name: StaticString, _ value: inout ByteBuffer?, nullable: Bool
    ) throws(ProtocolError) {
        guard let value else { return try null(name, nullable: nullable) }
        try longLength(value.readableBytes, name)
        written.writeBuffer(value)
    }

    package mutating func nullableRecords(
        _ name: StaticString, _ value: inout Payload?, nullable: Bool
    ) throws(ProtocolError) {
        guard let value else { return try null(name, nullable: nullable) }
        try longLength(value.count, name)
        switch value {
        case .bytes(let bytes) where !keepsPayloads || bytes.readableBytes < Self.ownPartFromBytes:
            written.writeBuffer(bytes)
        case .file where !keepsPayloads:
            throw failure(.recordsInFile, name)
        case .bytes, .file:
            endPart()
            parts.append(value)
            finishedBytes += value.count
        }
    }

    // MARK: arrays and structs

    private mutating func elements<Element: FieldValue>(
        _ name: StaticString, _ elements: inout [Element]
    ) throws(ProtocolError) {
        try longLength(elements.count, name)
        for index in elements.indices {
            do {
                try elements[index].code(as: "", with: &self)
            } catch {
                throw error.inside(name, index: index)
            }
        }
    }

    package mutating func array<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]
    ) throws(ProtocolError) {
        try elements(name, &value)
    }

    package mutating func nullableArray<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]?, nullable: Bool
    ) throws(ProtocolError) {
        // Taken out and put back, so that it is held in one place only.
        guard var taken = value.take() else { return try null(name, nullable: nullable) }
        defer { value = taken }
        try elements(name, &taken)
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

    package mutating func absent(_ name: StaticString, isDefault: Bool) throws(ProtocolError) {
        guard isDefault else { throw failure(.fieldNotInVersion(version), name) }
    }

    // MARK: tagged fields

    package mutating func beginTags(_ unknown: [TaggedField]) throws(ProtocolError) -> TagSection {
        if unknown.isEmpty { return TagSection() }
        guard isFlexible else { throw failure(.fieldNotInVersion(version), "taggedFields") }
        return TagSection(entries: unknown.map { .init(field: $0, offset: 0) })
    }

    package mutating func tagged<Value: FieldValue>(
        _ tag: UInt32, _ name: StaticString, _ value: inout Value, default: Value, in section: inout TagSection
    ) throws(ProtocolError) {
        if value == `default` { return }
        // The size comes before the data, so the data is written first, and taken back. No records are ever tagged.
        let start = written.count
        try value.code(as: name, with: &self)
        section.entries.append(.init(field: TaggedField(tag: tag, data: written.takeBack(from: start)), offset: 0))
    }

    package mutating func endTags(
        _ section: TagSection, _ unknown: inout [TaggedField]
    ) throws(ProtocolError) {
        guard isFlexible else { return }
        written.writeUnsignedVarint(UInt32(clamping: section.entries.count))
        var entries = section.entries
        if entries.count > 1 { entries.sort { $0.field.tag < $1.field.tag } }
        for index in entries.indices {
            written.writeUnsignedVarint(entries[index].field.tag)
            written.writeUnsignedVarint(UInt32(clamping: entries[index].field.data.readableBytes))
            written.writeBuffer(entries[index].field.data)
        }
    }
}
