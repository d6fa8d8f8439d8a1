import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// ISR over time: a lane for each replica of a topic, with elections, epochs and faults on one axis of time.
///
/// ```
/// faults  ✗ began        ✓ ended, or a restart
/// epoch   the leader epoch, written where it began
/// replica ━ leads   ─ in sync   · not in sync   ◆ elected   ▲ came into the ISR   ▼ left it   blank: not known
/// ```
enum TimelineView {
    enum Lane: Hashable {
        case faults
        case epoch(TopicPartition)
        case replica(TopicPartition, BrokerID)

        /// Nil in the lane of faults, which hit everybody.
        var partition: TopicPartition? {
            switch self {
            case .faults: nil
            case .epoch(let partition), .replica(let partition, _): partition
            }
        }

        var id: RowID {
            switch self {
            case .faults: .name("faults")
            case .epoch(let partition): .name("\(partition) epoch")
            case .replica(let partition, let broker): .name("\(partition) \(broker)")
            }
        }
    }

    private static let labelWidth = 12

    static func listing(_ model: Model, topic name: String) -> Listing {
        let axis = Axis(model)
        let faults = model.picture.events.entries.compactMap { entry -> (Instant, Bool)? in
            guard case .fault = entry.event else { return nil }
            return (entry.event.at, entry.summary.isBad)
        }
        let columns: [Column<Lane>] = [
            Column(title: "Lane", minimum: labelWidth, maximum: labelWidth) { label($0, model) },
            Column(title: axis.title, minimum: axis.width, maximum: axis.width) { lane in
                switch lane {
                case .faults: self.faults(faults, axis)
                case .epoch(let partition): epochs(model.picture.past[partition], axis)
                case .replica(let partition, let broker): self.lane(model.picture.past[partition], of: broker, axis)
                }
            },
        ]
        let lanes = self.lanes(model, topic: name)
        return Table(
            items: lanes, columns: columns, id: \.id, words: { label($0, model).plain },
            empty: "Topic \(name) is gone.", gapMost: TableLayout.gapLeast
        ).listing(model.screen.list)
    }

    static func lanes(_ model: Model, topic name: String) -> [Lane] {
        guard let topic = model.snapshot?.topics.first(where: { $0.name == name }) else { return [] }
        return [.faults]
            + topic.partitions.flatMap { partition -> [Lane] in
                let id = TopicPartition(topic: name, partition: partition.index)
                var brokers = partition.replicas.map(\.broker)
                // Those that had a replica before it was moved.
                for change in model.picture.past[id].changes {
                    for broker in change.isr where !brokers.contains(broker) { brokers.append(broker) }
                }
                return [.epoch(id)] + brokers.map { .replica(id, $0) }
            }
    }

    private static func label(_ lane: Lane, _ model: Model) -> StyledText {
        switch lane {
        case .faults: return StyledText("faults", .fault)
        case .epoch(let partition):
            return StyledText("\(partition.partition)", .title, .bold) + StyledText(" epoch", .muted)
        case .replica(let partition, let broker):
            let replica = model.snapshot?.partition(partition)?.replicas.first { $0.broker == broker }
            guard let replica else { return StyledText("  \(broker) moved", .muted) }
            return StyledText("  ") + Sign.of(replica.state).text + StyledText(" broker \(broker)")
        }
    }

    // MARK: Lanes

    private static func faults(_ faults: [(Instant, Bool)], _ axis: Axis) -> StyledText {
        var isBadIn = [Bool?](repeating: nil, count: axis.width)
        for (at, isBad) in faults {
            guard let column = axis.column(of: at) else { continue }
            // What broke hides what mended within one column, not the other way round.
            isBadIn[column] = isBad || isBadIn[column] ?? false
        }
        return isBadIn.reduce(into: StyledText()) { text, isBad in
            switch isBad {
            case true?: text.append("✗", Style(.fault))
            case false?: text.append("✓", Style(.ok))
            case nil: text.append(" ", .text)
            }
        }
    }

    private static func epochs(_ past: PartitionPast, _ axis: Axis) -> StyledText {
        var cells = [Character](repeating: " ", count: axis.width)
        var free = 0
        var before: Int32?
        for change in past.changes {
            defer { before = change.leaderEpoch }
            guard change.leaderEpoch != before, let column = axis.column(of: change.at), column >= free else {
                continue
            }
            let text = "\(change.leaderEpoch)"
            guard column + text.count <= axis.width else { continue }
            for (offset, digit) in text.enumerated() { cells[column + offset] = digit }
            free = column + text.count + 1
        }
        return StyledText(String(cells), .leader)
    }

