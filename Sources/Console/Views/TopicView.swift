import KafkaCluster
import KafkaProtocol

/// One topic's replica matrix: a row a partition, a column a broker, each cell a replica with its log end offset.
/// Beside it what explains the cells: leader, epoch, ISR and high watermark.
enum TopicView {
    typealias Partition = ClusterSnapshot.Partition

    static func listing(_ model: Model, topic name: String) -> Listing {
        let topic = model.snapshot?.topics.first { $0.name == name }
        let partitions = topic?.partitions ?? []
        let late = Set(model.snapshot?.brokers.filter(\.isLate).map(\.id) ?? [])
        return Table(
            items: partitions, columns: facts(partitions, late) + matrix(model, partitions) + sizes,
            id: { .partition(TopicPartition(topic: name, partition: $0.index)) }, words: { "\(name)-\($0.index)" },
            empty: topic == nil ? "Topic \(name) is gone." : "The topic has no partitions."
        ).listing(model.screen.list)
    }

    /// What somebody told who is late by now is muted.
    private static func facts(_ partitions: [Partition], _ late: Set<BrokerID>) -> [Column<Partition>] {
        [
            Column(title: "Part", minimum: 4, sort: { .count(Int($0.index)) }) {
                Sign.of($0).text + " " + StyledText("\($0.index)")
            },
            Column(
                title: "Leader", alignment: .right, minimum: 6, sort: { .count($0.leader.map { Int64($0.rawValue) }) }
            ) {
                $0.leader.map { StyledText("\($0)", .leader) } ?? StyledText("none", .offline, .bold)
            },
            // Each replica's log end says more, where there is no room for both.
            Column(title: "Epoch", alignment: .right, minimum: 5, priority: 1, sort: { .count(Int($0.leaderEpoch)) }) {
                StyledText("\($0.leaderEpoch)")
            },
            Column(title: "ISR", minimum: 5, maximum: 24, shrinks: true, sort: { .count($0.isr.count) }) {
                StyledText($0.isr.words, $0.isr.count < $0.replicas.count ? .lagging : .inSync)
            },
            Column(
                title: "High wm", alignment: .right, minimum: partitions.contains { $0.isHeld == true } ? 9 : 7,
                sort: { .count($0.highWatermark) }
            ) { partition in
                partition.isHeld == true
                    ? StyledText("‖ ", .warning) + .count(partition.highWatermark, .warning)
                    : .count(partition.highWatermark, partition.leader.map(late.contains) ?? false ? .muted : .text)
            },
        ]
    }

    /// Where the high watermark is held, and why, for the frame's edge.
    static func remark(_ model: Model, topic name: String, room: Int) -> StyledText {
        let partitions = model.snapshot?.topics.first { $0.name == name }?.partitions ?? []
        let held = partitions.filter { $0.isHeld == true }
        guard let minISR = held.first?.minISR else { return StyledText() }
        let names = held.prefix(4).map { "\($0.index)" }.joined(separator: ",")
        let whose =
            held.count == partitions.count
            ? ""
            : " of " + (held.count > 4 ? "\(held.count) partitions" : "partition\(held.count > 1 ? "s" : "") \(names)")
        let texts = [
            "‖ high watermark\(whose) held: ISR smaller than \(minISR.words)",
            "‖ high wm held: ISR < \(minISR.words)", "‖ ISR < \(minISR.words)",
            "‖ ISR < min.insync.replicas \(minISR.setting)",
        ]
        return (texts.first { $0.count <= room } ?? texts.last).map { StyledText($0, .warning) } ?? StyledText()
    }

    private static var sizes: [Column<Partition>] {
        [
            Column(title: "Start", alignment: .right, minimum: 7, priority: 2, sort: { .count($0.logStartOffset) }) {
                .count($0.logStartOffset, .muted)
            },
            Column(title: "Size", alignment: .right, minimum: 8, priority: 3, sort: { .count($0.sizeInBytes) }) {
                .bytes($0.sizeInBytes)
            },
            Column(title: "Preferred", alignment: .right, minimum: 9, priority: 4) {
                guard let first = $0.replicas.first?.broker else { return StyledText(Figures.none, .muted) }
                return StyledText("\(first)", first == $0.leader ? .muted : .warning)
            },
        ]
    }

