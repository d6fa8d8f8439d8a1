import KafkaClient
import KafkaProtocol
import Logging
import Synchronization

/// Puts records aside in another topic, with where they came from in their headers.
final class DeadLetters {
    private let configuration: ClientConfiguration
    private let logger: Logger
    private var producer: Producer?
    private let reports = Reports()

    private final class Reports: Sendable {
        let newest = Mutex<DeliveryReport?>(nil)
    }

    init(_ configuration: ClientConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Returns when the brokers have the record; throws why they have not. False when `isWanted` no longer holds.
    func send(
        _ record: ConsumedRecord, to topic: String, failures: Int, while isWanted: () -> Bool
    ) throws(ClientError) -> Bool {
        let producer = try opened()
        reports.newest.withLock { $0 = nil }
        var letter = ProducerRecord(topic: topic, key: record.key, value: record.value, headers: record.headers)
        let place: KeyValuePairs = [
            "dead-letter.topic": record.partition.topic, "dead-letter.partition": "\(record.partition.partition)",
            "dead-letter.offset": "\(record.offset)", "dead-letter.failures": "\(failures)",
        ]
        letter.headers += place.map { ClientRecordHeader(name: $0.key, value: Array($0.value.utf8)) }
        try producer.send(letter)
        while isWanted() {
            producer.poll(milliseconds: 100)
            guard let report = reports.newest.withLock({ $0 }) else { continue }
            if let error = report.error { throw error }
            return true
        }
        producer.purge()
        while producer.outstanding > 0 { producer.poll(milliseconds: 100) }
        return false
    }

    private func opened() throws(ClientError) -> Producer {
        if let producer { return producer }
        let reports = reports
        let made = try Producer(
            configuration.with(["acks": "all", "linger.ms": "0"]), logger: logger,
            onDelivery: { report in reports.newest.withLock { $0 = report } })
        producer = made
        return made
    }
}
