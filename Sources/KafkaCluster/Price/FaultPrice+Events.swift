import DeliveryLedger
import KafkaBroker
import KafkaProtocol

/// What an event or a picture means for the price of a fault.
///
/// | state      | noticed, led again | healed or restarted | victims serve, in every ISR |
/// |------------|--------------------|---------------------|-----------------------------|
/// | going on   | first and last     | ended               | -                           |
/// | ended      | the same           | -                   | whole                       |
/// | whole      | -                  | -                   | -                           |
extension FaultPrice {
    /// `before` is the newest picture from before the fault. A cluster that has to be asked tells neither who serves nor what
    /// was acknowledged.
    init(number: Int, _ fault: Fault, at: Instant, before: ClusterSnapshot?, isAsked: Bool) {
        self.number = number
        self.fault = fault
        self.at = at
        leaders = LostLeaders()
        lost = isAsked ? nil : []
        sends = before?.workload.map { $0.producers.map { Sends($0, before: $0, since: at) } }
        for group in before?.workload?.groups ?? [] {
            processedAgainBefore[group.settings.group] = group.processedAgain
        }
        if !fault.lasts, fault.restartEnds == nil { ended = Mark(at: at, text: "it lasts for no time") }
        guard let before else { return }
        for topic in before.topics {
            for partition in topic.partitions {
                guard let leader = partition.leader, fault.victims.contains(leader) else { continue }
                let id = TopicPartition(topic: topic.name, partition: partition.index)
                leaders.epochs[id] = partition.leaderEpoch
            }
        }
        leaders.led = leaders.epochs.count
    }

    // MARK: Events

    mutating func note(_ event: ClusterEvent, _ blame: FaultBlame, isAsked: Bool) {
        guard event.at >= at, wholeAt == nil else { return }
        if case .fault(let fault, let at) = event { return note(fault, at: at) }
        if case .node(let event) = event {
            if noteLeader(event, blame, isAsked: isAsked) { return }
            forgetISR(before: event)
        }
        guard case .this(let others) = blame else { return }
        // Most events are about something else: words are made for those that count.
        let mark = Mark(at: event.at, text: EventSummary(event).text, or: others)
        switch event {
        case .client: felt = felt ?? mark
        case .notice(.controllerReturned, _): decided = decided ?? mark
        case .notice: noticed = noticed ?? mark
        case .node(let event):
            switch event.kind {
            case .controllerElected: decided = decided ?? mark
            case .isrChanged(_, let from, let to, _) where noticed == nil:
                noticed = mark
                noticedGone = from.filter { !to.contains($0) }
            default: noticed = noticed ?? mark
            }
        case .fault: break
        }
    }

    /// Who is fenced goes from every ISR by the same decision, which is told first: no leader has missed it.
    private mutating func forgetISR(before event: BrokerEvent) {
        guard case .brokerFenced(let id, _) = event.kind, noticed?.at == event.at, noticedGone == [id] else { return }
        noticed = nil
        noticedGone = []
    }

    /// Returns whether it was about who leads.
    private mutating func noteLeader(_ event: BrokerEvent, _ blame: FaultBlame, isAsked: Bool) -> Bool {
        func mark(or others: [Fault]) -> Mark {
            Mark(at: event.at, text: EventSummary(.node(event)).text, or: others)
        }
        switch event.kind {
        case .leaderElected(let partition, let leader, let previous, let epoch, _, _):
            if previous == .none {
                // Nobody led: it is its doing where the last leader's end was.
                guard leaders.leaderless.contains(partition) else { return true }
                elected(partition, leader, epoch, mark(or: []), isAsked: isAsked)
            } else if case .this(let others) = blame {
                if leader != previous { noticed = noticed ?? mark(or: others) }
                elected(partition, leader, epoch, mark(or: others), isAsked: isAsked)
            } else if leaders.epochs[partition] != .max {
                // Another fault, or a user, has moved it away: what becomes of it is not this one's doing any more.
                leaders.epochs[partition] = nil
                leaders.began[partition] = nil
                leaders.waiting[partition] = nil
            }
            return true
        case .leadershipBegan(let partition, let epoch, _):
            guard let before = leaders.epochs[partition], epoch > before else { return true }
            if let others = leaders.waiting[partition] {
                served(partition, mark(or: others))
            } else if leaders.leaderless.contains(partition) {
                served(partition, mark(or: []))
            } else {
                leaders.began[partition] = LostLeaders.Beginning(epoch: epoch, mark: mark(or: []))
            }
            return true
        default: return false
        }
    }