    /// How much of a replica fits into its cell.
    private enum Detail { case glyph, offsetAlone, offset, offsetAndDeficit }

    /// A column for each broker that exists or has a replica here. Where many brokers leave no room for offsets, the
    /// glyphs remain.
    private static func matrix(_ model: Model, _ partitions: [Partition]) -> [Column<Partition>] {
        let brokers = model.snapshot?.brokers ?? []
        var ids = Set(brokers.map(\.id))
        for partition in partitions { ids.formUnion(partition.replicas.map(\.broker)) }
        let columns = ids.sorted()
        let digits = longest(partitions) { Figures.count($1.logEndOffset ?? 0).count }
        let behind = longest(partitions) { deficit($0, $1)?.count ?? 0 }
        let plain = max(9, digits + 2)
        // With a letter and the number for a heading.
        let least = digits + 2
        let full = behind > 0 ? max(9, digits + behind + 3) : plain
        let isr = min(24, partitions.reduce(5) { max($0, $1.isr.words.count) })
        let highWatermark = max(partitions.contains { $0.isHeld == true } ? 9 : 7, digits)
        let epoch = 5 + TableLayout.gapLeast
        let room = model.size.columns - 4 - (4 + 6 + isr + highWatermark + 3 * TableLayout.gapLeast)
        func fits(_ width: Int, _ room: Int) -> Bool { columns.count * (width + TableLayout.gapLeast) <= room }
        let detail =
            fits(full, room - epoch)
            ? Detail.offsetAndDeficit
            : fits(plain, room - epoch) ? .offset : fits(least, room) ? .offsetAlone : .glyph
        return columns.map { id in
            let broker = brokers.first { $0.id == id }
            let isLate = broker?.isLate ?? false
            let mark = broker?.state != .running ? "✗" : isLate ? "…" : ""
            let title = (detail == .glyph || detail == .offsetAlone ? "B\(id)" : "Broker \(id)") + mark
            let minimum =
                switch detail {
                case .glyph: 2
                case .offsetAlone: least
                case .offset: plain
                case .offsetAndDeficit: full
                }
            return Column(
                title: title, minimum: max(minimum, title.count), priority: detail == .glyph ? 1 : 0
            ) { partition in
                guard let replica = partition.replicas.first(where: { $0.broker == id }) else {
                    return StyledText("·", .muted)
                }
                let sign = Sign.of(replica.state)
                if detail == .glyph { return sign.text }
                let room = detail == .offsetAndDeficit ? behind : 0
                return cell(partition, replica, sign, digits: digits, behind: room, isLate: isLate)
            }
        }
    }

    private static func longest(
        _ partitions: [Partition], _ length: (Partition, ClusterSnapshot.Replica) -> Int
    ) -> Int {
        partitions.reduce(0) { longest, partition in
            partition.replicas.reduce(longest) { max($0, length(partition, $1)) }
        }
    }

    private static func cell(
        _ partition: Partition, _ replica: ClusterSnapshot.Replica, _ sign: Sign, digits: Int, behind: Int,
        isLate: Bool
    ) -> StyledText {
        let offset = replica.logEndOffset.map(Figures.count) ?? Figures.unknown
        let role = replica.logEndOffset == nil || isLate ? .muted : sign.role
        var text = sign.text + " " + StyledText(pad(offset, to: digits), role)
        if behind > 0, let deficit = deficit(partition, replica) {
            text += StyledText(" " + pad(deficit, to: behind), sign.role, .bold)
        }
        return text
    }

    /// How far a replica that left the ISR is behind its leader.
    private static func deficit(_ partition: Partition, _ replica: ClusterSnapshot.Replica) -> String? {
        guard replica.state == .lagging, let own = replica.logEndOffset, let end = partition.logEndOffset, own < end
        else { return nil }
        return Figures.count(own.saturatingSubtract(end))
    }

    private static func pad(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    static let legend =
        Sign.of(.leader).text + StyledText(" leader  ", .muted) + Sign.of(.inSync).text
        + StyledText(" in sync  ", .muted) + Sign.of(.lagging).text + StyledText(" lagging  ", .muted)
        + Sign.of(.offline).text + StyledText(" offline", .muted)
}
