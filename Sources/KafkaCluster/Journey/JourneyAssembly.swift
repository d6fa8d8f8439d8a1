import DeliveryLedger
import KafkaBroker
import KafkaProtocol

/// Puts a journey together. Whether a record is lost is told by the leaders that came after it was written: the last of
/// them has it in its log, or it is gone.
struct JourneyAssembly {
    typealias Step = JourneyStep

    let facts: JourneyFacts
    let offset: Int64
    let leaderEpoch: Int32?
    let image: ClusterSnapshot.Partition?
    private let traces: [(broker: BrokerID, trace: ReplicaTrace)]
    /// Who wrote it as leader.
    private let writer: (broker: BrokerID, trace: ReplicaTrace)?
    /// Why it is gone; nil while it is not.
    private let goneBy: Step.Reason?

    init(_ facts: JourneyFacts) {
        self.facts = facts
        offset = facts.offset ?? -1
        traces = facts.replicas ?? []
        leaderEpoch = facts.recordEpoch
        image = facts.partition.flatMap { facts.snapshot.partition($0) }
        writer = traces.first { $0.trace.written?.acks != nil }
        goneBy = facts.offset == nil ? nil : Self.goneBy(facts, traces, facts.offset ?? -1)
    }

    private static func goneBy(
        _ facts: JourneyFacts, _ traces: [(broker: BrokerID, trace: ReplicaTrace)], _ offset: Int64
    ) -> Step.Reason? {
        if let loss = facts.lastingLoss { return Step.Reason(loss) }
        guard traces.contains(where: { $0.trace.written != nil }) else { return nil }
        let leads = traces.flatMap { replica in replica.trace.leads.map { (replica, $0) } }
        guard let (replica, last) = leads.max(by: { $0.1.leaderEpoch < $1.1.leaderEpoch }) else { return nil }
        let wasThere = replica.trace.written != nil || replica.trace.isForgetful
        let isThere = last.logEndOffset > offset && wasThere && (replica.trace.drop.map { $0.at > last.at } ?? true)
        if isThere { return nil }
        // Not the last: the first that did without it.
        let without = leads.filter { $0.1.logEndOffset <= offset }.min { $0.1.leaderEpoch < $1.1.leaderEpoch }
        let (who, lead) = without ?? (replica, last)
        return .ledWithout(who.broker, leaderEpoch: lead.leaderEpoch, lead.at)
    }

    /// From then on another record may stand in its place.
    private var goneAt: Instant? {
        if let loss = facts.lastingLoss { return loss.election.at }
        return if case .ledWithout(_, _, let at)? = goneBy { at } else { nil }
    }

    // MARK: The way

    var lanes: [Step.Lane] {
        var brokers = writer.map { [$0.broker] } ?? image?.leader.map { [$0] } ?? []
        for broker in (image?.replicas.map(\.broker) ?? []) + traces.filter({ $0.trace.written != nil }).map(\.broker)
        where !brokers.contains(broker) { brokers.append(broker) }
        return [.producer] + brokers.map { .broker($0) } + groupNames.map { .group($0) }
    }

    var steps: [Step] {
        var steps = sending
        guard facts.partition != nil, facts.offset != nil else { return steps + [reported].compactMap { $0 } }
        steps += [appended] + copies + [passed]
        if let answered { steps.append(answered) }
        if let reported { steps.append(reported) }
        steps += harm
        for group in groupNames { steps += reading(of: group) }
        if isRetired {
            steps.append(
                Step(appended.lane, .retired, .before(.told("retention or DeleteRecords took it, nobody marks when"))))
        }
        return steps
    }

    var ending: RecordJourney.Ending {
        switch facts.sending?.report {
        case .failed?, .dropped?, .lostInBuffer?: if facts.offset == nil { return .notSent(facts.sending!.report!) }
        case .acknowledged?, .unknown?, nil: break
        }
        guard facts.offset != nil else { return facts.sending?.report == nil ? .sending : .unknown }
        if goneBy != nil { return .lost(isAcknowledged: isAcknowledged) }
        if isRetired { return .retired }
        if passed.hasHappened { return .safe }
        if appended.hasHappened { return .written(isAcknowledged: isAcknowledged) }
        if case .notYet = appended.when { return .sending }
        return .unknown
    }

