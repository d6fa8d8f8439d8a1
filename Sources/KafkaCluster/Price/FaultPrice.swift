import DeliveryLedger
import KafkaProtocol

/// What a fault has cost so far: how long the cluster took to notice it, to lead on and to be whole again, and what became
/// of records meanwhile.
///
/// Times are those of the events that tell of them. What nobody told, or looked at before, stays nil.
package struct FaultPrice: Hashable, Sendable {
    /// Something that came of the fault.
    package struct Mark: Hashable, Sendable {
        package var at: Instant
        /// The event that tells of it, as a sentence.
        package var text: String

        package init(at: Instant, text: String) {
            self.at = at
            self.text = text
        }
    }

    /// Counted from 1 in the order in which the faults began.
    package let number: Int
    package let fault: Fault
    package let at: Instant
    /// The cluster saw it: it fenced a victim, took it out of an ISR, or had it replaced.
    package internal(set) var noticed: Mark?
    /// The first error that a client of klamm's own told of.
    package internal(set) var felt: Mark?
    /// Another controller decides, where it hit the one that did.
    package internal(set) var decided: Mark?
    package internal(set) var leaders: LostLeaders
    /// Healed, or the victims were started again.
    package internal(set) var ended: Mark?
    /// The victims serve again and are in every ISR.
    package internal(set) var wholeAt: Instant?
    /// What became of what klamm's own producers sent, until the next fault; nil where nobody had looked at them before.
    package internal(set) var sends: [Sends]?
    /// Acknowledged records that are gone; nil where brokers tell nobody what they acknowledged.
    package internal(set) var lost: [Lost]?

    package var victims: [BrokerID] { fault.victims }

    /// The partitions that the victims led.
    package struct LostLeaders: Hashable, Sendable {
        /// How many there were when it began; nil where nobody had looked before.
        package internal(set) var led: Int?
        /// Of them, those that had to be led anew and are.
        package internal(set) var served = 0
        package internal(set) var first: Mark?
        package internal(set) var last: Mark?
        /// Nobody in sync is up. In the order in which they lost their leader.
        package internal(set) var leaderless: [TopicPartition] = []
        /// Their epochs before.
        var epochs: [TopicPartition: Int32] = [:]
        var waiting: Set<TopicPartition> = []
        /// Elections whose leaders have not said that they serve.
        package var elected: Int { waiting.count }
    }

    /// What became of the records of one producer with one setting of acks.
    package struct Sends: Hashable, Sendable {
        package var topic: String
        package var acks: Acks
        package internal(set) var failed: Int64 = 0
        package internal(set) var unknown: Int64 = 0
        /// The buffer was full.
        package internal(set) var dropped: Int64 = 0
        /// Gone with a producer that crashed.
        package internal(set) var lostInBuffer: Int64 = 0
        /// In the log more than once; nil where no ledger is kept.
        package internal(set) var doubled: Int64?
        package internal(set) var isRunning: Bool
        /// As it stood when the fault began; nil for one that had not begun then.
        var before: WorkloadSnapshot.Producer?
    }

    /// Acknowledged records of one loss, by the acks that were asked for.
    package struct Lost: Hashable, Sendable {
        package var number: Int
        package var acks: Int16
        /// The client has read that they are written.
        package var records: Int64
        /// Its connection broke: it may not have heard the answer.
        package var ofUnknownReceipt: Int64

        package static func parts(of loss: Loss) -> [Self] {
            var parts: [Self] = []
            for batch in loss.batches {
                let index = parts.firstIndex { $0.acks == batch.acks } ?? parts.count
                if index == parts.count {
                    parts.append(Self(number: loss.number, acks: batch.acks, records: 0, ofUnknownReceipt: 0))
                }
                if batch.receiptIsUnknown {
                    parts[index].ofUnknownReceipt += batch.count
                } else {
                    parts[index].records += batch.count
                }
            }
            return parts
        }
    }

    /// How long after the fault.
    package func after(_ instant: Instant) -> Duration { max(.zero, instant - at) }
}

extension FaultPrice.Sends {
    /// A producer that stands still, and did all the time, has nothing to tell.
    package var isTold: Bool { isRunning || failed + unknown + dropped + lostInBuffer + (doubled ?? 0) > 0 }
}

extension FaultPrice {
    /// Of producers that have something to tell; nil where nobody had looked before.
    package var told: [Sends]? { sends.map { $0.filter(\.isTold) } }

    package var failed: Int64? { sum(\.failed) }
    package var unknown: Int64? { sum(\.unknown) }
    /// Nil where of one producer it is not known.
    package var doubled: Int64? {
        guard let told, !told.isEmpty else { return nil }
        var sum: Int64 = 0
        for send in told {
            guard let doubled = send.doubled else { return nil }
            sum += doubled
        }
        return sum
    }
    package var lostRecords: Int64? { lost.map { $0.reduce(0) { $0 + $1.records } } }

    private func sum(_ path: KeyPath<Sends, Int64>) -> Int64? {
        guard let told, !told.isEmpty else { return nil }
        return told.reduce(0) { $0 + $1[keyPath: path] }
    }

    /// In one line, the worst first, as lines are cut at their end: `41 lost, 0 sends failed, ...; noticed after 1.300 s,
    /// led again after 1.310 s, whole after 17.204 s`.
    package var summary: String {
        var times: [String] = []
        if let noticed { times.append("noticed after \(Figures.seconds(after(noticed.at))) s") }
        if let decided { times.append("decided again after \(Figures.seconds(after(decided.at))) s") }
        if let last = leaders.last { times.append("led again after \(Figures.seconds(after(last.at))) s") }
        if let wholeAt { times.append("whole after \(Figures.seconds(after(wholeAt))) s") }
        var counts: [String] = []
        if let lostRecords { counts.append("\(Figures.count(lostRecords)) lost") }
        if let failed { counts.append("\(Figures.plural(failed, "send")) failed") }
        if let unknown { counts.append("\(Figures.count(unknown)) unknown") }
        if let doubled { counts.append("\(Figures.count(doubled)) doubled") }
        return [counts, times].filter { !$0.isEmpty }.map { $0.joined(separator: ", ") }.joined(separator: "; ")
    }
}
