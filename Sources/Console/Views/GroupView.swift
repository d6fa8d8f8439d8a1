import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// One group, a row a partition: how far its consumer has read, what is committed, and where the log ends.
enum GroupView {
    static func listing(_ model: Model, group id: String) -> Listing {
        let group = model.snapshot?.groups.first { $0.id == id }
        let history = model.picture.history
        let width = model.size.columns < 140 ? 8 : 24
        let now = model.now
        let names = memberNames(group)
        let offset = model.utcOffsetSeconds
        // What no known member has may be read by one that is not known.
        let nobody: (text: String, role: Role) =
            group?.members == nil ? (Figures.unknown, .muted) : ("nobody", .warning)
        func verdict(_ partition: ClusterSnapshot.GroupPartition) -> (status: CommitStatus?, begin: StatusBegin?) {
            let status = history.status(ofGroup: id, partition, now: now)
            return (status, status.flatMap { history.begin(of: $0, ofGroup: id, partition.partition) })
        }
        var columns: [Column<ClusterSnapshot.GroupPartition>] = [
            Column(
                title: "Partition", minimum: 10, maximum: 40, shrinks: true, sort: { .partition($0.partition) }
            ) {
                StyledText($0.partition.description)
            },
            Column(
                title: "Member", minimum: 9, maximum: 30, shrinks: true, priority: 4, sort: { .text($0.member ?? "") }
            ) {
                $0.member.map { StyledText(names[$0] ?? $0) } ?? StyledText(nobody.text, nobody.role)
            },
            Column(title: "Position", alignment: .right, minimum: 8, sort: { .count($0.position) }) {
                .count($0.position)
            },
            Column(title: "Committed", alignment: .right, minimum: 9, sort: { .count($0.committed) }) {
                $0.committed.map { StyledText(Figures.count($0)) } ?? StyledText(Figures.none, .muted)
            },
            Column(title: "High wm", alignment: .right, minimum: 8, priority: 1, sort: { .count($0.highWatermark) }) {
                .count($0.highWatermark)
            },
            Column(title: "Log end", alignment: .right, minimum: 8, priority: 2, sort: { .count($0.logEndOffset) }) {
                .count($0.logEndOffset)
            },
            Column(title: "Lag", alignment: .right, minimum: 7, sort: { .count($0.lag) }) {
                .lag($0.lag, hasCommit: $0.committed != nil)
            },
            Column(title: "Behind", alignment: .right, minimum: 6, priority: 2) {
                .lagTime(history.lagTime($0, of: id, now: now))
            },
            Column(title: "Verdict", minimum: 9, priority: 1) { partition in
                let (status, begin) = verdict(partition)
                return .status(status, since: begin, now: now)
            },
            Column(title: "Since", minimum: 8, priority: 6) {
                .begin(verdict($0).begin, now: now, offsetSeconds: offset)
            },
            Column(title: "Trend", minimum: width, priority: 3) {
                Sparkline.lags(history.lags(ofGroup: id, partition: $0.partition), width: width)
            },
        ]
        // Only klamm's own members tell where they stand.
        if group?.partitions.contains(where: { $0.position != nil }) == true {
            columns.append(
                Column(
                    title: "Uncommitted", alignment: .right, minimum: 11, priority: 5,
                    sort: { .count(uncommitted($0)) }
                ) {
                    uncommitted($0).map { StyledText(Figures.count($0), $0 > 0 ? .warning : .muted) }
                        ?? StyledText(Figures.none, .muted)
                })
        }
        return Table(
            items: group?.partitions ?? [], columns: columns, id: { .partition($0.partition) },
            words: { "\($0.partition) \($0.member.map { names[$0] ?? $0 } ?? nobody.text)" },
            empty: group == nil ? absence(id, model) : "The group has neither an assignment nor a commit."
        ).listing(model.screen.list)
    }

    /// That nobody tells of a group is not that there is none.
    private static func absence(_ id: String, _ model: Model) -> String {
        guard let coordinator = model.snapshot?.coordinator(of: id)?.broker else {
            return "Nobody tells of group \(id) now: no broker that answers coordinates it."
        }
        return "Coordinator \(coordinator) does not tell of group \(id): it is gone, or not loaded yet."
    }

    /// What would be read again if the consumer died now.
    private static func uncommitted(_ partition: ClusterSnapshot.GroupPartition) -> Int64? {
        guard let position = partition.position, let committed = partition.committed else { return nil }
        return max(0, position.saturatingSubtract(committed))
    }

    /// Client ids where they tell members apart, else with the end of the member id, which is what differs. What every
    /// name begins with, the group's own, goes without saying.
    private static func memberNames(_ group: ClusterSnapshot.Group?) -> [String: String] {
        guard let group, let members = group.members else { return [:] }
        var names: [String: String] = [:]
        for member in members {
            let isAlone = members.count { $0.clientID == member.clientID } == 1
            let name = isAlone ? member.clientID : "\(member.clientID)…\(member.id.suffix(4))"
            let isPrefixed = name.hasPrefix("\(group.id)-") && name.count > group.id.count + 1
            names[member.id] = isPrefixed ? String(name.dropFirst(group.id.count + 1)) : name
        }
        return names
    }

    /// State, members, lag and how it fares, for the frame's edge.
    static func remark(_ model: Model, group id: String, room: Int) -> StyledText {
        guard let group = model.snapshot?.groups.first(where: { $0.id == id }) else { return StyledText() }
        let gap = StyledText(" · ", .muted)
        var parts = [
            LinePart(text: Sign.ofGroup(group.state).text(group.state)),
            LinePart(
                text: StyledText(
                    group.members.map { Figures.plural(Int64($0.count), "member") } ?? "\(Figures.unknown) members",
                    .muted),
                priority: 4, gap: gap),
        ]
        // On a narrow screen the strip of clients says it.
        let own = model.snapshot?.workload?.groups.first { $0.settings.group == id }
        if let own, group.members?.isEmpty == false {
            parts.append(
                LinePart(text: StyledText("auto-commit ", .muted) + GroupsView.autoCommit(own), priority: 5, gap: gap))
        }
        parts.append(
            LinePart(
                text: StyledText("lag ", .muted) + .lag(group.lag, hasCommit: group.hasCommits), priority: 1, gap: gap))
        // As its rows have it.
        let history = model.picture.history
        if let (status, begin) = history.worst(of: group, now: model.now) {
            parts.append(LinePart(text: .status(status, since: begin, now: model.now, " for "), gap: gap))
            let since = StyledText.begin(begin, now: model.now, offsetSeconds: model.utcOffsetSeconds)
            if since.width > 0, status != .silent {
                parts.append(LinePart(text: StyledText("since ", .muted) + since, priority: 2, gap: " "))
            }
        }
        let trend: StyledText? =
            switch LagTrend(history.lags(ofGroup: id)) {
            case .growing: StyledText("↑ growing", .warning)
            case .shrinking: StyledText("↓ shrinking", .ok)
            case .steady, nil: nil
            }
        if let trend { parts.append(LinePart(text: trend, priority: 3, gap: " ")) }
        return parts.line(width: room)
    }
}