    /// Nil where only its producer knows.
    private var isAcknowledged: Bool? {
        if case .acknowledged? = facts.sending?.report { return true }
        guard let answered else { return false }
        if case .unknown = answered.when { return nil }
        return answered.hasHappened
    }

    private var isRetired: Bool { image?.logStartOffset.map { $0 > offset } ?? false }

    // MARK: The producer

    private var sending: [Step] {
        guard let sending = facts.sending else {
            guard let stamp = facts.stamp, !stamp.isAppendTime else { return [] }
            return [Step(.producer, .stamped, stamped(moment(of: stamp)))]
        }
        let buffered: Step.When =
            if let at = sending.buffered {
                .at(Moment(at))
            } else {
                switch sending.report {
                case nil: .notYet(.told("the buffer is full"))
                case .acknowledged, .unknown, .lostInBuffer: .before(.told("nobody noted when it found room"))
                case .dropped: .never(.told("there was no room for it in the buffer"))
                case .failed: .never(.told("it was refused"))
                }
            }
        return [Step(.producer, .sent, .at(Moment(sending.sent))), Step(.producer, .buffered, buffered)]
    }

    /// A record is stamped before it is appended: one that says otherwise has its time from another clock, or from
    /// whoever made it up.
    private func stamped(_ moment: Moment) -> Step.When {
        guard let written = writer?.trace.written?.moment else { return .at(moment) }
        guard moment.from <= written.to else {
            let late = Figures.latency(microseconds: (moment.from - written.to).wholeNanoseconds / 1000)
            return .before(.told("the time that it bears is \(late) after the append"))
        }
        var moment = moment
        moment.from.monotonicNanoseconds = min(moment.from, written.from).monotonicNanoseconds
        moment.to.monotonicNanoseconds = min(moment.to, written.to).monotonicNanoseconds
        return .at(moment)
    }

    /// On the wall clock of who stamped it. Two milliseconds long on ours: the stamp and our own time are each cut to
    /// one.
    private func moment(of stamp: JourneyFacts.Stamp) -> Moment {
        let now = facts.snapshot.takenAt
        let age = now.wallClockMilliseconds.saturatingSubtract(stamp.milliseconds)
        let at = now + .milliseconds(-min(max(age, -1_000_000_000_000), 1_000_000_000_000))
        var moment = Moment(at)
        moment.from.monotonicNanoseconds -= 1_000_000
        moment.to.monotonicNanoseconds += 1_000_000
        return moment
    }

    private var reported: Step? {
        guard let sending = facts.sending else {
            return Step(
                .producer, .reported(nil),
                .unknown(.told("klamm follows one record in 20 ms of each of its own producers, and this is none")))
        }
        if let report = sending.report {
            return Step(.producer, .reported(report), .at(Moment(sending.reportedAt ?? sending.sent)))
        }
        return Step(.producer, .reported(nil), .notYet(.told("librdkafka has not reported it yet")))
    }

    // MARK: The brokers

    private var untimed: Step.Reason { .told("Kafka's protocol does not tell when") }
    private var outside: Step.Reason { .told("Kafka's protocol does not tell whether it is") }
    private var tooOld: Step.Reason { .told("klamm has no mark of it: it is older than this run, or too old") }

    private var appended: Step {
        let epoch = leaderEpoch
        if let writer, let written = writer.trace.written {
            return Step(
                .broker(writer.broker), .appended(leaderEpoch: epoch, acks: written.acks), .at(written.moment))
        }
        let lane = Step.Lane.broker(image?.leader ?? image?.replicas.first?.broker ?? .none)
        let step = Step.Kind.appended(leaderEpoch: epoch, acks: nil)
        if let stamp = facts.stamp, stamp.isAppendTime { return Step(lane, step, .at(moment(of: stamp))) }
        guard let end = image?.logEndOffset ?? image?.highWatermark else {
            return Step(lane, step, .unknown(.told("nobody can be asked now")))
        }
        if end <= offset { return Step(lane, step, .notYet(.told("the log ends at \(Figures.count(end))"))) }
        if image?.leaderEpoch != epoch { return Step(lane, step, .before(.told("who led then is not known"))) }
        return Step(lane, step, .before(facts.replicas == nil ? untimed : tooOld))
    }

