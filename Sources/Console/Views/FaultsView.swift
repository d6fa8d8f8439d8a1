import KafkaCluster
import KafkaProtocol

/// What is broken now: faults that last, nodes that are down, and log directories that are offline; who is hit, since
/// when, and what ends it.
enum FaultsView {
    enum Item {
        case fault(FaultState.ActiveFault)
        /// What took the node down, where the events still tell.
        case down(BrokerID, Cause?, since: Instant?)
        case offlineDirectory(BrokerID, reason: String, since: Instant?)
        /// The cluster lists it, and it does not answer.
        case silent(BrokerID, since: Instant?)

        var id: RowID {
            switch self {
            case .fault(let fault): .name(fault.fault.description)
            case .down(let node, _, _), .offlineDirectory(let node, _, _), .silent(let node, _):
                .number(Int64(node.rawValue))
            }
        }

        var since: Instant? {
            switch self {
            case .fault(let fault): fault.since
            case .down(_, let cause, let since): cause?.at ?? since
            case .silent(_, let since), .offlineDirectory(_, _, let since): since
            }
        }

        var victims: [BrokerID] {
            switch self {
            case .fault(let fault): fault.fault.victims
            case .down(let node, _, _), .offlineDirectory(let node, _, _), .silent(let node, _): [node]
            }
        }
    }

    struct Cause {
        var fault: Fault
        var at: Instant
    }

    static func listing(_ model: Model) -> Listing {
        let snapshot = model.snapshot
        let offset = model.utcOffsetSeconds
        let columns: [Column<Item>] = [
            Column(title: "Fault", minimum: 22, maximum: 60, shrinks: true, sort: { .text(what($0)) }) {
                Sign.gone.text + " " + StyledText(what($0), .fault)
            },
            Column(title: "Hits", minimum: 12, maximum: 40, shrinks: true, sort: { .text(whom($0)) }) {
                StyledText(whom($0))
            },
            Column(title: "Replicas", alignment: .right, minimum: 8, priority: 3) { item in
                broker(item, snapshot).map { StyledText(Figures.count($0.replicas)) } ?? StyledText()
            },
            Column(title: "Leads", alignment: .right, minimum: 5, priority: 4) { item in
                broker(item, snapshot).map { StyledText(Figures.count($0.leaders)) } ?? StyledText()
            },
            Column(title: "Since", minimum: 12, priority: 2, sort: { since($0) }) { item in
                item.since.map {
                    StyledText(WallClock.time($0.wallClockMilliseconds, offsetSeconds: offset), .muted)
                } ?? StyledText()
            },
            Column(title: "For", alignment: .right, minimum: 7, sort: { since($0) }) { item in
                // It was so already when the console began to look.
                guard let since = item.since, let now = model.now else { return StyledText() }
                return StyledText(Figures.span(seconds: max(0, (now - since).wholeMilliseconds) / 1000))
            },
            Column(title: "Ends", minimum: model.size.columns < 100 ? 13 : 17, maximum: 30, shrinks: true, priority: 1)
            {
                StyledText(end($0, model), .muted)
            },
        ]
        return Table(
            items: items(model), columns: columns, id: \.id, words: { "\(what($0)) \(whom($0))" },
            empty: empty(model), wraps: .whole, wrapped: 0
        ).listing(model.screen.list)
    }

    /// Of a cluster that klamm did not start it sees who answers, and no more.
    private static func empty(_ model: Model) -> String {
        let offer = model.keyHint(.faults).map { ". \($0) breaks something." } ?? "."
        guard model.attachment != nil else { return "Nothing is broken\(offer)" }
        return "Every broker answers" + (model.refusal(of: .faults).map { "; \($0)." } ?? offer)
    }

    /// Lasting faults in the order in which they began, then what is down.
    static func items(_ model: Model) -> [Item] {
        guard let snapshot = model.snapshot else { return [] }
        let down =
            snapshot.controllers.filter { !$0.isUp }.map(\.id)
            + snapshot.brokers.filter { $0.state.isDown }.map(\.id)
        return snapshot.faults.map { .fault($0) }
            + down.map {
                .down($0, cause(of: $0, model.picture.events), since: silence(of: $0, model.picture.events))
            }
            + snapshot.brokers.compactMap { broker in
                broker.logDirectoryFailure.map {
                    .offlineDirectory(broker.id, reason: $0, since: loss(of: broker.id, model.picture.events))
                }
            }
            + snapshot.brokers.filter { $0.state == .unreachable }.map {
                .silent($0.id, since: silence(of: $0.id, model.picture.events))
            }
    }

    /// How many there are, as they are listed.
    static func count(_ snapshot: ClusterSnapshot) -> Int {
        snapshot.faults.count + snapshot.controllers.count { !$0.isUp }
            + snapshot.brokers.count { $0.state.isDown } + snapshot.brokers.count { $0.logDirectoryFailure != nil }
            + snapshot.brokers.count { $0.state == .unreachable }
    }

