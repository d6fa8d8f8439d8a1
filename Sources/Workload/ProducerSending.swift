import Glibc
import KafkaClient
import KafkaCluster
import KafkaProtocol

/// Numbers a producer's records, over all its clients.
struct ProducerSequence {
    private(set) var next: UInt = 0
    /// The next record was announced to the ledger and waits for room in the buffer.
    private(set) var isAnnounced = false
    /// The first that has not been written to the outbox.
    private(set) var written: UInt = 0

    mutating func wrote(through end: UInt) { written = end }

    mutating func announce() { isAnnounced = true }

    mutating func advance() {
        next += 1
        isAnnounced = false
    }
}

/// Sends through one client at the rate of its settings, in their mode, until the orders change.
struct ProducerSending {
    private let settings: ProducerSettings
    private let name: String
    private let producer: Producer
    private let tally: ProducerTally
    private let lane: Int
    private let errors: ErrorRelay
    private let observer: (any WorkloadObserver)?
    private let tracker: RecordTracker
    private let isWanted: () -> Bool
    private var record: WorkloadRecord
    private var fullBuffer: FullBufferWait
    private var outbox: OutboxSending?
    /// Records that were handed to the client since its reports were served last: the observer hears of them before it can
    /// hear what came of them.
    private var untold: ClosedRange<UInt>?
    /// The next record is one to follow.
    private var follows = false
    /// The one that waits for room in the buffer, if it is followed.
    private var followed: UInt?
    private var lastFollowed = Int64.min

    init(
        _ settings: ProducerSettings, name: String, through producer: Producer, tally: ProducerTally, lane: Int,
        errors: ErrorRelay, outbox: OutboxSending?, observer: (any WorkloadObserver)?, tracker: RecordTracker,
        isWanted: @escaping () -> Bool
    ) {
        self.settings = settings
        self.name = name
        self.producer = producer
        self.tally = tally
        self.lane = lane
        self.errors = errors
        self.outbox = outbox
        self.observer = observer
        self.tracker = tracker
        self.isWanted = isWanted
        self.record = WorkloadRecord(settings, producer: name)
        self.fullBuffer = FullBufferWait(settings.fullBuffer)
    }

    mutating func run(_ sequence: inout ProducerSequence) {
        var pacer = settings.recordsPerSecond.map { rate in
            Pacer(recordsPerSecond: max(rate, 0.001), now: monotonicNanoseconds())
        }
        defer { tellAttempts() }
        // One that waited for room when the settings were changed is still to be followed, if it was.
        if sequence.isAnnounced { followed = sequence.next }
        while isWanted() {
            let due = min(pacer?.due(now: monotonicNanoseconds()) ?? Self.mostAtOnce, Self.mostAtOnce, left(sequence))
            guard turnOutbox(due, &sequence) else {
                serveReports(milliseconds: 100)
                continue
            }
            chooseFollowed()
            var taken = 0
            var hasDropped = false
            while taken < due, isWanted() {
                switch sendNext(&sequence) {
                case .sent: break
                case .dropped: hasDropped = true
                case .interrupted: return
                }
                taken += 1
                pacer?.took(1)
                if settings.sendMode == .synchronous { awaitReport() }
            }
            // A producer without a rate of its own that drops would do nothing else.
            serveReports(milliseconds: hasDropped && pacer == nil ? 1 : 0)
            if left(sequence) == 0 {
                // The outbox may still have something to sweep up.
                serveReports(milliseconds: outbox == nil ? 100 : 10)
            } else if let pacer {
                wait(until: pacer.nextDue)
            }
        }
    }

    /// Once a turn, so that a record costs no look at the clock.
    private mutating func chooseFollowed() {
        let now = monotonicNanoseconds()
        // Not `now - lastFollowed`: there was none in the beginning.
        follows =
            follows || now - RecordTracker.sampleNanoseconds >= lastFollowed || tracker.isWished(in: settings.topic)
        if follows { lastFollowed = now }
    }

