import KafkaClient
import KafkaCluster
import KafkaProtocol
import Synchronization

/// Where the reports of one client instance go: to the tally, the ledger and, as events, to the user.
final class ProducerReports: Sendable {
    let name: String
    private let settings: ProducerSettings
    private let tally: ProducerTally
    private let errors: ErrorRelay
    private let observer: (any WorkloadObserver)?
    private let hasCrashed = Atomic<Bool>(false)

    init(
        _ settings: ProducerSettings, name: String, tally: ProducerTally, errors: ErrorRelay,
        observer: (any WorkloadObserver)?
    ) {
        self.name = name
        self.settings = settings
        self.tally = tally
        self.errors = errors
        self.observer = observer
    }

    /// From now on nobody hears of anything.
    func crash() { hasCrashed.store(true, ordering: .releasing) }

    func delivered(_ report: DeliveryReport) {
        let outcome = ProducerOutcome(
            report, topic: settings.topic, mode: settings.sendMode, acks: settings.acks,
            hasCrashed: hasCrashed.load(ordering: .acquiring))
        tally.settled(outcome, latencyMicroseconds: report.latencyMicroseconds)
        switch outcome {
        case .failed(let error), .unknown(let error?): errors.report(error)
        case .acknowledged, .unknown(nil), .dropped, .lostInBuffer: break
        }
        observer?.settled(RecordID(producer: name, sequence: report.tag), outcome, at: .now())
    }
}