    private mutating func elected(
        _ partition: TopicPartition, _ leader: BrokerID, _ epoch: Int32, _ mark: Mark, isAsked: Bool
    ) {
        if leaders.epochs[partition] == nil {
            // One that was not known to be led by a victim; when all is over others may lead for other reasons.
            guard leaders.led == nil, ended == nil else { return }
            leaders.epochs[partition] = epoch - 1
        }
        guard leaders.epochs[partition] != .max else { return }
        leaders.leaderless.removeAll { $0 == partition }
        if leader == .none {
            leaders.leaderless.append(partition)
        } else if isAsked {
            served(partition, mark)
        } else if let beginning = leaders.began[partition], beginning.epoch >= epoch {
            served(partition, Mark(at: beginning.mark.at, text: beginning.mark.text, or: mark.others))
        } else {
            leaders.waiting[partition] = mark.others
        }
    }

    private mutating func served(_ partition: TopicPartition, _ mark: Mark) {
        // No later epoch: it is served, and who leads it after that is another story.
        leaders.epochs[partition] = .max
        leaders.leaderless.removeAll { $0 == partition }
        leaders.waiting[partition] = nil
        leaders.began[partition] = nil
        leaders.served += 1
        leaders.first = leaders.first ?? mark
        var mark = mark
        // The last one's time is told for all of them.
        for other in leaders.last?.others ?? [] where !mark.others.contains(other) { mark.others.append(other) }
        leaders.last = mark
    }

    private mutating func note(_ fault: Fault, at: Instant) {
        guard ended == nil else { return }
        let isEnd =
            switch fault {
            case .heal(let healed): healed == self.fault
            case .healAll: self.fault.lasts
            case .thaw(let id): self.fault == .freeze(id)
            case .restart(let id): self.fault.restartEnds == id
            // A node that dies is not frozen any more.
            case .kill(let id), .powerLoss(let id), .wipe(let id): self.fault == .freeze(id)
            case .freeze, .stop, .link, .request, .disk, .clockSkew: false
            }
        if isEnd { ended = Mark(at: at, text: EventSummary(.fault(fault, at: at)).text) }
    }

    /// The same loss is told again when it has grown.
    mutating func note(_ loss: Loss) {
        lost?.removeAll { $0.number == loss.number }
        if loss.returnedAt == nil { lost? += Lost.parts(of: loss) }
    }

    func knows(_ loss: Loss) -> Bool { lost?.contains { $0.number == loss.number } == true }

    // MARK: Pictures

    mutating func count(_ workload: WorkloadSnapshot, at instant: Instant) {
        guard var sends else { return }
        if wholeAt == nil { countAgain(workload) }
        for producer in workload.producers {
            if let wholeAt {
                // What is sent from now on is not its price, but what was in doubt may still become known, and what
                // waits may still wait.
                for index in sends.indices where sends[index].topic == producer.settings.topic {
                    if sends[index].acks != producer.settings.acks { sends[index].waiting = nil }
                }
                if let index = sends.lastIndex(where: {
                    $0.topic == producer.settings.topic && $0.acks == producer.settings.acks
                }) {
                    sends[index].settle(producer)
                    sends[index].noteWaits(producer, by: instant) { $0 <= wholeAt }
                }
                continue
            }
            if let index = sends.lastIndex(where: { $0.topic == producer.settings.topic }) {
                sends[index].count(producer)
                sends[index].wait(producer, by: instant)
                guard sends[index].acks != producer.settings.acks else { continue }
                sends[index].isRunning = false
                sends[index].silence = nil
                sends[index].waiting = nil
                sends.append(Sends(producer, before: producer, since: instant))
            } else {
                // One that began meanwhile began with nothing.
                var send = Sends(producer, before: nil, since: at)
                send.count(producer)
                send.wait(producer, by: instant)
                sends.append(send)
            }
        }
        self.sends = sends
    }

    /// A group that began meanwhile began with nothing.
    private mutating func countAgain(_ workload: WorkloadSnapshot) {
        let counts = workload.groups.compactMap { group in
            group.processedAgain.map { max(0, $0 - (processedAgainBefore[group.settings.group] ?? 0)) }
        }
        processedAgain = counts.isEmpty ? nil : counts.reduce(0, +)
    }

    /// Another fault has begun: of what was sent until then some may still wait for the end of this one.
    mutating func noteWaits(_ workload: WorkloadSnapshot, by instant: Instant, sentBefore next: Instant) {
        guard var sends else { return }
        let end = wholeAt.map { min($0, next) } ?? next
        for producer in workload.producers {
            guard let index = sends.lastIndex(where: { $0.topic == producer.settings.topic }) else { continue }
            sends[index].noteWaits(producer, by: instant) { end - $0 > Sends.underWay }
        }
        self.sends = sends
    }

