import KafkaCluster

/// Google's own messages that stand for something simpler than their fields, by their full names.
enum ProtobufWellKnown: String, Hashable, Sendable {
    case timestamp = "google.protobuf.Timestamp"
    case duration = "google.protobuf.Duration"
    case structure = "google.protobuf.Struct"
    case value = "google.protobuf.Value"
    case list = "google.protobuf.ListValue"
    case fieldMask = "google.protobuf.FieldMask"
    case any = "google.protobuf.Any"
    case doubleValue = "google.protobuf.DoubleValue"
    case floatValue = "google.protobuf.FloatValue"
    case int64Value = "google.protobuf.Int64Value"
    case uint64Value = "google.protobuf.UInt64Value"
    case int32Value = "google.protobuf.Int32Value"
    case uint32Value = "google.protobuf.UInt32Value"
    case boolValue = "google.protobuf.BoolValue"
    case stringValue = "google.protobuf.StringValue"
    case bytesValue = "google.protobuf.BytesValue"

    /// What the message stands for; nil where it holds what such a message does not: it is then shown as it is.
    func form(of message: JSONValue) -> JSONValue? {
        guard case .object(let members) = message else { return nil }
        switch self {
        case .timestamp: return seconds(members).flatMap { Self.time(seconds: $0.seconds, nanoseconds: $0.nanos) }
        case .duration: return seconds(members).flatMap { Self.span(seconds: $0.seconds, nanoseconds: $0.nanos) }
        case .structure: return only("fields", members, absent: .object([]))
        case .list: return only("values", members, absent: .array([]))
        case .fieldMask:
            guard case .array(let paths)? = only("paths", members, absent: .array([])) else { return nil }
            return .string(JSONValue.quoted(paths.compactMap(\.text).joined(separator: ",")))
        case .value:
            guard members.count == 1, let name = members.first?.name, let value = members.first?.value else {
                return nil
            }
            return name == "\"null_value\"" ? .word("null") : name.hasSuffix("_value\"") ? value : nil
        case .any: return nil
        case .doubleValue, .floatValue, .int64Value, .uint64Value, .int32Value, .uint32Value:
            return only("value", members, absent: .number("0"))
        case .boolValue: return only("value", members, absent: .word("false"))
        case .stringValue: return only("value", members, absent: .string("\"\""))
        case .bytesValue: return only("value", members, absent: .string("\"0x\""))
        }
    }

    private func only(_ name: String, _ members: [JSONValue.Member], absent: JSONValue) -> JSONValue? {
        guard let first = members.first else { return absent }
        return members.count == 1 && first.name == "\"\(name)\"" ? first.value : nil
    }

    private func seconds(_ members: [JSONValue.Member]) -> (seconds: Int64, nanos: Int64)? {
        var (seconds, nanos): (Int64, Int64) = (0, 0)
        for member in members {
            guard case .number(let text) = member.value, let number = Int64(text) else { return nil }
            switch member.name {
            case "\"seconds\"": seconds = number
            case "\"nanos\"": nanos = number
            default: return nil
            }
        }
        return (seconds, nanos)
    }

    /// `"2026-11-21T14:02:33.120Z"`.
    private static func time(seconds: Int64, nanoseconds: Int64) -> JSONValue? {
        let (milliseconds, isFar) = seconds.multipliedReportingOverflow(by: 1000)
        guard !isFar, (0..<1_000_000_000).contains(nanoseconds), WallClock.parts(of: milliseconds) != nil else {
            return nil
        }
        let text = WallClock.dateAndTime(milliseconds).split(separator: ".")[0].split(separator: " ")
        return .string("\"\(text.joined(separator: "T"))\(fraction(nanoseconds))Z\"")
    }

    /// `"-1.5s"`.
    private static func span(seconds: Int64, nanoseconds: Int64) -> JSONValue? {
        guard nanoseconds.magnitude < 1_000_000_000,
            seconds == 0 || nanoseconds == 0 || (seconds < 0) == (nanoseconds < 0)
        else { return nil }
        let sign = seconds < 0 || nanoseconds < 0 ? "-" : ""
        return .string("\"\(sign)\(seconds.magnitude)\(fraction(Int64(nanoseconds.magnitude)))s\"")
    }

    /// Of a second, in groups of three digits; nothing where it is whole.
    private static func fraction(_ nanoseconds: Int64) -> String {
        guard nanoseconds > 0 else { return "" }
        let text = String(nanoseconds)
        var digits = String(repeating: "0", count: 9 - text.count) + text
        while digits.hasSuffix("000") { digits.removeLast(3) }
        return ".\(digits)"
    }

    /// What these messages are made of, by the names under which they are imported.
    static let files: [String: String] = [
        "google/protobuf/timestamp.proto": head + "message Timestamp { int64 seconds = 1; int32 nanos = 2; }",
        "google/protobuf/duration.proto": head + "message Duration { int64 seconds = 1; int32 nanos = 2; }",
        "google/protobuf/empty.proto": head + "message Empty {}",
        "google/protobuf/field_mask.proto": head + "message FieldMask { repeated string paths = 1; }",
        "google/protobuf/any.proto": head + "message Any { string type_url = 1; bytes value = 2; }",
        "google/protobuf/struct.proto": head
            + """
            message Struct { map<string, Value> fields = 1; }
            message Value {
                oneof kind {
                    NullValue null_value = 1; double number_value = 2; string string_value = 3; bool bool_value = 4;
                    Struct struct_value = 5; ListValue list_value = 6;
                }
            }
            enum NullValue { NULL_VALUE = 0; }
            message ListValue { repeated Value values = 1; }
            """,
        "google/protobuf/wrappers.proto": head
            + """
            message DoubleValue { double value = 1; } message FloatValue { float value = 1; }
            message Int64Value { int64 value = 1; } message UInt64Value { uint64 value = 1; }
            message Int32Value { int32 value = 1; } message UInt32Value { uint32 value = 1; }
            message BoolValue { bool value = 1; } message StringValue { string value = 1; }
            message BytesValue { bytes value = 1; }
            """,
        // Imported for the options that others make of it; those are passed over.
        "google/protobuf/descriptor.proto": head,
    ]
    private static let head = "syntax = \"proto3\"; package google.protobuf; "
}
