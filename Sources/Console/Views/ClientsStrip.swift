import KafkaCluster

/// What klamm's own producers and consumers do: a line each for the one that matters here.
enum ClientsStrip {
    static func rows(_ model: Model, width: Int) -> Int { lines(model, width: width).count }

    static func draw(_ model: Model, in area: Rectangle, on grid: inout Grid) {
        for (offset, line) in lines(model, width: area.columns).enumerated() where offset < area.rows {
            grid.put(line, row: area.row + offset, column: 1, width: area.columns - 2)
        }
    }

    private static func lines(_ model: Model, width: Int) -> [StyledText] {
        var lines: [StyledText] = []
        if let producer = model.producerHere {
            let more = (model.snapshot?.workload?.producers.count ?? 1) - 1
            lines.append(parts(producer, more: more).line(width: width - 2))
        }
        if let group = model.consumersHere {
            let more = (model.snapshot?.workload?.groups.count ?? 1) - 1
            let known = model.snapshot?.groups.first { $0.id == group.settings.group }
            lines.append(parts(group, members: known?.members?.count, more: more).line(width: width - 2))
        }
        return lines
    }

    private static func parts(_ producer: WorkloadSnapshot.Producer, more: Int) -> [LinePart] {
        let settings = producer.settings
        let rate = settings.recordsPerSecond.map { "\(Figures.rate($0))/s" } ?? "full speed"
        var parts = [
            LinePart(text: head("Producer", isRunning: producer.isRunning, name: settings.topic)),
            LinePart(
                text: StyledText(producer.isRunning ? rate : "stopped", producer.isRunning ? .text : .warning),
                priority: 4),
            LinePart(
                text: StyledText("acks=", .muted)
                    + StyledText(settings.acks.name, settings.acks == .all ? .ok : .warning, .bold)),
            LinePart(text: figure("sent", producer.sent, .text), priority: 3),
            LinePart(text: figure("acked", producer.acknowledged, .ok)),
            LinePart(text: figure("failed", producer.failed, producer.failed > 0 ? .error : .muted), priority: 1),
            LinePart(text: figure("unknown", producer.unknown, producer.unknown > 0 ? .warning : .muted), priority: 2),
            LinePart(
                text: StyledText("p99 ", .muted)
                    + (producer.latencyP99Microseconds.map { StyledText(Figures.latency(microseconds: $0)) }
                        ?? StyledText(Figures.unknown, .muted)),
                priority: 5),
        ]
        if more > 0 { parts.append(LinePart(text: StyledText("+\(more) more", .muted), priority: 6)) }
        return parts
    }

    /// `members` is how many the cluster counts.
    private static func parts(_ group: WorkloadSnapshot.Group, members: Int?, more: Int) -> [LinePart] {
        let settings = group.settings
        let wanted = Figures.plural(Int64(settings.members), "member")
        let isShort = members.map { $0 < settings.members } ?? false
        var parts = [
            LinePart(text: head("Group", isRunning: group.isRunning, name: settings.group)),
            LinePart(
                text: !group.isRunning
                    ? StyledText("stopped", .warning)
                    : isShort ? StyledText("\(members ?? 0) of \(wanted)", .warning) : StyledText(wanted),
                priority: 2),
            LinePart(text: StyledText("auto-commit ", .muted) + GroupsView.autoCommit(group)),
            LinePart(text: figure("read", group.consumed, .text)),
        ]
        // More than was sent would be a riddle.
        if let others = group.consumedOfOthers, others > 0 {
            parts.append(
                LinePart(text: StyledText("\(Figures.count(others)) not sent in this run", .muted), priority: 1))
        }
        if settings.enableAutoCommit {
            let seconds = Figures.decimal(Double(settings.autoCommitIntervalMilliseconds) / 1000, places: 1)
            parts.append(LinePart(text: StyledText("every \(seconds) s", .muted), priority: 3))
        }
        if more > 0 { parts.append(LinePart(text: StyledText("+\(more) more", .muted), priority: 6)) }
        return parts
    }

    private static func head(_ kind: String, isRunning: Bool, name: String) -> StyledText {
        let label = kind + String(repeating: " ", count: max(1, 11 - kind.count))
        return StyledText(label, .muted) + StyledText(isRunning ? "▶ " : "■ ", isRunning ? .ok : .warning)
            + StyledText(name, .text, .bold)
    }

    private static func figure(_ name: String, _ value: Int64, _ role: Role) -> StyledText {
        StyledText("\(name) ", .muted) + StyledText(Figures.count(value), role)
    }
}

extension Model {
    /// The topic that the screen or its selected row is about.
    var topicHere: String? {
        switch place {
        case .topic(let name), .records(let name, _), .timeline(let name), .configs(let name), .producers(let name):
            return name
        case .record(let partition, _), .segments(let partition, _): return partition.topic
        case .journey(let subject): return subject.topic
        case .topics:
            if let created = live.created { return created }
            guard case .name(let name)? = listing?.selectedID(screen.list) else { return nil }
            return name
        case .group, .broker:
            guard case .partition(let partition)? = listing?.selectedID(screen.list) else { return nil }
            return partition.topic
        case .finding(let verdict): return verdict.topic
        case .loss(let number): return loss(number)?.partition.topic
        case .clients, .client:
            guard case .producer(let topic)? = clientHere else { return nil }
            return topic
        case .brokers, .groups, .events, .scenarios, .story, .ledger, .faults, .members, .reset, .price: return nil
        }
    }

    /// The group that the screen or its selected row is about.
    var groupHere: String? {
        switch place {
        case .group(let id), .members(let id): return id
        case .reset(let reset): return reset.group
        case .clients, .client:
            guard case .group(let id)? = clientHere else { return nil }
            return id
        case .groups:
            guard case .name(let id)? = listing?.selectedID(screen.list) else { return nil }
            return id
        default: return nil
        }
    }

    /// The client that the screen or its selected row is.
    var clientHere: ClientName? {
        if case .client(let name) = place { return name }
        guard place == .clients, case .client(let name)? = listing?.selectedID(screen.list) else { return nil }
        return name
    }

    /// Klamm's producer of the topic here, else its first.
    var producerHere: WorkloadSnapshot.Producer? {
        let producers = snapshot?.workload?.producers ?? []
        // The listing that this needs is not free.
        guard producers.count > 1 else { return producers.first }
        let topic = topicHere
        return producers.first { $0.settings.topic == topic } ?? producers.first
    }

    /// Klamm's consumers of the group here, else of the topic here, else its first.
    var consumersHere: WorkloadSnapshot.Group? {
        let groups = snapshot?.workload?.groups ?? []
        guard groups.count > 1 else { return groups.first }
        let (group, topic) = (groupHere, topicHere)
        return groups.first { $0.settings.group == group }
            ?? groups.first { topic.map($0.settings.topics.contains) ?? false } ?? groups.first
    }
}