    /// All is over: what was kept to judge events is not needed any more.
    mutating func close(at instant: Instant) {
        wholeAt = instant
        endSilence()
        leaders.epochs = [:]
        leaders.began = [:]
    }

    /// What goes on is told no more.
    mutating func endSilence() {
        for index in sends?.indices ?? 0..<0 { sends?[index].silence = nil }
    }

    /// Whether the victims serve again and nobody misses them.
    func isWhole(in snapshot: ClusterSnapshot) -> Bool {
        guard let ended, wholeAt == nil, snapshot.takenAt >= ended.at else { return false }
        guard !snapshot.faults.contains(where: { $0.fault == fault }) else { return false }
        for id in victims {
            if id.isController, snapshot.controllers.contains(where: { $0.id == id }) {
                guard snapshot.controllers.contains(where: { $0.id == id && $0.isUp }), snapshot.controller != nil
                else { return false }
                continue
            }
            // One that was removed for good is missed by nobody.
            guard let broker = snapshot.brokers.first(where: { $0.id == id }) else { continue }
            guard broker.state == .running, broker.logDirectoryFailure == nil else { return false }
        }
        return snapshot.topics.allSatisfy { topic in
            topic.partitions.allSatisfy { partition in
                victims.allSatisfy { id in
                    !partition.replicas.contains { $0.broker == id }
                        || partition.leader != nil && partition.isr.contains(id)
                }
            }
        }
    }
}

extension FaultPrice.Sends {
    fileprivate init(_ producer: WorkloadSnapshot.Producer, before: WorkloadSnapshot.Producer?, since: Instant) {
        self.since = since
        topic = producer.settings.topic
        acks = producer.settings.acks
        isRunning = producer.isRunning || producer.isEnding
        self.before = before
        doubled = producer.doubled.map { _ in 0 }
    }

    /// What had waited for so long when a fault began had been held up by something else.
    fileprivate static let underWay = Duration.milliseconds(200)

    /// What was acknowledged before waited for something else, and what is sent after the next fault may wait for that:
    /// `isMine` tells by when it was sent.
    fileprivate mutating func noteWaits(
        _ now: WorkloadSnapshot.Producer, by instant: Instant, isMine: (Instant) -> Bool = { _ in true }
    ) {
        for wait in now.waits where wait.at >= since && wait.duration > longestWait?.duration ?? .zero {
            guard since - wait.sentAt <= Self.underWay, isMine(wait.sentAt) else { continue }
            longestWait = wait
        }
        waiting = nil
        // Whoever asks for no answer waits for none.
        guard acks != .none, acks == now.settings.acks, let begin = now.waitingSince, isMine(begin) else { return }
        waiting = max(.zero, instant - (since - begin <= Self.underWay ? begin : since))
    }

    fileprivate mutating func wait(_ now: WorkloadSnapshot.Producer, by instant: Instant) {
        noteWaits(now, by: instant)
        silence = isRunning ? now.silentSince.map { max(.zero, instant - max($0, since)) } : nil
    }

    fileprivate mutating func settle(_ now: WorkloadSnapshot.Producer) {
        let most = unknown
        count(now)
        unknown = min(most, unknown)
    }

    fileprivate mutating func count(_ now: WorkloadSnapshot.Producer) {
        isRunning = now.isRunning || now.isEnding
        failed = max(0, now.failed - (before?.failed ?? 0))
        unknown = max(0, now.unknown - (before?.unknown ?? 0))
        dropped = max(0, now.dropped - (before?.dropped ?? 0))
        lostInBuffer = max(0, now.lostInBuffer - (before?.lostInBuffer ?? 0))
        resent = max(0, now.resent - (before?.resent ?? 0))
        let doubledBefore: Int64? = before.map(\.doubled) ?? 0
        doubled = now.doubled.flatMap { now in doubledBefore.map { max(0, now - $0) } }
    }
}

extension Fault {
    /// Whose restart ends it.
    fileprivate var restartEnds: BrokerID? {
        switch self {
        case .kill(let id), .powerLoss(let id), .stop(let id), .wipe(let id): id
        default: nil
        }
    }

    /// Whether it breaks something, and so has a price.
    var isBreaking: Bool {
        switch self {
        case .restart: false
        default: !isHealing
        }
    }
}
