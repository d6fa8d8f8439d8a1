import KafkaCluster
import KafkaProtocol

/// The files of a partition's log on the brokers that hold it: sizes, indexes, offsets and batches.
enum SegmentsView {
    private struct Item {
        var broker: BrokerID
        var segment: ReplicaLogsPicture.Segment?
        var replica: ReplicaLogsPicture.Replica

        var id: RowID { .name("\(broker)/\(segment?.file ?? "")") }
    }

    static func listing(_ model: Model, _ partition: TopicPartition, broker: BrokerID?) -> Listing {
        let picture = model.replicaLogs(partition)
        let items = (picture?.replicas ?? []).flatMap { replica -> [Item] in
            guard let segments = replica.segments, !segments.isEmpty else {
                return [Item(broker: replica.broker, segment: nil, replica: replica)]
            }
            return segments.map { Item(broker: replica.broker, segment: $0, replica: replica) }
        }
        let columns: [Column<Item>] = [
            Column(title: "Segment", minimum: 22, maximum: 60, shrinks: true) { item in
                guard let segment = item.segment else {
                    return Sign.idle.text + " " + StyledText(item.replica.reason ?? "no segment", .muted)
                }
                let sign = segment.content?.damage == nil ? (segment.isActive ? "▸" : "·") : "✗"
                return StyledText(sign, segment.content?.damage == nil ? .accent : .error) + " "
                    + StyledText(segment.file)
            },
            Column(title: "On", alignment: .right, minimum: 2) { StyledText("\($0.broker)", .accent) },
            Column(title: "Size", alignment: .right, minimum: 7, sort: { .count($0.segment?.size ?? $0.replica.size) })
            {
                .bytes($0.segment?.size ?? $0.replica.size)
            },
            Column(title: "Batches", alignment: .right, minimum: 7, sort: { .count($0.segment?.content?.batches) }) {
                figure($0) { $0.content?.batches }
            },
            Column(
                title: "Records", alignment: .right, minimum: 7, priority: 3,
                sort: { .count($0.segment?.content?.records) }
            ) { figure($0) { $0.content?.records } },
            Column(title: "First", alignment: .right, minimum: 6) { offset($0) { $0.lowerBound } },
            Column(title: "Last", alignment: .right, minimum: 6) { offset($0) { $0.upperBound } },
            Column(title: "Index", alignment: .right, minimum: 6, priority: 1) { index($0) { $0.offsetIndex } },
            Column(title: "Times", alignment: .right, minimum: 6, priority: 2) { index($0) { $0.timeIndex } },
            Column(title: "Newest", minimum: 12, priority: 4) { item in
                guard let time = item.segment?.content?.timestamp, time >= 0 else { return StyledText() }
                return StyledText(WallClock.time(time, offsetSeconds: model.utcOffsetSeconds), .muted)
            },
        ]
        return Table(
            items: items, columns: columns, id: \.id, words: { "\($0.segment?.file ?? "") on \($0.broker)" },
            empty: model.asked?.reason ?? (picture == nil ? "Asking…" : "No replica of \(partition) is known."),
            wraps: .whole, wrapped: 0
        ).listing(model.screen.list)
    }

    private static func figure(_ item: Item, _ value: (ReplicaLogsPicture.Segment) -> Int64?) -> StyledText {
        guard let segment = item.segment else { return StyledText() }
        return .count(value(segment))
    }

    private static func offset(_ item: Item, _ bound: (ClosedRange<Int64>) -> Int64) -> StyledText {
        guard let segment = item.segment else { return StyledText() }
        guard let content = segment.content else { return .count(nil) }
        return content.offsets.map { StyledText(Figures.count(bound($0))) } ?? StyledText(Figures.none, .muted)
    }

    /// An index that is not there is built when it is first needed.
    private static func index(_ item: Item, _ size: (ReplicaLogsPicture.Segment) -> Int64?) -> StyledText {
        guard let segment = item.segment else { return StyledText() }
        return size(segment).map { StyledText(Figures.bytes($0), .muted) } ?? StyledText("to build", .muted)
    }

    /// The folder of the replica that is selected, and what of its batches is not known.
    static func foot(_ model: Model, _ partition: TopicPartition) -> StyledText {
        if let reason = model.asked?.reason { return StyledText(reason, .error) }
        guard let item = model.selectedReplica(partition) else { return StyledText() }
        if let damage = model.selectedSegment(partition)?.content?.damage { return StyledText(damage, .error) }
        if let reason = item.reason, item.segments != nil { return StyledText(reason, .warning) }
        guard let directory = item.directory else { return StyledText() }
        let room = max(20, model.size.columns - 16)
        return StyledText(directory.count > room ? "…" + String(directory.suffix(room - 1)) : directory, .muted)
    }
}

extension Model {
    /// Nil before somebody has answered.
    func replicaLogs(_ partition: TopicPartition) -> ReplicaLogsPicture? {
        guard case .segments(_, let picture)? = asked?.answer, picture.partition == partition else { return nil }
        return picture
    }

    /// The replica of the selected row.
    func selectedReplica(_ partition: TopicPartition) -> ReplicaLogsPicture.Replica? {
        guard case .name(let name)? = listing?.selectedID(screen.list) else { return nil }
        return replicaLogs(partition)?.replicas.first { name.hasPrefix("\($0.broker)/") }
    }

    func selectedSegment(_ partition: TopicPartition) -> ReplicaLogsPicture.Segment? {
        guard case .name(let name)? = listing?.selectedID(screen.list) else { return nil }
        return selectedReplica(partition)?.segments?.first { name.hasSuffix("/\($0.file)") }
    }

    /// The log of the selected replica, or of all replicas of the selected partition.
    mutating func openSegments() {
        guard case .partition(let partition)? = listing?.selectedID(screen.list) else {
            return show(.warning, "Select a partition first")
        }
        if case .broker(let broker) = place {
            go(to: .segments(partition, broker: broker))
        } else {
            go(to: .segments(partition, broker: nil))
        }
    }

    /// Reads the records from the beginning of a segment on.
    mutating func openSegment(of partition: TopicPartition) -> [Command] {
        guard let segment = selectedSegment(partition) else { return [] }
        let start = segment.content?.offsets?.lowerBound ?? segment.baseOffset
        browser = RecordBrowser(topic: partition.topic, partition: partition.partition)
        go(to: .records(topic: partition.topic, partition: partition.partition))
        return seek(.offset(start), "from offset \(Figures.count(start))")
    }
}
