import NIOCore

/// A type that a field of a message can have. The type alone decides how the field looks on the wire.
package protocol FieldValue: Equatable, Sendable {
    /// What an element of an array holds before it has been read.
    static var blank: Self { get }
    mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError)
}

/// A type whose fields may be null: strings, bytes, records and arrays carry a length that can say so.
package protocol NullableFieldValue: FieldValue {
    static func code<C: Coder>(
        _ value: inout Self?, as name: StaticString, nullable: Bool, with coder: inout C) throws(ProtocolError)
}

/// A group of fields within a message, described once for reading and writing.
package protocol KafkaStruct: FieldValue {
    /// All fields at Kafka's defaults.
    init()
    mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError)
}

extension KafkaStruct {
    package static var blank: Self { Self() }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.structure(name, &self)
    }
}

extension Optional: FieldValue where Wrapped: NullableFieldValue {
    package static var blank: Self { nil }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try Wrapped.code(&self, as: name, nullable: true, with: &coder)
    }
}

extension Bool: FieldValue {
    package static var blank: Self { false }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.bool(name, &self)
    }
}

extension Int8: FieldValue {
    package static var blank: Self { 0 }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.int8(name, &self)
    }
}

extension Int16: FieldValue {
    package static var blank: Self { 0 }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.int16(name, &self)
    }
}

extension UInt16: FieldValue {
    package static var blank: Self { 0 }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.uint16(name, &self)
    }
}

extension Int32: FieldValue {
    package static var blank: Self { 0 }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.int32(name, &self)
    }
}

extension Int64: FieldValue {
    package static var blank: Self { 0 }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.int64(name, &self)
    }
}

extension Double: FieldValue {
    package static var blank: Self { 0 }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.float64(name, &self)
    }
}

extension Uuid: FieldValue {
    package static var blank: Self { .zero }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.uuid(name, &self)
    }
}

extension BrokerID: FieldValue {
    package static var blank: Self { 0 }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.int32(name, &rawValue)
    }
}

extension ErrorCode: FieldValue {
    package static var blank: Self { .none }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.int16(name, &rawValue)
    }
}

extension String: NullableFieldValue {
    package static var blank: Self { "" }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.string(name, &self)
    }
    @inline(__always)
    package static func code<C: Coder>(
        _ value: inout Self?, as name: StaticString, nullable: Bool, with coder: inout C
    ) throws(ProtocolError) {
        try coder.nullableString(name, &value, nullable: nullable)
    }
}

extension ByteBuffer: NullableFieldValue {
    package static var blank: Self { Self() }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.bytes(name, &self)
    }
    @inline(__always)
    package static func code<C: Coder>(
        _ value: inout Self?, as name: StaticString, nullable: Bool, with coder: inout C
    ) throws(ProtocolError) {
        try coder.nullableBytes(name, &value, nullable: nullable)
    }
}

extension Payload: NullableFieldValue {
    package static var blank: Self { .bytes(ByteBuffer()) }
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        var value: Self? = self
        try coder.nullableRecords(name, &value, nullable: false)
        self = value ?? .blank
    }
    @inline(__always)
    package static func code<C: Coder>(
        _ value: inout Self?, as name: StaticString, nullable: Bool, with coder: inout C
    ) throws(ProtocolError) {
        try coder.nullableRecords(name, &value, nullable: nullable)
    }
}

extension Array: FieldValue where Element: FieldValue {
    package static var blank: Self { [] }
    @inline(__always)
    package mutating func code<C: Coder>(as name: StaticString, with coder: inout C) throws(ProtocolError) {
        try coder.array(name, &self)
    }
}

extension Array: NullableFieldValue where Element: FieldValue {
    @inline(__always)
    package static func code<C: Coder>(
        _ value: inout Self?, as name: StaticString, nullable: Bool, with coder: inout C
    ) throws(ProtocolError) {
        try coder.nullableArray(name, &value, nullable: nullable)
    }
}