    /// When the node was first missed, where the events still tell.
    private static func silence(of node: BrokerID, _ events: EventLog) -> Instant? {
        var since: Instant?
        for entry in events.entries.reversed() {
            switch entry.event {
            case .notice(.brokerUnreachable(node), let at): return at
            case .node(let event):
                switch event.kind {
                case .brokerFenced(node, _): since = event.at
                // What was before that was another time.
                case .brokerUnfenced(node): return since
                default: break
                }
            default: break
            }
        }
        return since
    }

    /// When the broker lost its log directory last, where the events still tell.
    private static func loss(of broker: BrokerID, _ events: EventLog) -> Instant? {
        events.entries.last { entry in
            if case .node(let event) = entry.event, case .logDirectoryFailed(broker, _) = event.kind {
                true
            } else {
                false
            }
        }?.event.at
    }

    /// The last thing that was done to the node, if it was one that takes nodes down.
    private static func cause(of node: BrokerID, _ events: EventLog) -> Cause? {
        for entry in events.entries.reversed() {
            guard case .fault(let fault, let at) = entry.event, fault.victims == [node] else { continue }
            switch fault {
            case .kill, .powerLoss, .wipe, .stop: return Cause(fault: fault, at: at)
            case .restart: return nil
            default: continue
            }
        }
        return nil
    }

    private static func what(_ item: Item) -> String {
        switch item {
        case .fault(let fault): fault.fault.description
        case .down(_, let cause, _):
            switch cause?.fault {
            case .kill: "down: killed"
            case .powerLoss: "down: lost power"
            case .wipe: "down: disk emptied"
            case .stop: "down: stopped"
            default: "down"
            }
        case .offlineDirectory(_, let reason, _): "log directory offline: \(reason)"
        case .silent: "does not answer"
        }
    }

    private static func whom(_ item: Item) -> String {
        switch item {
        case .down(let node, _, _), .offlineDirectory(let node, _, _), .silent(let node, _): return node.title
        case .fault(let active):
            switch active.fault {
            case .link(let link):
                return "\(link.from.words) \(link.isOneWay ? "to" : "and") \(link.to.words)".uppercasedFirst
            case .request(let request):
                let whose = request.client.map { "client \($0)" } ?? "all clients"
                return "\(whose) at \(request.broker.title.lowercasedFirst)".uppercasedFirst
            case .disk(let disk):
                return disk.node.title + (disk.partition.map { ", \($0)" } ?? "")
            default: return active.fault.victims.map(\.title).joined(separator: ", ")
            }
        }
    }

    /// The one broker that is hit.
    private static func broker(_ item: Item, _ snapshot: ClusterSnapshot?) -> ClusterSnapshot.Broker? {
        guard item.victims.count == 1 else { return nil }
        return snapshot?.brokers.first { $0.id == item.victims[0] }
    }

    private static func since(_ item: Item) -> SortValue {
        .count(item.since.map { $0.wallClockMilliseconds })
    }

    private static func end(_ item: Item, _ model: Model) -> String {
        switch item {
        case .down, .offlineDirectory, .silent:
            guard model.refusal(of: .restart) == nil else { return "not from here" }
            return model.keyHint(.restart).map { "\($0) restarts it" } ?? "a restart"
        case .fault(let active):
            guard let until = active.until, let now = model.now else {
                return model.keyHint(.healOne).map { "\($0) heals it" } ?? "healing"
            }
            return "by itself in \(Figures.span(seconds: max(0, (until - now).wholeMilliseconds) / 1000))"
        }
    }
}

extension Party {
    /// For the middle of a sentence.
    var words: String {
        switch self {
        case .node(let node): node.title.lowercasedFirst
        case .nodes: "all other nodes"
        case .clients: "all clients"
        case .client(let name): "client \(name)"
        }
    }
}

extension Model {
    /// The row that is selected among what is broken.
    var selectedTrouble: FaultsView.Item? {
        guard place == .faults, let id = listing?.selectedID(screen.list) else { return nil }
        return FaultsView.items(self).first { $0.id == id }
    }

    /// Ends the selected fault, or brings the selected node back.
    mutating func healOne() -> [Command] {
        switch selectedTrouble {
        case .fault(let active):
            show(.ok, "Ended: \(active.fault)")
            return [.inject(.heal(active.fault))]
        case .down, .offlineDirectory, .silent: return restart()
        case nil:
            show(.note, "Nothing is broken")
            return []
        }
    }
}

extension Figures {
    /// `12 s`, `3:07`, `1:02:03`: how long something has lasted.
    static func span(seconds: Int64) -> String {
        guard seconds >= 60 else { return "\(seconds) s" }
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let minutes = seconds / 60
        guard minutes >= 60 else { return "\(minutes):\(two(seconds % 60))" }
        return "\(count(minutes / 60)):\(two(minutes % 60)):\(two(seconds % 60))"
    }
}