    private var copies: [Step] {
        lanes.compactMap { lane in
            guard case .broker(let broker) = lane, lane != appended.lane else { return nil }
            return Step(lane, .copied, copied(by: broker))
        }
    }

    private func copied(by broker: BrokerID) -> Step.When {
        let trace = traces.first { $0.broker == broker }?.trace
        if let written = trace?.written { return .at(written.moment) }
        if let goneBy { return .never(goneBy) }
        let replica = image?.replicas.first { $0.broker == broker }
        if let end = replica?.logEndOffset {
            guard end <= offset else { return .before(facts.replicas == nil ? untimed : tooOld) }
            return .notYet(.told("its log ends at \(Figures.count(end))"))
        }
        if replica?.state == .offline { return .notYet(.told("broker \(broker) is down")) }
        return .unknown(outside)
    }

    private var passed: Step {
        // A leader that begins with an old high watermark passes again what was passed before.
        let first = traces.compactMap { replica in replica.trace.passed.map { (replica.broker, $0) } }
            .min { $0.1.to < $1.1.to }
        if let (broker, moment) = first, writer != nil { return Step(.broker(broker), .passed, .at(moment)) }
        let lane = Step.Lane.broker(image?.leader ?? writer?.broker ?? .none)
        if let goneBy { return Step(appended.lane, .passed, .never(goneBy)) }
        guard let now = image?.highWatermark else { return Step(lane, .passed, .unknown(.told("there is no leader"))) }
        if now > offset { return Step(lane, .passed, .before(facts.replicas == nil ? untimed : tooOld)) }
        let reason = image?.holdReason.map { ": \($0)" } ?? ""
        return Step(lane, .passed, .notYet(.told("it stands at \(Figures.count(now))\(reason)")))
    }

    private var answered: Step? {
        guard facts.partition?.topic.hasPrefix("__") != true else { return nil }
        let first = traces.compactMap { replica in replica.trace.answer.map { (replica.broker, $0) } }
            .min { $0.1.moment.to < $1.1.moment.to }
        if let (broker, answer) = first {
            return Step(.broker(broker), .answered(acks: answer.acks), .at(answer.moment))
        }
        let lane = appended.lane
        let acks = writer?.trace.written?.acks
        func step(_ when: Step.When) -> Step { Step(lane, .answered(acks: acks), when) }
        guard let acks else {
            return step(.unknown(facts.replicas == nil ? .told("only its producer knows") : tooOld))
        }
        if acks == 0 { return step(.never(.told("acks=0 asks for no answer"))) }
        if let goneBy { return step(.never(goneBy)) }
        if acks == -1, !passed.hasHappened {
            return step(.notYet(.told("acks=all waits for the high watermark")))
        }
        switch facts.sending?.report {
        case .acknowledged?: return step(.before(tooOld))
        case .failed?: return step(.never(.told("its request had timed out, or its connection was gone")))
        // An answer leaves when all before it on its connection have left.
        case .unknown?, .dropped?, .lostInBuffer?, nil:
            return step(.unknown(.told("none has left: it waits behind others, or its request has timed out")))
        }
    }

    // MARK: What went wrong

