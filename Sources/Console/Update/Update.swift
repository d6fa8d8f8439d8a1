import KafkaCluster
import KafkaProtocol

/// Takes one event into the model and says what is to be done about it. Pure: the same model and event always give the
/// same result.
package func update(_ model: inout Model, _ event: Event) -> [Command] {
    let commands = model.take(event) + model.inquire() + model.remember()
    if let now = model.now {
        for case .moveOffsets(let group, let moves) in commands {
            model.live.commitMoves.expect(moves, of: group, now: now)
        }
    }
    model.layOutRecord()
    return commands
}

extension Model {
    fileprivate mutating func take(_ event: Event) -> [Command] {
        switch event {
        case .key(let chord):
            return acted { $0.pressed(chord) }
        case .mouse(let mouse):
            return acted { $0.moused(mouse) }
        case .pasted(let text):
            pasted(text)
            return []
        case .resized(let size):
            self.size = size
            redraw = .now
            return []
        case .tick(let now):
            return ticked(now)
        case .snapshot(let snapshot):
            advance(to: snapshot.takenAt)
            forgetPredecessor(of: snapshot)
            var snapshot = snapshot
            if let before = live.snapshot { snapshot.keepGroups(of: before) }
            live.snapshot = snapshot
            sample(snapshot, now: snapshot.takenAt)
            tell(whole: live.prices.observe(snapshot))
            tellWhetherMoved()
            dataChanged()
            return []
        case .cluster(let event):
            live.events.append(event)
            dropStaleToast(after: event)
            // One that is made anew has settings of its own.
            if case .node(let event) = event, case .topicDeleted(let name) = event.kind { forgetConfigs(of: name) }
            live.past.note(event)
            tell(whole: live.prices.note(event))
            dataChanged()
            return []
        case .records(let page):
            return received(page)
        case .outcome(let outcome):
            report(outcome)
            return []
        case .themes(let names, let current):
            themes = names
            theme = current
            redraw = .now
            return []
        case .settings(let keymap, let problems, let isFirst):
            self.keymap = keymap
            tell(of: problems, isFirst: isFirst)
            return []
        case .schemas(let schemas):
            self.schemas = schemas
            redraw = .now
            return []
        case .remembered(let memory):
            self.memory = memory
            redraw = .now
            return []
        case .scenarios(let heads):
            scenarios = heads
            return []
        case .story(let story):
            received(story)
            return []
        case .configSet(let topic, let name, let value, let problem):
            received(configOf: topic, name: name, value: value, problem: problem)
            return []
        case .answer(let answer):
            received(answer)
            return []
        }
    }
}

extension Model {
    /// Does what a user asked for by key or mouse.
    fileprivate mutating func acted(_ act: (inout Model) -> [Command]) -> [Command] {
        redraw = .now
        let isConfirmed = isConfirming
        let (place, toast) = (place, toast)
        let commands = act(&self)
        // What was said of another screen says nothing here.
        if self.place != place, self.toast == toast, toast?.lasts == false { self.toast = nil }
        return guarded(commands, isConfirmed: isConfirmed)
    }

    /// Time never goes back, whoever tells it.
    mutating func advance(to instant: Instant) {
        if now.map({ $0 < instant }) ?? true { now = instant }
    }

    /// The live picture is another; the screen too, unless it is held.
    mutating func dataChanged() {
        if isPaused {
            // How much waits for a held tail goes on growing.
            if isTailHeld, redraw == .none { redraw = .soon }
            return
        }
        if redraw == .none { redraw = .soon }
        settle()
    }

    /// What is told of one second after the other; returns whether one is over.
    @discardableResult
    private mutating func sample(_ snapshot: ClusterSnapshot, now: Instant) -> Bool {
        guard live.history.observe(snapshot, now: now) else { return false }
        live.past.observe(snapshot)
        for notice in live.commitMoves.look(at: snapshot, now: now) { live.events.append(.notice(notice, at: now)) }
        return true
    }

    fileprivate mutating func ticked(_ instant: Instant) -> [Command] {
        advance(to: instant)
        if var toast {
            if let until = toast.until {
                if until <= instant {
                    self.toast = nil
                    redraw = .now
                }
            } else {
                toast.until = instant + Toast.duration(of: toast.kind)
                self.toast = toast
            }
        }
        if place.showsClock, clockTick.map({ instant - $0 >= .seconds(1) }) ?? true {
            clockTick = instant
            dataChanged()
        }
        if let snapshot = live.snapshot, sample(snapshot, now: instant) { dataChanged() }
        return tailOn(at: instant)
    }

    fileprivate mutating func tell(of problems: [String], isFirst: Bool) {
        if let first = problems.first {
            let more = problems.count - 1
            show(
                .error, first + (more > 0 ? " · and \(Figures.plural(Int64(more), "more bad line"))" : ""), lasts: true)
        } else if !isFirst {
            show(.ok, "The settings were read anew")
        }
    }

    /// What was begun is not said to go on when it is done.
    fileprivate mutating func tellWhetherMoved() {
        guard let moves = live.moving, let snapshot = live.snapshot else { return }
        let known = moves.map { ($0.replicas, snapshot.partition($0.partition)) }
        if known.contains(where: { $0.1 == nil }) { live.moving = nil }
        // Those that are only added are replicas at once, and copy for a while.
        let areMoved = known.allSatisfy { wanted, partition in
            partition?.replicas.map(\.broker) == wanted && Set(wanted).isSubset(of: partition?.isr ?? [])
        }
        guard areMoved else { return }
        live.moving = nil
        show(.ok, moves.doneWords, lasts: true)
    }

    fileprivate mutating func report(_ outcome: Event.Outcome) {
        switch outcome {
        case .produced(let partition, let offset): show(.ok, "Wrote \(partition) at offset \(Figures.count(offset))")
        case .topicCreated(let name):
            show(.ok, "Created topic \(name)")
            live.created = name
            settle()
        case .replicasMoving(let moves):
            live.moving = moves
            show(.note, moves.words, lasts: true)
            tellWhetherMoved()
        case .topicDeleted(let name): show(.ok, "Deleted topic \(name)")
        case .offsetsMoved(let group, let moves, let problem): moved(moves, of: group, problem: problem)
        case .saved(let path): show(.ok, "Saved \(path)")
        case .done(let words): show(.ok, words)
        case .failed(let reason): show(.error, reason, lasts: true)
        }
    }
}
