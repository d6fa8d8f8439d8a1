import DeliveryLedger
import KafkaCluster
import KafkaProtocol

/// The verdicts: of what brokers told any client, each loss by itself, and of klamm's own records.
enum LedgerView {
    private enum Item {
        case verdict(LedgerRow)
        case loss(Loss)

        var id: RowID {
            switch self {
            case .verdict(let row): .verdict(row.verdict)
            case .loss(let loss): .number(Int64(loss.number))
            }
        }
    }

    static func listing(_ model: Model) -> Listing {
        let isNarrow = model.size.columns < 100
        let columns: [Column<Item>] = [
            Column(title: "Verdict", minimum: 19, sort: { .text(name($0)) }) {
                sign($0).text + " " + StyledText(name($0))
            },
            Column(title: "Records", alignment: .right, minimum: 8, sort: { .count(records($0)) }) { item in
                StyledText(Figures.count(records(item)), sign(item).role)
            },
            Column(title: "Of", minimum: isNarrow ? 10 : 16, maximum: 30, shrinks: true, sort: { .text(subject($0)) }) {
                StyledText(subject($0), .accent)
            },
            Column(title: "What it means", minimum: 20, maximum: 400, shrinks: true) { meaning($0) },
        ]
        return Table(
            items: items(model), columns: columns, id: \.id,
            words: { "\(name($0)) \(subject($0)) \(meaning($0).plain)" }, empty: empty(model),
            gapMost: TableLayout.gapLeast, wraps: model.size.rows < 30 ? .intoRoom : .whole
        ).listing(model.screen.list)
    }

    private static func items(_ model: Model) -> [Item] {
        guard let ledger = model.ledger else { return [] }
        let losses = ledger.account?.losses ?? []
        return ledger.accountRows.map { .verdict($0) } + losses.reversed().map { .loss($0) }
            + ledger.topicRows.map { .verdict($0) }
    }

    static func empty(_ model: Model) -> String {
        if let reason = model.asked?.reason { return reason }
        guard let ledger = model.ledger else { return "Judging…" }
        guard ledger.account == nil else { return "Nothing was sent yet." }
        let why = "These brokers tell nobody what they acknowledged, so that only klamm's own clients are judged here."
        guard let key = model.keyHint(.toggleProducer) else { return "\(why) There are none." }
        if let refusal = model.refusal(of: .toggleProducer) {
            return "\(why) There are none: \(key) on a topic would start a producer, but \(refusal)."
        }
        return "\(why) There are none yet: select a topic, and \(key) starts a producer."
    }

    /// Of which moment it speaks, as the clients go on, and what cannot be known here, for the frame's edge.
    static func remark(_ model: Model, room: Int) -> StyledText {
        guard let ledger = model.ledger else { return StyledText() }
        let time = WallClock.time(ledger.takenAt.wallClockMilliseconds, offsetSeconds: model.utcOffsetSeconds)
        let moment = "as of \(time)"
        guard ledger.account == nil else { return StyledText(moment, .muted) }
        let limits = [
            "only klamm's own clients: these brokers tell nobody of other acknowledgements",
            "only klamm's own clients: these brokers tell nobody of others", "only klamm's own clients",
        ]
        let limit = limits.first { $0.count + 3 + moment.count <= room }
        return StyledText([limit, moment].compactMap { $0 }.joined(separator: " · "), .muted)
    }

    private static func name(_ item: Item) -> String {
        switch item {
        case .verdict(let row): row.verdict.words
        case .loss(let loss): "loss \(loss.number)"
        }
    }

    private static func records(_ item: Item) -> Int64 {
        switch item {
        case .verdict(let row): row.records
        case .loss(let loss): loss.count
        }
    }

    private static func subject(_ item: Item) -> String {
        switch item {
        case .loss(let loss): loss.partition.description
        case .verdict(let row):
            switch row.verdict.subject {
            case .anyClient: "any client"
            case .topic(let topic): topic
            case .group(let group, let topic): "\(topic) › \(group)"
            }
        }
    }

    private static func meaning(_ item: Item) -> StyledText {
        switch item {
        case .verdict(let row): return StyledText(row.verdict.meaning, .muted)
        case .loss(let loss):
            let text = loss.cause
            return loss.returnedAt == nil ? StyledText(text) : StyledText("back again · \(text)", .muted)
        }
    }

    private static func sign(_ item: Item) -> Sign {
        switch item {
        case .loss(let loss): return loss.returnedAt == nil ? .gone : Sign(glyph: "✓", role: .ok)
        case .verdict(let row): return Self.sign(row.verdict.gravity, isNone: row.records == 0)
        }
    }

    /// No record at all of a bad sort is a good sign; none of a good one says nothing.
    private static func sign(_ gravity: LedgerVerdict.Gravity, isNone: Bool) -> Sign {
        switch gravity {
        case .good: isNone ? .idle : .good
        case .neutral: .idle
        case .doubtful: isNone ? .good : .partly
        case .bad: isNone ? .good : .gone
        }
    }
}

extension Model {
    /// As the ledger has it, else as the event told of it.
    func loss(_ number: Int) -> Loss? {
        if let loss = ledger?.account?.losses.first(where: { $0.number == number }) { return loss }
        for entry in picture.events.entries.reversed() {
            if let loss = entry.event.loss, loss.number == number { return loss }
        }
        return nil
    }
}
