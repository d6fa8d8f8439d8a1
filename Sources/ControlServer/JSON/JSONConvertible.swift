import KafkaCluster
import KafkaProtocol

/// What can stand in an answer. Nil is null: unknown stays unknown.
package protocol JSONConvertible {
    var json: JSONValue { get }
}

extension JSONValue: JSONConvertible {
    package var json: JSONValue { self }
}

extension Bool: JSONConvertible {
    package var json: JSONValue { .boolean(self) }
}

extension String: JSONConvertible {
    package var json: JSONValue { .string(self) }
}

extension Double: JSONConvertible {
    package var json: JSONValue { .number(self) }
}

extension FixedWidthInteger where Self: JSONConvertible {
    package var json: JSONValue { .integer(Int64(clamping: self)) }
}

extension Int: JSONConvertible {}
extension Int16: JSONConvertible {}
extension Int32: JSONConvertible {}
extension Int64: JSONConvertible {}
extension UInt64: JSONConvertible {}

extension Optional: JSONConvertible where Wrapped: JSONConvertible {
    package var json: JSONValue { self?.json ?? .null }
}

extension Array: JSONConvertible where Element: JSONConvertible {
    package var json: JSONValue { .array(map(\.json)) }
}

extension BrokerID: JSONConvertible {
    /// No broker is null, and not -1.
    package var json: JSONValue { self == .none ? .null : .integer(Int64(rawValue)) }
}

extension TopicPartition: JSONConvertible {
    package var json: JSONValue { .string(description) }
}

extension Instant: JSONConvertible {
    /// Milliseconds since 1970.
    package var json: JSONValue { .integer(wallClockMilliseconds) }
}