    /// How many records the settings still allow.
    private func left(_ sequence: borrowing ProducerSequence) -> Int {
        guard let limit = settings.recordLimit else { return .max }
        return max(0, limit - Int(clamping: sequence.next))
    }

    /// What cannot be written ahead is not sent.
    private mutating func turnOutbox(_ due: Int, _ sequence: inout ProducerSequence) -> Bool {
        guard var outbox else { return true }
        defer { self.outbox = outbox }
        do {
            try outbox.write(ahead: due, &sequence, &record)
            try outbox.turn(through: producer)
            return true
        } catch {
            errors.report(ClientError(application: error))
            return false
        }
    }

    /// Reports are served after so many records, also by a producer that cannot keep up with its rate.
    private static let mostAtOnce = 100

    private enum Step { case sent, dropped, interrupted }

    /// Hands the next record to the client, waiting for room as the settings say.
    private mutating func sendNext(_ sequence: inout ProducerSequence) -> Step {
        if !sequence.isAnnounced {
            untold = (untold?.lowerBound ?? sequence.next)...sequence.next
            sequence.announce()
            if follows {
                follows = false
                followed = sequence.next
                let id = RecordID(producer: name, sequence: sequence.next)
                tracker.sending(id, topic: settings.topic, acks: settings.acks, at: .now())
            }
        }
        while true {
            switch record.send(sequence.next, through: producer) {
            case .queued:
                fullBuffer.over()
                tally.sent(ProducerTally.Send(lane: lane, tag: sequence.next))
                if followed == sequence.next {
                    tracker.buffered(RecordID(producer: name, sequence: sequence.next), at: .now())
                    followed = nil
                }
                sequence.advance()
                return .sent
            case .refused(let error):
                fullBuffer.over()
                tally.sent(nil)
                errors.report(error)
                settle(&sequence, .failed(error))
                return .sent
            case .noRoom:
                let now = Instant.now()
                switch fullBuffer.noRoom(now: now) {
                case .wait(let deadline):
                    let left = deadline.map { ($0 - now).wholeNanoseconds / 1_000_000 } ?? 100
                    // Until a report makes room.
                    serveReports(milliseconds: Int(min(max(left, 1), 100)))
                    tally.blocked(.now() - now)
                    guard isWanted() else {
                        fullBuffer.over()
                        return .interrupted
                    }
                case .drop:
                    fullBuffer.over()
                    settle(&sequence, .dropped)
                    return .dropped
                }
            }
        }
    }

    private mutating func serveReports(milliseconds: Int) {
        tellAttempts()
        producer.poll(milliseconds: milliseconds)
    }

    private mutating func tellAttempts() {
        if let untold { observer?.attempted(untold, of: name, topic: settings.topic) }
        untold = nil
    }

    private mutating func settle(_ sequence: inout ProducerSequence, _ outcome: ProducerOutcome) {
        tellAttempts()
        tally.settled(outcome)
        let id = RecordID(producer: name, sequence: sequence.next)
        observer?.settled(id, topic: settings.topic, outcome)
        tracker.settled(id, outcome)
        sequence.advance()
    }

    private mutating func awaitReport() {
        while producer.outstanding > 0, isWanted() { serveReports(milliseconds: 100) }
    }

    /// Serves reports until the next record is due. At thousands a second a turn of 200 us takes several records.
    private mutating func wait(until due: Int64) {
        let left = due - monotonicNanoseconds()
        if left >= 2_000_000 {
            // librdkafka waits in whole milliseconds, and returns early when it has served a report.
            serveReports(milliseconds: Int(min(left / 1_000_000, 1000)))
        } else if left > 0 {
            var time = timespec(tv_sec: 0, tv_nsec: Int(max(left, 200_000)))
            nanosleep(&time, nil)
        }
    }
}
