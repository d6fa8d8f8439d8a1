import KafkaClient
import KafkaCluster
import KafkaProtocol
import Synchronization

/// Where the reports of one client instance go: to the tally, the ledger and, as events, to the user.
final class ProducerReports: Sendable {
    let name: String
    private let settings: ProducerSettings
    private let tally: ProducerTally
    private let lane: Int
    private let errors: ErrorRelay
    private let observer: (any WorkloadObserver)?
    private let tracker: RecordTracker
    private let outbox: Outbox?
    /// Records of the outbox, by tags above those of the producer's own sequence.
    private let resent = Mutex((next: RecordTags.lastOwn, ids: [UInt: RecordID]()))
    private let hasCrashed = Atomic<Bool>(false)

    init(
        _ settings: ProducerSettings, name: String, tally: ProducerTally, lane: Int, errors: ErrorRelay,
        outbox: Outbox?,
        observer: (any WorkloadObserver)?, tracker: RecordTracker
    ) {
        self.name = name
        self.settings = settings
        self.tally = tally
        self.lane = lane
        self.errors = errors
        self.outbox = outbox
        self.observer = observer
        self.tracker = tracker
    }

    /// The tag under which a record of the outbox goes.
    func tag(for id: RecordID) -> UInt {
        resent.withLock { resent in
            resent.next += 1
            resent.ids[resent.next] = id
            return resent.next
        }
    }

    /// The record did not go after all.
    func forget(_ tag: UInt) { resent.withLock { _ = $0.ids.removeValue(forKey: tag) } }

    /// From now on nobody hears of anything.
    func crash() { hasCrashed.store(true, ordering: .releasing) }

    func delivered(_ report: DeliveryReport) {
        let outcome = ProducerOutcome(
            report, topic: settings.topic, mode: settings.sendMode, acks: settings.acks,
            hasCrashed: hasCrashed.load(ordering: .acquiring))
        tally.settled(
            outcome, ProducerTally.Send(lane: lane, tag: report.tag), latencyMicroseconds: report.latencyMicroseconds)
        switch outcome {
        case .failed(let error), .unknown(let error?): errors.report(error)
        case .acknowledged, .unknown(nil), .dropped, .lostInBuffer: break
        }
        let id = id(of: report.tag)
        if case .acknowledged = outcome { outbox?.acknowledged(id) }
        observer?.settled(id, topic: settings.topic, outcome)
        tracker.settled(id, outcome)
    }

    private func id(of tag: UInt) -> RecordID {
        guard tag > RecordTags.lastOwn else { return RecordID(producer: name, sequence: tag) }
        return resent.withLock { $0.ids.removeValue(forKey: tag) } ?? RecordID(producer: name, sequence: tag)
    }
}