    private static func lane(_ past: PartitionPast, of broker: BrokerID, _ axis: Axis) -> StyledText {
        var text = StyledText()
        var next = past.index(at: axis.start(of: 0))
        for column in 0..<axis.width {
            let before = next
            next = past.index(at: axis.start(of: column + 1))
            guard axis.start(of: column) <= axis.now, let index = next else {
                text.append(" ", .text)
                continue
            }
            let change = past.changes[index]
            let was = before.map { past.changes[$0] }
            let isIn = change.isr.contains(broker)
            let leads = change.leader == broker
            let gotElected =
                leads && index > 0 && before != index
                && (was?.leader != broker || was?.leaderEpoch != change.leaderEpoch)
            if gotElected {
                text.append("◆", Style(.leader, .bold))
            } else if let was, was.isr.contains(broker) != isIn {
                isIn ? text.append("▲", Style(.inSync)) : text.append("▼", Style(.offline, .bold))
            } else if leads {
                text.append("━", Style(.leader, .bold))
            } else {
                isIn ? text.append("─", Style(.inSync)) : text.append("·", Style(.lagging))
            }
        }
        return text
    }

    static func remark(_ model: Model) -> StyledText {
        let window = model.timeWindow
        let live = window.end == nil ? StyledText("live", .ok) : StyledText("held in the past", .warning)
        return live + StyledText(" · \(Figures.span(seconds: window.seconds)) across", .muted)
    }

    static let legend =
        StyledText("━", .leader, .bold) + StyledText(" leads ", .muted) + StyledText("─", .inSync)
        + StyledText(" in sync ", .muted) + StyledText("·", .lagging) + StyledText(" out ", .muted)
        + StyledText("◆", .leader, .bold) + StyledText(" elected ", .muted) + StyledText("▼▲", .offline)
        + StyledText(" left, came back", .muted)

    // MARK: Axis

    /// Columns of the screen as stretches of time.
    struct Axis {
        let width: Int
        let begin: Instant
        let now: Instant
        private let milliseconds: Int64
        private let offsetSeconds: Int

        init(_ model: Model) {
            width = max(20, model.size.columns - labelWidth - 6)
            now =
                (model.isPaused ? model.snapshot?.takenAt : model.now)
                ?? Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)
            milliseconds = max(1, model.timeWindow.seconds * 1000 / Int64(width))
            let span = Duration.milliseconds(milliseconds * Int64(width))
            begin = (model.timeWindow.end ?? now) + (.zero - span)
            offsetSeconds = model.utcOffsetSeconds
        }

        func start(of column: Int) -> Instant { begin + .milliseconds(milliseconds * Int64(column)) }

        /// Nil outside.
        func column(of instant: Instant) -> Int? {
            guard instant >= begin else { return nil }
            let column = (instant - begin).wholeMilliseconds / milliseconds
            return column < Int64(width) ? Int(column) : nil
        }

        /// A time every twenty columns.
        var title: String {
            var text = ""
            while text.count + 12 <= width {
                let time = WallClock.time(start(of: text.count).wallClockMilliseconds, offsetSeconds: offsetSeconds)
                text += "╷" + time.prefix(8)
                text += String(repeating: " ", count: max(0, min(11, width - text.count)))
            }
            return text + String(repeating: " ", count: max(0, width - text.count))
        }
    }
}

extension Model {
    mutating func openTimeline() {
        guard let topic = topicHere else { return show(.warning, "Select a topic first") }
        timeWindow.end = nil
        go(to: .timeline(topic: topic))
    }

    mutating func zoom(by step: Int) {
        timeWindow.zoom = min(TimeWindow.spans.count - 1, max(0, timeWindow.zoom + step))
    }

    /// By half of what is seen; back at the present it follows it again.
    mutating func scrollTime(by step: Int64) {
        guard let now else { return }
        let end = (timeWindow.end ?? now) + .milliseconds(step * timeWindow.seconds * 500)
        timeWindow.end = end >= now ? nil : end
    }
}
