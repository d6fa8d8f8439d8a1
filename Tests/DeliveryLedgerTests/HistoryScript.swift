import DeliveryLedger
import KafkaProtocol

/// A history in few words: records are `a0`, `a1` ... of producer a, in partition 0 of orders unless another is named.
struct HistoryScript {
    var history: DeliveryHistory

    init(mostRecords: Int = 1_000_000) { history = DeliveryHistory(mostRecords: mostRecords) }

    static func partition(_ number: Int32) -> TopicPartition { TopicPartition(topic: "orders", partition: number) }

    static func parts(_ record: String) -> (producer: String, sequence: Int) {
        (String(record.prefix(1)), Int(record.dropFirst()) ?? -1)
    }

    mutating func attempts(_ record: String) {
        let (producer, sequence) = Self.parts(record)
        history.note(.attempted(producer: producer, sequence: sequence))
    }

    /// Attempted and acknowledged.
    mutating func sends(_ record: String, at offset: Int64, of partition: Int32 = 0) {
        attempts(record)
        settles(record, .acknowledged(Self.partition(partition), offset: offset))
    }

    mutating func settles(_ record: String, _ outcome: SendOutcome) {
        let (producer, sequence) = Self.parts(record)
        history.note(.settled(producer: producer, sequence: sequence, outcome))
    }

    mutating func reads(
        _ record: String, at offset: Int64, of partition: Int32 = 0, by reader: String = "reader",
        group: String? = nil
    ) {
        let (producer, sequence) = Self.parts(record)
        history.note(
            .delivered(
                Reader(reader, of: group), Self.partition(partition), offset: offset, producer: producer,
                sequence: sequence))
    }

    mutating func processes(_ record: String, by group: String = "billing") {
        let (producer, sequence) = Self.parts(record)
        history.note(.processed(group: group, producer: producer, sequence: sequence))
    }

    mutating func commits(_ offset: Int64, of partition: Int32 = 0, by group: String = "billing") {
        history.note(.committed(group: group, Self.partition(partition), offset: offset))
    }

    mutating func repositions(_ reader: String = "reader", of partition: Int32 = 0, group: String? = nil) {
        history.note(.repositioned(Reader(reader, of: group), Self.partition(partition)))
    }

    /// The records of a finding, as they are written here.
    static func names(_ finding: Finding) -> [String] { finding.examples.map { "\($0.producer)\($0.sequence)" } }

    func names(_ anomaly: Anomaly) -> [String] { Self.names(history.verdict()[anomaly]) }
    var lost: [String] { Self.names(history.verdict().lost) }
    func group(_ name: String = "billing") -> DeliveryVerdict.Group? {
        history.verdict().groups.first { $0.name == name }
    }
}
