import DeliveryLedger
import KafkaProtocol

/// What a fault has cost so far: how long the cluster took to notice it, to lead on and to be whole again, and what
/// became of records meanwhile.
///
/// Times are those of the events that tell of them. What nobody told, or looked at before, stays nil.
package struct FaultPrice: Hashable, Sendable {
    /// Something that came of the fault.
    package struct Mark: Hashable, Sendable {
        package var at: Instant
        /// The event that tells of it, as a sentence.
        package var text: String
        /// Faults that went on at the same time and may as well be the cause.
        package var others: [Fault]

        package init(at: Instant, text: String, or others: [Fault] = []) {
            self.at = at
            self.text = text
            self.others = others
        }
    }

    /// Counted from 1 in the order in which the faults began.
    package let number: Int
    package let fault: Fault
    package let at: Instant
    /// The cluster saw it: it fenced a victim, took it out of an ISR, or had it replaced.
    package internal(set) var noticed: Mark?
    /// Who left an ISR, where it was noticed by that.
    var noticedGone: [BrokerID] = []
    /// The first error that a client of klamm's own told of.
    package internal(set) var felt: Mark?
    /// Another controller decides, where it hit the one that did.
    package internal(set) var decided: Mark?
    package internal(set) var leaders: LostLeaders
    /// Healed, or the victims were started again.
    package internal(set) var ended: Mark?
    /// The victims serve again and are in every ISR.
    package internal(set) var wholeAt: Instant?
    /// What became of what klamm's own producers sent, until the next fault; nil where nobody had looked at them
    /// before.
    package internal(set) var sends: [Sends]?
    /// The next fault, where that began before all was whole: what became of records since then is in its price.
    package internal(set) var countedUntil: Fault?
    /// Faults that went on when this began: what became of records may be theirs as well.
    package internal(set) var besides: [Fault] = []
    /// How often klamm's own groups, until the next fault, worked on a record once more; nil where nobody counts.
    package internal(set) var processedAgain: Int64?
    /// As it stood when the fault began.
    var processedAgainBefore: [String: Int64] = [:]
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
        /// Elections whose leaders have not said that they serve, and which other faults they may be due to.
        var waiting: [TopicPartition: [Fault]] = [:]
        /// Leaders that serve and whose election was not heard of: each node tells on its own thread.
        var began: [TopicPartition: Beginning] = [:]
        package var elected: Int { waiting.count }

        struct Beginning: Hashable {
            var epoch: Int32
            var mark: Mark
        }
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
        /// Sent again from the outbox.
        package internal(set) var resent: Int64 = 0
        /// In the log more than once; nil where no ledger is kept.
        package internal(set) var doubled: Int64?
        /// The longest from send to acknowledgement, of those acknowledged since the fault; nil before the first.
        package internal(set) var longestWait: AcknowledgementWait?
        /// How long the oldest that is not answered has waited by now, since the fault at most where something else had
        /// held it up; nil while none waits, or asks for no answer.
        package internal(set) var waiting: Duration?
        /// For how long nothing has been acknowledged by now, since the fault at most, although something waits for it.
        package internal(set) var silence: Duration?
        package internal(set) var isRunning: Bool
        /// From when on it is counted.
        var since: Instant
        /// As it stood when the fault began; nil for one that had not begun then.
        var before: WorkloadSnapshot.Producer?
    }

    /// Acknowledged records of one loss, by the acks that were asked for.
    package struct Lost: Hashable, Sendable {
        package var number: Int
        package var topic: String
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
                    parts.append(
                        Self(
                            number: loss.number, topic: loss.partition.topic, acks: batch.acks, records: 0,
                            ofUnknownReceipt: 0))
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

    /// Whether leaders have to move away from what it hit, if this controller decides.
    package func mayUnseat(controller: BrokerID?) -> Bool {
        victims.contains { !$0.isController && fault.mayCause(.left($0, controller: controller)) }
    }

    /// How long after the fault.
    package func after(_ instant: Instant) -> Duration { max(.zero, instant - at) }
}

extension FaultPrice.Sends {
    /// Of the answered and of those that still wait.
    package var longestWaitSoFar: Duration? { [longestWait?.duration, waiting].compactMap(\.self).max() }

    /// Whether what has waited longest is not over.
    package var stillWaitsLongest: Bool { waiting.map { $0 > longestWait?.duration ?? .zero } ?? false }

    /// A producer that stands still, and did all the time, has nothing to tell.
    package var isTold: Bool {
        isRunning || waiting != nil || failed + unknown + dropped + lostInBuffer + resent + (doubled ?? 0) > 0
    }
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
    package var ofUnknownReceipt: Int64 { lost?.reduce(0) { $0 + $1.ofUnknownReceipt } ?? 0 }
    /// Of all producers, those among them that still wait.
    package var longestWait: Duration? { waitedLongest?.longestWaitSoFar }
    /// Whether what has waited longest is not over.
    package var stillWaitsLongest: Bool { waitedLongest?.stillWaitsLongest ?? false }
    private var waitedLongest: Sends? {
        told?.max { $0.longestWaitSoFar ?? .zero < $1.longestWaitSoFar ?? .zero }
    }
    /// A wait that a person notices: sends that neither failed nor came back at once.
    package static let noticeableWait = Duration.seconds(1)

