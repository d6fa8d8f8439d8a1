import KafkaCluster
import KafkaProtocol

/// All consumer groups, and whether they keep up.
enum GroupsView {
    static func listing(_ model: Model) -> Listing {
        let history = model.picture.history
        let workload = model.snapshot?.workload
        let width = model.size.columns < 110 ? 8 : model.size.columns < 140 ? 16 : 30
        let (now, offset) = (model.now, model.utcOffsetSeconds)
        let columns: [Column<ClusterSnapshot.Group>] = [
            Column(title: "Group", minimum: 14, maximum: 60, shrinks: true, sort: { .text($0.id) }) {
                Sign.ofGroup($0.state).text + " " + StyledText($0.id)
            },
            Column(title: "State", minimum: 8, maximum: 20, sort: { .text($0.state) }) {
                StyledText($0.state, Sign.ofGroup($0.state).role)
            },
            Column(
                title: "Members", alignment: .right, minimum: 7, sort: { .count(($0.members?.count).map(Int64.init)) }
            ) {
                $0.members.map { StyledText(Figures.count($0.count), $0.isEmpty ? .muted : .text) }
                    ?? StyledText(Figures.unknown, .muted)
            },
            Column(title: "Lag", alignment: .right, minimum: 8, sort: { .count($0.lag) }) {
                .lag($0.lag, hasCommit: $0.hasCommits)
            },
            Column(title: "Behind", alignment: .right, minimum: 6, priority: 2) {
                .lagTime(history.lagTime(of: $0, now: now))
            },
            Column(
                title: "Verdict", minimum: 9,
                sort: { history.status(ofGroup: $0.id).map { .count($0.rank) } ?? .unknown }
            ) { group in
                let worst = history.worst(of: group, now: now)
                return .status(worst?.status, since: worst?.begin, now: now)
            },
            Column(title: "Since", minimum: 8, priority: 7) {
                .begin(history.worst(of: $0, now: now)?.begin, now: now, offsetSeconds: offset)
            },
            Column(title: model.size.columns < 110 ? "Trend" : "Lag trend", minimum: width, priority: 1) {
                Sparkline.lags(history.lags(ofGroup: $0.id), width: width)
            },
            Column(title: "Auto-commit", minimum: 11, priority: 3) { group in
                let own = workload?.groups.first { $0.settings.group == group.id }
                guard let own else { return StyledText(Figures.unknown, .muted) }
                return group.members?.isEmpty == false ? autoCommit(own) : StyledText(Figures.none, .muted)
            },
            Column(title: "Generation", alignment: .right, minimum: 10, priority: 5) {
                $0.generation.map { StyledText("\($0)") } ?? StyledText(Figures.unknown, .muted)
            },
            Column(title: "Coordinator", alignment: .right, minimum: 11, priority: 4) {
                $0.coordinator.map { StyledText("\($0)") } ?? StyledText(Figures.unknown, .muted)
            },
            Column(title: "Assignor", minimum: 8, maximum: 24, shrinks: true, priority: 6) {
                StyledText($0.protocolName ?? Figures.none, .muted)
            },
        ]
        return Table(
            items: model.snapshot?.groups ?? [], columns: columns, id: { .name($0.id) },
            words: { "\($0.id) \($0.state)" },
            empty: model.isOutOfReach
                ? "Nobody answers who could tell of groups."
                : model.snapshot?.groupsAreTold == false
                    ? "Not every broker has told which groups there are." : "There is no consumer group."
        ).listing(model.screen.list)
    }

    /// Only klamm's own consumers say whether they commit by themselves.
    static func autoCommit(_ group: WorkloadSnapshot.Group) -> StyledText {
        group.settings.enableAutoCommit ? Sign.good.text("on") : Sign(glyph: "○", role: .warning).text("off")
    }
}