    private var harm: [Step] {
        var steps: [Step] = []
        if let loss = facts.loss {
            steps += loss.misfortunes.map { Step(.broker(loss.broker), .befell($0.fate), .at(Moment($0.at))) }
            let election = loss.election
            steps.append(
                Step(
                    .broker(election.leader), .led(leaderEpoch: election.leaderEpoch), .at(Moment(election.at))))
        } else if case .ledWithout(let broker, let epoch, let at)? = goneBy {
            steps.append(Step(.broker(broker), .led(leaderEpoch: epoch), .at(Moment(at))))
        }
        for (broker, trace) in traces {
            guard trace.written != nil else { continue }
            if let drop = trace.drop {
                steps.append(Step(.broker(broker), .dropped(drop.reason), .at(Moment(drop.at))))
            } else if goneBy != nil {
                let isDown = image?.replicas.first { $0.broker == broker }?.state == .offline
                let why = isDown ? "broker \(broker) is down and still has it" : "broker \(broker) still has it"
                steps.append(Step(.broker(broker), .dropped(nil), .notYet(.told(why))))
            }
        }
        if let loss = facts.loss, let at = loss.returnedAt {
            steps.append(Step(.broker(image?.leader ?? loss.broker), .returned, .at(Moment(at))))
        }
        return steps
    }

    // MARK: The groups

    private var groupNames: [String] {
        var names = facts.groups.map(\.group)
        guard let partition = facts.partition else { return names }
        for group in facts.snapshot.groups where !names.contains(group.id) {
            if group.partitions.contains(where: { $0.partition == partition }) { names.append(group.id) }
        }
        return names
    }

    /// Another record may have stood at its offset before, and may stand there now.
    private func ofThisRecord(_ trace: GroupTrace) -> GroupTrace {
        let begin = writer?.trace.written?.moment.from
        let end = goneAt
        func isWithin(_ moment: Moment) -> Bool {
            (begin.map { moment.to >= $0 } ?? true) && (end.map { moment.from <= $0 } ?? true)
        }
        var trace = trace
        trace.polls.removeAll { !isWithin($0.moment) }
        trace.works.removeAll { !isWithin($0.moment) }
        trace.commits.removeAll { !isWithin($0) }
        return trace
    }

    private func reading(of name: String) -> [Step] {
        let lane = Step.Lane.group(name)
        let trace = facts.groups.first { $0.group == name }.map(ofThisRecord)
        let place = facts.snapshot.groups.first { $0.id == name }?.partitions
            .first { $0.partition == facts.partition }
        let committed = place?.committed
        let isPast = committed.map { $0 > offset } ?? false
        var steps: [Step] = []
        if let trace {
            for (number, poll) in trace.polls.prefix(8).enumerated() {
                steps.append(Step(lane, .polled(member: poll.member, again: number > 0), .at(poll.moment)))
            }
            if trace.polls.isEmpty, let goneBy {
                return [Step(lane, .polled(member: nil, again: false), .never(goneBy))]
            }
            if trace.polls.isEmpty {
                let when: Step.When =
                    isPast
                    ? .unknown(.told("no member of this run was handed it, and its position is past it"))
                    : .notYet(
                        .told(
                            passed.hasHappened ? "no poll has returned it" : "consumers read up to the high watermark"))
                steps.append(Step(lane, .polled(member: nil, again: false), when))
            }
            for work in trace.works.prefix(8) {
                steps.append(Step(lane, .worked(work.outcome), .at(work.moment)))
            }
            if trace.works.isEmpty, !trace.polls.isEmpty {
                steps.append(
                    Step(
                        lane, .worked(nil),
                        isPast ? .unknown(tooOld) : .notYet(.told("the member has it, or has died with it"))))
            }
        } else if goneBy != nil, !isPast {
            return [Step(lane, .committed, .never(goneBy!))]
        }
        let when: Step.When =
            if let moment = trace?.commits.first {
                .at(moment)
            } else if isPast {
                .before(trace == nil ? .told("another application's group") : tooOld)
            } else {
                .notYet(.told(committed.map { "it stands at \(Figures.count($0))" } ?? "it has committed nothing"))
            }
        steps.append(Step(lane, .committed, when))
        return steps
    }
}

extension JourneyStep.Reason {
    /// Where the record went, or, if that is not known, who came to lead without it.
    fileprivate init(_ loss: Loss) {
        if let drop = loss.drops.first(where: { $0.broker == loss.broker }) ?? loss.drops.first {
            self = .dropped(drop.broker, drop.reason, drop.at)
        } else {
            let election = loss.election
            self = .ledWithout(election.leader, leaderEpoch: election.leaderEpoch, election.at)
        }
    }
}
