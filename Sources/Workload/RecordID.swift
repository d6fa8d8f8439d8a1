import KafkaClient

/// The name of one record of the workload: who sent it, and the how-manieth it was. Its text begins every value, so that
/// a record can be followed through brokers and consumers.
package struct RecordID: Hashable, Sendable, CustomStringConvertible {
    package var producer: String
    package var sequence: UInt

    package init(producer: String, sequence: UInt) {
        self.producer = producer
        self.sequence = sequence
    }

    package var description: String { "\(producer):\(sequence)" }

    /// Reads the name back from a record's value; nil for a record that is not the workload's.
    package init?(value: [UInt8]) {
        var reader = RecordIDReader()
        guard let id = reader.id(in: value) else { return nil }
        self = id
    }

    /// A value of this many bytes that begins with the name; longer where the name alone is.
    package func value(bytes: Int) -> [UInt8] {
        var value = Array(description.utf8)
        if value.count < bytes {
            value.append(UInt8(ascii: " "))
            value.append(contentsOf: repeatElement(UInt8(ascii: "."), count: bytes - value.count))
        }
        return value
    }
}

extension RecordID {
    /// Nil for a record that is not the workload's.
    init?(of record: ConsumedRecord) {
        guard let value = record.value else { return nil }
        self.init(value: value)
    }
}