    private func sum(_ path: KeyPath<Sends, Int64>) -> Int64? {
        guard let told, !told.isEmpty else { return nil }
        return told.reduce(0) { $0 + $1[keyPath: path] }
    }

    /// In one line, the worst first, as lines are cut at their end: `41 lost, 7 sends failed, ...; noticed after 1.300
    /// s, led again after 1.310 s, whole after 17.204 s`. That nothing happened is said where nothing did.
    package var summary: String {
        var times: [String] = []
        // What may be another's doing is claimed where there is room to say so.
        func tell(_ words: String, _ mark: Mark?) {
            if let mark, mark.others.isEmpty { times.append("\(words) after \(Figures.seconds(after(mark.at))) s") }
        }
        tell("noticed", noticed)
        tell("decided again", decided)
        tell("led again", leaders.last)
        if let wholeAt { times.append("whole after \(Figures.seconds(after(wholeAt))) s") }
        return [costs, times].filter { !$0.isEmpty }.map { $0.joined(separator: ", ") }.joined(separator: "; ")
    }

    /// Whether it has cost anything that is known.
    package var hasCost: Bool { !counted.isEmpty }

    private var costs: [String] {
        let counted = counted
        if counted.isEmpty { return innocence.map { [$0] } ?? [] }
        guard lostRecords == 0, ofUnknownReceipt == 0 else { return counted }
        // What was not acknowledged may be gone all the same.
        return counted + [unknown ?? 0 > 0 ? "no acknowledged one lost" : "none lost"]
    }

    /// Each with the topics that it is of, where there are several: a story has one that is to lose records, and one that
    /// is not.
    private var counted: [String] {
        var counts: [String] = []
        func tell(_ count: Int64?, _ topics: [String], _ words: (Int64) -> String) {
            if let count, count > 0 { counts.append(words(count) + of(topics)) }
        }
        func tell(_ count: (Sends) -> Int64, _ words: (Int64) -> String) {
            let told = told ?? []
            tell(told.reduce(0) { $0 + count($1) }, told.filter { count($0) > 0 }.map(\.topic), words)
        }
        let lost = lost ?? []
        tell(lostRecords, lost.filter { $0.records > 0 }.map(\.topic)) { "\(Figures.count($0)) lost" }
        tell(ofUnknownReceipt, lost.filter { $0.ofUnknownReceipt > 0 }.map(\.topic)) {
            "\(Figures.count($0)) gone of unknown receipt"
        }
        tell(\.failed) { "\(Figures.plural($0, "send")) failed" }
        tell(\.dropped) { "\(Figures.count($0)) dropped" }
        tell(\.lostInBuffer) { "\(Figures.count($0)) lost in a crashed producer" }
        // Whoever asks for no answer is left in doubt by every record, fault or not.
        tell({ $0.acks == .none ? 0 : $0.unknown }) { "\(Figures.count($0)) unknown" }
        tell({ $0.acks == .none ? $0.unknown : 0 }) { "\(Figures.count($0)) unknown by acks=0" }
        if doubled != nil { tell({ $0.doubled ?? 0 }) { "\(Figures.count($0)) doubled" } }
        tell(processedAgain, []) { "\(Figures.count($0)) worked on again" }
        tell(\.resent) { "\(Figures.count($0)) sent again" }
        if let longest = waitedLongest, let wait = longest.longestWaitSoFar, wait >= Self.noticeableWait {
            let seconds = Figures.seconds(wait)
            let words =
                longest.stillWaitsLongest ? "a send waits for \(seconds) s so far" : "sends waited up to \(seconds) s"
            counts.append(words + of([longest.topic]))
        }
        return counts
    }

    /// ` (orders, audit)`; nothing where there is one topic alone.
    private func of(_ topics: [String]) -> String {
        let all = (told ?? []).map(\.topic) + (lost ?? []).map(\.topic)
        guard let first = all.first, all.contains(where: { $0 != first }), !topics.isEmpty else { return "" }
        let named = topics.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return named.count > 3 ? " (\(named.count) topics)" : " (\(named.joined(separator: ", ")))"
    }

    /// What is known not to have happened; nil where that is nothing.
    private var innocence: String? {
        let hasSends = told?.isEmpty == false
        switch (lostRecords, hasSends) {
        case (nil, false): return nil
        case (nil, true): return "no send failed or was held up"
        case (_, false): return "nothing lost"
        case (_, true):
            return doubled == nil ? "nothing lost, failed or held up" : "nothing lost, doubled, failed or held up"
        }
    }
}
