import Foundation
import KafkaProtocol
import NIOCore

/// Writes a message as the vectors' JSON, by the description that also reads and writes its bytes.
struct JSONCoder: Coder {
    let version: Int16
    private(set) var fields: [String: JSON] = [:]
    private(set) var unknownTags: [MessageVector.UnknownTag] = []
    private let path: String

    init(version: Int16, path: String = "") {
        self.version = version
        self.path = path
    }

    mutating func bool(_ name: StaticString, _ value: inout Bool) { fields["\(name)"] = .bool(value) }
    mutating func int8(_ name: StaticString, _ value: inout Int8) { fields["\(name)"] = .integer(Int64(value)) }
    mutating func int16(_ name: StaticString, _ value: inout Int16) { fields["\(name)"] = .integer(Int64(value)) }
    mutating func uint16(_ name: StaticString, _ value: inout UInt16) { fields["\(name)"] = .integer(Int64(value)) }
    mutating func int32(_ name: StaticString, _ value: inout Int32) { fields["\(name)"] = .integer(Int64(value)) }
    mutating func int64(_ name: StaticString, _ value: inout Int64) { fields["\(name)"] = .integer(value) }
    mutating func float64(_ name: StaticString, _ value: inout Double) { fields["\(name)"] = .number(value) }
    mutating func uuid(_ name: StaticString, _ value: inout Uuid) { fields["\(name)"] = .string("\(value)") }

    mutating func string(_ name: StaticString, _ value: inout String) { fields["\(name)"] = .string(value) }

    mutating func nullableString(_ name: StaticString, _ value: inout String?, nullable: Bool) {
        fields["\(name)"] = value.map(JSON.string) ?? .null
    }

    mutating func fixedLengthString(_ name: StaticString, _ value: inout String?) {
        nullableString(name, &value, nullable: true)
    }

    private func base64(_ buffer: ByteBuffer) -> JSON {
        .string(Data(buffer.readableBytesView).base64EncodedString())
    }

    mutating func bytes(_ name: StaticString, _ value: inout ByteBuffer) { fields["\(name)"] = base64(value) }

    mutating func nullableBytes(_ name: StaticString, _ value: inout ByteBuffer?, nullable: Bool) {
        fields["\(name)"] = value.map(base64) ?? .null
    }

    mutating func nullableRecords(
        _ name: StaticString, _ value: inout Payload?, nullable: Bool
    ) throws(ProtocolError) {
        switch value {
        case nil: fields["\(name)"] = .null
        case .bytes(let bytes): fields["\(name)"] = base64(bytes)
        case .file: throw ProtocolError(.recordsInFile, field: "\(name)", offset: 0)
        }
    }

    mutating func array<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]
    ) throws(ProtocolError) {
        var elements: [JSON] = []
        for index in value.indices {
            var element = JSONCoder(version: version, path: inside("\(name)[\(index)]"))
            try value[index].code(as: "", with: &element)
            elements.append(element.fields[""] ?? .null)
            unknownTags += element.unknownTags
        }
        fields["\(name)"] = .array(elements)
    }

    mutating func nullableArray<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]?, nullable: Bool
    ) throws(ProtocolError) {
        if var elements = value { try array(name, &elements) } else { fields["\(name)"] = .null }
    }

    mutating func structure<Structure: KafkaStruct>(
        _ name: StaticString, _ value: inout Structure
    ) throws(ProtocolError) {
        var inner = JSONCoder(version: version, path: inside("\(name)"))
        try value.code(with: &inner, version: version)
        fields["\(name)"] = .object(inner.fields)
        unknownTags += inner.unknownTags
    }

    private func inside(_ name: String) -> String {
        path.isEmpty || name.isEmpty ? path + name : "\(path).\(name)"
    }

    mutating func absent(_ name: StaticString, isDefault: Bool) {}

    mutating func beginTags(_ unknown: [TaggedField]) -> TagSection {
        unknownTags += unknown.map { .init(path: path, tag: Int64($0.tag), hex: $0.data.hex) }
        return TagSection()
    }

    mutating func tagged<Value: FieldValue>(
        _ tag: UInt32, _ name: StaticString, _ value: inout Value, default: Value, in section: inout TagSection
    ) throws(ProtocolError) {
        if value != `default` { try value.code(as: name, with: &self) }
    }

    mutating func endTags(_ section: TagSection, _ unknown: inout [TaggedField]) {}
}
