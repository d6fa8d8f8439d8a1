import KafkaClient
import KafkaCluster
import KafkaProtocol

/// A producer's side of its outbox: writes ahead, and sweeps up what has stayed for too long.
struct OutboxSending {
    private let outbox: Outbox
    private let settings: ProducerSettings
    private let resendMilliseconds: Int
    private let reports: ProducerReports
    private let tally: ProducerTally
    private let lane: Int
    private let observer: (any WorkloadObserver)?
    private var nextSweep: Instant

    init?(
        _ outbox: Outbox?, _ settings: ProducerSettings, reports: ProducerReports, tally: ProducerTally, lane: Int,
        observer: (any WorkloadObserver)?
    ) {
        guard let outbox, let milliseconds = settings.outboxResendMilliseconds else { return nil }
        self.outbox = outbox
        self.settings = settings
        self.resendMilliseconds = milliseconds
        self.reports = reports
        self.tally = tally
        self.lane = lane
        self.observer = observer
        self.nextSweep = .now()
    }

    /// The next records are in the outbox when this returns; those that are already stay as they are.
    func write(ahead count: Int, _ sequence: inout ProducerSequence, _ record: inout WorkloadRecord) throws {
        let end = sequence.next + UInt(count)
        guard end > sequence.written else { return }
        let records = (max(sequence.next, sequence.written)..<end).map { record.outboxRecord($0) }
        try outbox.write(records, now: .now())
        sequence.wrote(through: end)
    }

    /// Writes down what reports and consumers have said, and at times sends the overdue again.
    mutating func turn(through producer: Producer) throws {
        try outbox.flush()
        let now = Instant.now()
        guard now >= nextSweep else { return }
        nextSweep = now + .milliseconds(max(10, min(resendMilliseconds / 4, 1000)))
        for record in try outbox.takeOverdue(after: resendMilliseconds, limit: 1000, now: now) {
            let tag = reports.tag(for: record.id)
            observer?.attempted(
                record.id.sequence...record.id.sequence, of: record.id.producer, topic: settings.topic)
            do throws(ClientError) {
                try producer.send(
                    ProducerRecord(
                        topic: settings.topic, partition: record.partition, key: record.key.map { Array($0.utf8) },
                        value: Array(record.value.utf8)),
                    tag: tag)
                tally.resent(ProducerTally.Send(lane: lane, tag: tag))
            } catch {
                // The buffer is full, say: the record stays in the outbox, and its turn comes again.
                reports.forget(tag)
                tally.settled(.dropped)
                observer?.settled(record.id, topic: settings.topic, .dropped)
            }
        }
    }
}
