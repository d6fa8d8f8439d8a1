import NIOCore

/// One walk over the fields of a message: a reader, a writer, or the tests' JSON.
///
/// A message describes itself once, in `code(with:version:)`, naming each field as Kafka does and in Kafka's order.
/// The description calls `field` for what the version has, and `absent` for what the version lacks and the receiver
/// must not miss. Whether lengths are compact and structs end in tagged fields follows from the version and is the
/// coder's own knowledge.
package protocol Coder {
    /// The version of the message under way.
    var version: Int16 { get }

    mutating func bool(_ name: StaticString, _ value: inout Bool) throws(ProtocolError)
    mutating func int8(_ name: StaticString, _ value: inout Int8) throws(ProtocolError)
    mutating func int16(_ name: StaticString, _ value: inout Int16) throws(ProtocolError)
    mutating func uint16(_ name: StaticString, _ value: inout UInt16) throws(ProtocolError)
    mutating func int32(_ name: StaticString, _ value: inout Int32) throws(ProtocolError)
    mutating func int64(_ name: StaticString, _ value: inout Int64) throws(ProtocolError)
    mutating func float64(_ name: StaticString, _ value: inout Double) throws(ProtocolError)
    mutating func uuid(_ name: StaticString, _ value: inout Uuid) throws(ProtocolError)

    mutating func string(_ name: StaticString, _ value: inout String) throws(ProtocolError)
    mutating func nullableString(
        _ name: StaticString, _ value: inout String?, nullable: Bool) throws(ProtocolError)
    /// A nullable string that keeps its two-byte length in flexible versions: the client id of a request header, which
    /// must be readable before the version is known.
    mutating func fixedLengthString(_ name: StaticString, _ value: inout String?) throws(ProtocolError)

    mutating func bytes(_ name: StaticString, _ value: inout ByteBuffer) throws(ProtocolError)
    mutating func nullableBytes(
        _ name: StaticString, _ value: inout ByteBuffer?, nullable: Bool) throws(ProtocolError)
    mutating func nullableRecords(
        _ name: StaticString, _ value: inout Payload?, nullable: Bool) throws(ProtocolError)

    mutating func array<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]) throws(ProtocolError)
    mutating func nullableArray<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]?, nullable: Bool) throws(ProtocolError)
    mutating func structure<Structure: KafkaStruct>(
        _ name: StaticString, _ value: inout Structure) throws(ProtocolError)

    /// The version lacks the field, and the receiver must not miss it: a writer refuses any value but the default.
    mutating func absent(_ name: StaticString, isDefault: Bool) throws(ProtocolError)

    /// Opens the tagged fields at the end of a struct.
    mutating func beginTags(_ unknown: [TaggedField]) throws(ProtocolError) -> TagSection
    /// A known tagged field; it is on the wire only when it is not at its default.
    mutating func tagged<Value: FieldValue>(
        _ tag: UInt32, _ name: StaticString, _ value: inout Value, default: Value, in section: inout TagSection
    ) throws(ProtocolError)
    /// Closes the tagged fields. Reading, `unknown` receives what no `tagged` has taken.
    mutating func endTags(_ section: TagSection, _ unknown: inout [TaggedField]) throws(ProtocolError)
}

extension Coder {
    @inline(__always)
    package mutating func field<Value: FieldValue>(
        _ name: StaticString, _ value: inout Value
    ) throws(ProtocolError) {
        try value.code(as: name, with: &self)
    }

    /// A field that is nullable in some versions only.
    @inline(__always)
    package mutating func field<Value: NullableFieldValue>(
        _ name: StaticString, _ value: inout Value?, nullable: Bool
    ) throws(ProtocolError) {
        try Value.code(&value, as: name, nullable: nullable, with: &self)
    }

    /// The tagged fields of a struct that has none of its own.
    @inline(__always)
    package mutating func unknownTags(_ unknown: inout [TaggedField]) throws(ProtocolError) {
        let section = try beginTags(unknown)
        try endTags(section, &unknown)
    }
}
