import KafkaClient

/// Reads the names of records back from their values. Most come from the same producer as the one before.
struct RecordIDReader {
    /// The last producer, and the bytes of its name with their colon.
    private var producer = ""
    private var prefix: [UInt8] = []

    /// Nil for a record that is not the workload's.
    mutating func id(of record: ConsumedRecord) -> RecordID? { record.value.flatMap { id(in: $0) } }

    mutating func id(in value: [UInt8]) -> RecordID? {
        value.withUnsafeBufferPointer { value in
            if !prefix.isEmpty, value.starts(with: prefix), let sequence = Self.sequence(value[prefix.count...]) {
                return RecordID(producer: producer, sequence: sequence)
            }
            let text = value.prefix { $0 != UInt8(ascii: " ") }
            guard let colon = text.lastIndex(of: UInt8(ascii: ":")), colon > text.startIndex,
                let sequence = Self.sequence(text[(colon + 1)...])
            else { return nil }
            producer = String(decoding: text[..<colon], as: UTF8.self)
            prefix = Array(text[...colon])
            return RecordID(producer: producer, sequence: sequence)
        }
    }

    /// The digits that these bytes begin with, if nothing but a space follows them.
    private static func sequence(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt? {
        var sequence: UInt = 0
        var digits = 0
        for byte in bytes {
            guard byte != UInt8(ascii: " ") else { break }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (tens, isTooLarge) = sequence.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeToo) = tens.addingReportingOverflow(UInt(byte - UInt8(ascii: "0")))
            guard !isTooLarge, !isTooLargeToo else { return nil }
            sequence = sum
            digits += 1
        }
        return digits > 0 ? sequence : nil
    }
}
