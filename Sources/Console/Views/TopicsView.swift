import KafkaCluster
import KafkaProtocol

/// All topics, and at a glance which of them are short of replicas.
enum TopicsView {
    static func listing(_ model: Model) -> Listing {
        let history = model.picture.history
        let isKnown = !model.isOutOfReach
        let groupsAreTold = model.snapshot?.groupsAreTold ?? true
        func lag(_ readers: TopicReaders?) -> StyledText {
            .lag(readers?.lag, hasCommit: readers != nil || !groupsAreTold)
        }
        func alarm(_ count: Int, _ role: Role) -> StyledText {
            isKnown ? .alarm(count, role) : StyledText(Figures.unknown, .muted)
        }
        let columns: [Column<ClusterSnapshot.Topic>] = [
            Column(title: "Topic", minimum: 20, maximum: 70, shrinks: true, sort: { .text($0.name) }) {
                Sign.of($0).text + " " + StyledText($0.name, $0.isInternal ? .muted : .text)
            },
            Column(title: "Partitions", alignment: .right, minimum: 10, sort: { .count($0.partitions.count) }) {
                StyledText(Figures.count($0.partitions.count))
            },
            Column(
                title: "Replicas", alignment: .right, minimum: 8, priority: 3,
                sort: { .count(factors($0)?.lowerBound ?? 0) }
            ) {
                guard let factors = factors($0) else { return StyledText(Figures.none, .muted) }
                let (least, most) = (factors.lowerBound, factors.upperBound)
                return least == most ? StyledText("\(least)") : StyledText("\(least)–\(most)", .warning)
            },
            Column(title: "Under-rep.", alignment: .right, minimum: 10, sort: { .count($0.underReplicated) }) {
                alarm($0.underReplicated, .lagging)
            },
            Column(title: "No leader", alignment: .right, minimum: 9, priority: 6, sort: { .count($0.leaderless) }) {
                alarm($0.leaderless, .offline)
            },
            Column(title: "Records", alignment: .right, minimum: 10, sort: { .count($0.records) }) {
                .count($0.records)
            },
            Column(
                title: "Rec/s", alignment: .right, minimum: 7, priority: 1,
                sort: { history.rate(ofTopic: $0.name).map { .number($0) } ?? .unknown }
            ) { .rate(history.rate(ofTopic: $0.name)) },
            Column(
                title: "Group lag", alignment: .right, minimum: 9, priority: 4,
                sort: { .count(history.readers(ofTopic: $0.name)?.lag) }
            ) { lag(history.readers(ofTopic: $0.name)) },
            Column(title: "Read by", minimum: 8, maximum: 30, shrinks: true, priority: 6) {
                let groups = history.readers(ofTopic: $0.name)?.groups.joined(separator: " ")
                return StyledText(groups ?? (groupsAreTold ? Figures.none : Figures.unknown), .muted)
            },
            Column(title: "Last 20 s", minimum: 20, priority: 5) {
                Sparkline.rates(history.rates(ofTopic: $0.name), width: 20)
            },
            Column(title: "Size", alignment: .right, minimum: 8, priority: 2, sort: { .count($0.sizeInBytes) }) {
                .bytes($0.sizeInBytes)
            },
        ]
        return Table(
            items: topics(model.snapshot), columns: columns, id: { .name($0.name) }, words: \.name,
            empty: empty(model)
        ).listing(model.screen.list)
    }

    private static func empty(_ model: Model) -> String {
        let none = "There is no topic yet."
        guard model.refusal(of: .createTopic) == nil, let key = model.keyHint(.createTopic) else { return none }
        return "\(none) \(key) creates one."
    }

    /// The user's own topics first: internal ones are seldom what one came for.
    private static func topics(_ snapshot: ClusterSnapshot?) -> [ClusterSnapshot.Topic] {
        let topics = snapshot?.topics ?? []
        return topics.filter { !$0.isInternal } + topics.filter(\.isInternal)
    }

    /// How many replicas its partitions have; nil without any.
    private static func factors(_ topic: ClusterSnapshot.Topic) -> ClosedRange<Int>? {
        guard let first = topic.partitions.first?.replicas.count else { return nil }
        return topic.partitions.reduce(first...first) { range, partition in
            let count = partition.replicas.count
            return min(range.lowerBound, count)...max(range.upperBound, count)
        }
    }
}
