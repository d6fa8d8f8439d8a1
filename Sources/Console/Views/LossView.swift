import DeliveryLedger
import KafkaCluster
import KafkaProtocol
import NIOCore

/// One loss: how it came about, step by step, and then the records themselves.
enum LossView {
    private enum Item {
        case step(number: Int, line: Int, text: String)
        case record(Record)
        /// Why fewer records are shown than were lost.
        case note(Note, String)

        /// In the order in which they are shown.
        enum Note: Int64 {
            case leftOut, unseen
        }

        var id: RowID {
            switch self {
            case .step(let number, let line, _): .number(-Int64(number * 1000 + line + 1))
            case .record(let record): .number(record.offset)
            case .note(let note, _): .number(.min + note.rawValue)
            }
        }

        var words: String {
            switch self {
            case .step(_, _, let text), .note(_, let text): text
            case .record(let record): "\(record.offset) \(LossView.content(record).plain)"
            }
        }
    }

    private static let leftWidth = 12

    static func listing(_ model: Model, number: Int) -> Listing {
        let loss = model.loss(number)
        let width = max(20, model.size.columns - leftWidth - 6)
        let columns: [Column<Item>] = [
            Column(title: "Step, offset", alignment: .right, minimum: leftWidth) { left($0) },
            Column(title: "How it came about, and the records", minimum: 20, maximum: 400, shrinks: true) { item in
                switch item {
                case .step(_, _, let text): StyledText(text)
                case .note(_, let text): StyledText(text, .muted)
                case .record(let record): content(record)
                }
            },
        ]
        return Table(
            items: loss.map { items($0, model, width: width) } ?? [], columns: columns, id: \.id, words: \.words,
            empty: model.asked?.answeredAt == nil ? "Judging…" : "The ledger knows no loss \(number).",
            gapMost: TableLayout.gapLeast
        ).listing(model.screen.list)
    }

    private static func left(_ item: Item) -> StyledText {
        switch item {
        case .step(let number, 0, _): StyledText("\(number)", .accent)
        case .step, .note: StyledText()
        case .record(let record): StyledText(Figures.count(record.offset), .muted)
        }
    }

    private static func items(_ loss: Loss, _ model: Model, width: Int) -> [Item] {
        let offset = model.utcOffsetSeconds
        let chain = loss.chain { WallClock.time($0, offsetSeconds: offset) }
        var items: [Item] = []
        for (index, sentence) in chain.enumerated() {
            for (line, text) in sentence.uppercasedFirst.wrapped(to: width).enumerated() {
                items.append(.step(number: index + 1, line: line, text: text))
            }
        }
        items += loss.records.map { .record($0) }
        if loss.recordsLeftOut > 0 {
            let count = Figures.plural(Int64(loss.recordsLeftOut), "more record")
            items.append(.note(.leftOut, "Left out here: \(count)"))
        }
        let missing = loss.count.saturatingSubtract(Int64(loss.records.count + loss.recordsLeftOut))
        if missing > 0 {
            let which = loss.records.isEmpty ? "The records themselves were" : "\(Figures.count(missing)) more were"
            items.append(.note(.unseen, "\(which) not seen before they went: nobody knows their keys and values"))
        }
        return items
    }

    private static func content(_ record: Record) -> StyledText {
        Bytes.styled(record.key?.bytes, absent: "no key") + StyledText(" = ", .muted)
            + Bytes.styled(record.value?.bytes, absent: "tombstone")
    }

    /// How many, and of what, for the frame's edge.
    static func remark(_ model: Model, number: Int) -> StyledText {
        guard let loss = model.loss(number) else { return StyledText() }
        let count = Figures.plural(loss.count, "record")
        return loss.returnedAt == nil
            ? Sign.gone.text("\(count) of \(loss.partition)")
            : Sign(glyph: "✓", role: .ok).text("\(count) of \(loss.partition), back again")
    }
}

extension ByteBuffer {
    fileprivate var bytes: [UInt8] { Array(readableBytesView) }
}
