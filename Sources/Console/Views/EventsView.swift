import KafkaCluster
import KafkaProtocol

/// What happened, newest first.
enum EventsView {
    static func listing(_ model: Model) -> Listing {
        listing(model, entries: model.picture.events.entries.reversed(), state: model.screen.list)
    }

    /// Below another view's table: what concerns its subject, and what concerns everybody.
    static func lowerListing(_ model: Model) -> Listing {
        let place = model.place
        let entries = model.picture.events.entries.reversed().filter { concerns($0.summary, place) }
        return listing(model, entries: entries, state: model.screen.lower)
    }

    private static func listing(_ model: Model, entries: [EventLog.Entry], state: ListState) -> Listing {
        let offset = model.utcOffsetSeconds
        // Looked at from outside, it happened between two looks, about a second apart.
        let isAttached = model.attachment != nil
        // Sentences matter more than what sort they are; the glyph tells that.
        let isWide = model.size.columns >= 100
        let columns: [Column<EventLog.Entry>] = [
            Column(title: isAttached ? "Seen" : "Time", minimum: 12) {
                let time = WallClock.time($0.event.at.wallClockMilliseconds, offsetSeconds: offset)
                return StyledText(isAttached && !$0.summary.isOurs ? String(time.prefix(8)) : time, .muted)
            },
            Column(title: isWide ? "Kind" : "", minimum: isWide ? 10 : 1) {
                let sign = Sign.of($0.summary)
                return isWide ? sign.text($0.summary.kind.rawValue) : sign.text
            },
            Column(title: "What", minimum: 20, maximum: 400, shrinks: true) {
                StyledText($0.text, $0.summary.kind == .fault && $0.summary.isBad ? .fault : .text)
            },
        ]
        return Table(
            items: entries, columns: columns, id: { .number($0.number) },
            words: { "\($0.summary.kind.rawValue) \($0.text)" },
            empty: model.attachment == nil
                ? "Nothing has happened yet." : "Nothing has happened since klamm began to look.",
            gapMost: TableLayout.gapLeast, wraps: .whole
        ).listing(state)
    }

    static func concerns(_ summary: EventSummary, _ place: Place) -> Bool {
        if summary.concernsAll { return true }
        return switch place {
        case .topic(let name), .records(let name, _), .timeline(let name), .configs(let name), .producers(let name):
            summary.topic == name || summary.kind == .fault || summary.kind == .broker
        case .segments(let partition, _):
            summary.topic == partition.topic || summary.kind == .fault || summary.kind == .broker
        case .journey(let subject):
            summary.topic == subject.topic || summary.kind == .fault || summary.kind == .broker
        case .group(let id), .members(let id):
            summary.group == id || summary.kind == .fault || summary.kind == .broker
        case .reset(let reset): summary.group == reset.group || summary.kind == .fault || summary.kind == .broker
        case .faults: summary.kind == .fault || summary.kind == .broker || summary.kind == .election
        case .clients, .client: summary.kind == .client || summary.kind == .group
        case .groups: summary.group != nil || summary.kind == .fault || summary.kind == .client
        case .brokers, .broker: summary.kind != .client && summary.kind != .group
        case .topics, .events, .record, .scenarios, .story, .ledger, .loss, .finding, .price: true
        }
    }
}

extension EventSummary {
    /// Of what klamm itself does it knows the moment, in every cluster.
    fileprivate var isOurs: Bool { kind == .fault || kind == .client }
}
