import CRdkafka
import Logging
import Synchronization

/// Sends single records and awaits each one's fate: what a form in a console or a script needs.
package final class RecordSender: Sendable {
    private let producer: Producer
    private let worker = BlockingWorker(name: "klamm-send")
    private let reports: Reports

    private final class Reports: Sendable {
        let newest = Mutex<DeliveryReport?>(nil)
    }

    package init(_ configuration: ClientConfiguration, logger: Logger) throws(ClientError) {
        let reports = Reports()
        self.reports = reports
        self.producer = try Producer(
            configuration, logger: logger,
            onDelivery: { report in reports.newest.withLock { $0 = report } })
    }

    /// Returns when the brokers have acknowledged the record as the configuration's `acks` asks; throws why not. One
    /// record is on its way at a time, in the order of the calls.
    package func send(_ record: ProducerRecord) async throws -> DeliveryReport {
        let producer = producer
        let reports = reports
        return try await worker.run {
            reports.newest.withLock { $0 = nil }
            producer.learn(topic: record.topic, milliseconds: 2000)
            try producer.send(record)
            while true {
                producer.poll(milliseconds: 1000)
                guard let report = reports.newest.withLock({ $0 }) else { continue }
                if let error = report.error { throw error }
                return report
            }
        }
    }
}
