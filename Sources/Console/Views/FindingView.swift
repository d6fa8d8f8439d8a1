import DeliveryLedger
import KafkaCluster
import KafkaProtocol

/// The first records that a verdict is about, by name.
enum FindingView {
    static func listing(_ model: Model, _ verdict: LedgerVerdict) -> Listing {
        let row = model.ledger?.row(verdict)
        let columns: [Column<(Int, Finding.Example)>] = [
            Column(title: "Record", minimum: 20, maximum: 50, shrinks: true, sort: { .count($0.1.sequence) }) {
                StyledText($0.1.producer) + StyledText(" number ", .muted)
                    + StyledText(Figures.count($0.1.sequence), .accent)
            },
            Column(
                title: "Partition", minimum: 12, maximum: 40,
                sort: { $0.1.partition.map { .partition($0) } ?? .unknown }
            ) {
                $0.1.partition.map { StyledText($0.description) } ?? StyledText("nowhere", .muted)
            },
            Column(title: "Offset", alignment: .right, minimum: 10, sort: { .count($0.1.offset) }) {
                $0.1.offset.map { StyledText(Figures.count($0)) } ?? StyledText(Figures.none, .muted)
            },
        ]
        return Table(
            items: Array((row?.examples ?? []).enumerated()), columns: columns, id: { .number(Int64($0.0)) },
            words: { "\($0.1.producer) \($0.1.sequence) \($0.1.partition?.description ?? "")" },
            empty: row == nil ? LedgerView.empty(model) : "Only their number is known."
        ).listing(model.screen.list)
    }

    /// What the verdict means, with how many there are.
    static func foot(_ model: Model, _ verdict: LedgerVerdict) -> StyledText {
        guard let row = model.ledger?.row(verdict), row.records > Int64(row.examples.count) else {
            return StyledText(verdict.meaning, .muted)
        }
        return StyledText("the first of \(Figures.count(row.records)) · \(verdict.meaning)", .muted)
    }

    /// The same in lines where the frame's edge has no place for it, beside which rows are shown.
    static func above(_ model: Model, _ verdict: LedgerVerdict, columns: Int) -> [StyledText] {
        let meaning = foot(model, verdict)
        return meaning.width < columns - 32 ? [] : meaning.inWords(to: columns - 4)
    }
}
