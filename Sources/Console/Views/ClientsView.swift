import KafkaCluster

/// klamm's own producers and groups, one row each: what they are set to, and how they fare.
enum ClientsView {
    enum Item {
        case producer(WorkloadSnapshot.Producer)
        case group(WorkloadSnapshot.Group)

        var name: ClientName {
            switch self {
            case .producer(let producer): .producer(topic: producer.settings.topic)
            case .group(let group): .group(group.settings.group)
            }
        }
    }

    static func listing(_ model: Model) -> Listing {
        let columns: [Column<Item>] = [
            Column(title: "Client", minimum: 18, maximum: 50, shrinks: true, sort: { .text($0.name.title) }) { item in
                StyledText(isRunning(item) ? "▶ " : "■ ", isRunning(item) ? .ok : .warning)
                    + StyledText(item.name.kind + " ", .muted) + StyledText(item.name.subject)
            },
            // The sign before its name says nearly as much.
            Column(title: "State", minimum: 7, priority: 1, sort: { .text(state($0)) }) {
                StyledText(state($0), isRunning($0) ? .text : .warning)
            },
            Column(title: "Set to", minimum: 29, maximum: 44, shrinks: true) { settings($0) },
            Column(title: "Sent/read", alignment: .right, minimum: 9, sort: { .count(handled($0)) }) {
                StyledText(Figures.count(handled($0)))
            },
            Column(title: "Acked/done", alignment: .right, minimum: 10, sort: { .count(done($0)) }) {
                StyledText(Figures.count(done($0)), .ok)
            },
            Column(title: "Failed", alignment: .right, minimum: 6, priority: 1, sort: { .count(failed($0)) }) {
                .alarm(Int(clamping: failed($0)), .error)
            },
            Column(title: "Unknown", alignment: .right, minimum: 7, priority: 2, sort: { .count(unknown($0)) }) {
                unknown($0).map { .alarm(Int(clamping: $0), .warning) } ?? StyledText()
            },
            Column(title: "p99", alignment: .right, minimum: 7, priority: 3) { item in
                guard case .producer(let producer) = item else { return StyledText() }
                return producer.latencyP99Microseconds.map { StyledText(Figures.latency(microseconds: $0)) }
                    ?? StyledText(Figures.unknown, .muted)
            },
        ]
        return Table(
            items: items(model), columns: columns, id: { .client($0.name) }, words: { $0.name.title },
            empty: empty(model)
        ).listing(model.screen.list)
    }

    private static func empty(_ model: Model) -> String {
        guard model.snapshot?.workload != nil else { return "Klamm runs no clients here." }
        guard let key = model.keyHint(.toggleProducer) else { return "There are none." }
        if let refusal = model.refusal(of: .toggleProducer) {
            return "There are none. \(key) on a topic would start one: \(refusal)."
        }
        return "There are none yet. Select a topic, and \(key) starts a producer."
    }

    static func items(_ model: Model) -> [Item] {
        let workload = model.snapshot?.workload
        return (workload?.producers ?? []).map { .producer($0) } + (workload?.groups ?? []).map { .group($0) }
    }

    private static func isRunning(_ item: Item) -> Bool {
        switch item {
        case .producer(let producer): producer.isRunning
        case .group(let group): group.isRunning
        }
    }

    private static func state(_ item: Item) -> String {
        if case .producer(let producer) = item, producer.isEnding { return "ending" }
        return isRunning(item) ? "running" : "stopped"
    }

    private static func settings(_ item: Item) -> StyledText {
        switch item {
        case .producer(let producer):
            let settings = producer.settings
            let rate = settings.recordsPerSecond.map { "\(Figures.rate($0))/s" } ?? "full speed"
            return StyledText("acks=", .muted)
                + StyledText(settings.acks.name, settings.acks == .all ? .ok : .warning, .bold)
                + StyledText("  \(rate)") + StyledText(settings.enableIdempotence ? "  idempotent" : "", .ok)
        case .group(let group):
            return StyledText("auto-commit ", .muted) + GroupsView.autoCommit(group)
                + StyledText("  \(Figures.plural(Int64(group.settings.members), "member"))")
        }
    }

    private static func handled(_ item: Item) -> Int64 {
        switch item {
        case .producer(let producer): producer.sent
        case .group(let group): group.consumed
        }
    }

    private static func done(_ item: Item) -> Int64 {
        switch item {
        case .producer(let producer): producer.acknowledged
        case .group(let group): group.processed
        }
    }

    private static func failed(_ item: Item) -> Int64 {
        switch item {
        case .producer(let producer): producer.failed + producer.dropped + producer.lostInBuffer
        case .group(let group): group.errors + group.failedCommits
        }
    }

    /// Only producers are in doubt.
    private static func unknown(_ item: Item) -> Int64? {
        if case .producer(let producer) = item { producer.unknown } else { nil }
    }
}
