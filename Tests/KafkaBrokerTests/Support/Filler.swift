import KafkaProtocol
import NIOCore

/// Fills a request as it is described: one element in each array, and in each string a word, save one in which a test puts
/// what it likes.
struct Filler: Coder {
    let version: Int16
    /// Which of the strings is special, from 0 on.
    let special: Int
    let text: String
    private(set) var strings = 0

    init(version: Int16, special: Int, text: String) {
        (self.version, self.special, self.text) = (version, special, text)
    }

    private mutating func nextString() -> String {
        defer { strings += 1 }
        return strings == special ? text : "orders"
    }

    /// A number that lets the rest of the request be looked at.
    private func number(_ name: StaticString) -> Int64 {
        switch name.description {
        case "resourceType": 2
        case "timeoutMs", "maxWaitMs": 100
        case "sessionTimeoutMs", "rebalanceTimeoutMs": 10_000
        case "numPartitions", "replicationFactor", "acks": 1
        default: 0
        }
    }

    mutating func bool(_ name: StaticString, _ value: inout Bool) {}
    mutating func int8(_ name: StaticString, _ value: inout Int8) { value = Int8(number(name)) }
    mutating func int16(_ name: StaticString, _ value: inout Int16) { value = Int16(number(name)) }
    mutating func uint16(_ name: StaticString, _ value: inout UInt16) {}
    mutating func int32(_ name: StaticString, _ value: inout Int32) { value = Int32(number(name)) }
    mutating func int64(_ name: StaticString, _ value: inout Int64) { value = number(name) }
    mutating func float64(_ name: StaticString, _ value: inout Double) {}
    mutating func uuid(_ name: StaticString, _ value: inout Uuid) {}

    mutating func string(_ name: StaticString, _ value: inout String) { value = nextString() }
    mutating func nullableString(_ name: StaticString, _ value: inout String?, nullable: Bool) { value = nextString() }
    mutating func fixedLengthString(_ name: StaticString, _ value: inout String?) { value = nextString() }

    mutating func bytes(_ name: StaticString, _ value: inout ByteBuffer) {}
    mutating func nullableBytes(_ name: StaticString, _ value: inout ByteBuffer?, nullable: Bool) {}
    mutating func nullableRecords(_ name: StaticString, _ value: inout Payload?, nullable: Bool) {}

    mutating func array<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]
    ) throws(ProtocolError) {
        value = [Element.blank]
        try value[0].code(as: name, with: &self)
    }

    mutating func nullableArray<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]?, nullable: Bool
    ) throws(ProtocolError) {
        var elements: [Element] = []
        try array(name, &elements)
        value = elements
    }

    mutating func structure<Structure: KafkaStruct>(
        _ name: StaticString, _ value: inout Structure
    ) throws(ProtocolError) {
        try value.code(with: &self, version: version)
    }

    mutating func absent(_ name: StaticString, isDefault: Bool) {}
    mutating func beginTags(_ unknown: [TaggedField]) -> TagSection { TagSection() }
    mutating func tagged<Value: FieldValue>(
        _ tag: UInt32, _ name: StaticString, _ value: inout Value, default: Value, in section: inout TagSection
    ) throws(ProtocolError) {
        try value.code(as: name, with: &self)
    }
    mutating func endTags(_ section: TagSection, _ unknown: inout [TaggedField]) {}
}
