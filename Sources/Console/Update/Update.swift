import KafkaCluster
import KafkaProtocol

/// Takes one event into the model and says what is to be done about it. Pure: the same model and event always give the
/// same result.
package func update(_ model: inout Model, _ event: Event) -> [Command] {
    switch event {
    case .key(let chord):
        model.redraw = .now
        let isConfirmed = model.isConfirming
        let commands = model.pressed(chord)
        return model.guarded(commands, isConfirmed: isConfirmed)
    case .mouse(let mouse):
        model.redraw = .now
        let isConfirmed = model.isConfirming
        let commands = model.moused(mouse)
        return model.guarded(commands, isConfirmed: isConfirmed)
    case .pasted(let text):
        model.pasted(text)
        return []
    case .resized(let size):
        model.size = size
        model.redraw = .now
        return []
    case .tick(let now):
        return model.ticked(now)
    case .snapshot(let snapshot):
        model.advance(to: snapshot.takenAt)
        model.live.snapshot = snapshot
        model.live.history.observe(snapshot, now: snapshot.takenAt)
        model.dataChanged()
        return []
    case .cluster(let event):
        model.live.events.append(event)
        model.dataChanged()
        return []
    case .records(let page):
        return model.received(page)
    case .outcome(let outcome):
        model.report(outcome)
        return []
    case .themes(let names, let current):
        model.themes = names
        model.theme = current
        model.redraw = .now
        return []
    case .settings(let keymap, let problems, let isFirst):
        model.keymap = keymap
        model.tell(of: problems, isFirst: isFirst)
        return []
    case .scenarios(let heads):
        model.scenarios = heads
        return []
    case .story(let story):
        model.received(story)
        return []
    }
}

extension Model {
    /// Time never goes back, whoever tells it.
    mutating func advance(to instant: Instant) {
        if now.map({ $0 < instant }) ?? true { now = instant }
    }

    /// The live picture is another; the screen too, unless it is held.
    mutating func dataChanged() {
        guard !isPaused else { return }
        if redraw == .none { redraw = .soon }
        settle()
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
        if let snapshot = live.snapshot, live.history.observe(snapshot, now: instant) { dataChanged() }
        return tailOn(at: instant)
    }

    fileprivate mutating func tell(of problems: [String], isFirst: Bool) {
        if let first = problems.first {
            let more = problems.count - 1
            show(.error, first + (more > 0 ? " · and \(Figures.plural(Int64(more), "more bad line"))" : ""))
        } else if !isFirst {
            show(.ok, "The settings were read anew")
        }
    }

    fileprivate mutating func report(_ outcome: Event.Outcome) {
        switch outcome {
        case .produced(let partition, let offset): show(.ok, "Wrote \(partition) at offset \(Figures.count(offset))")
        case .topicCreated(let name): show(.ok, "Created topic \(name)")
        case .topicDeleted(let name): show(.ok, "Deleted topic \(name)")
        case .saved(let path): show(.ok, "Saved \(path)")
        case .done(let words): show(.ok, words)
        case .failed(let reason): show(.error, reason)
        }
    }
}
