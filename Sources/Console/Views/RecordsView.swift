import KafkaCluster
import KafkaProtocol

/// The records that were read, oldest first.
enum RecordsView {
    static func listing(_ model: Model) -> Listing {
        let offset = model.utcOffsetSeconds
        let isWide = model.size.columns >= 110
        var columns: [Column<RecordRow>] = [
            Column(title: "Part", alignment: .right, minimum: 4, sort: { .count(Int($0.partition)) }) {
                StyledText("\($0.partition)")
            },
            Column(title: "Offset", alignment: .right, minimum: 8, sort: { .count($0.offset) }) {
                .count($0.offset)
            },
            Column(
                title: "Time (\(WallClock.zone(offsetSeconds: offset)))", minimum: isWide ? 23 : 12,
                sort: { .count($0.timestamp) }
            ) { time($0.timestamp, isWide: isWide, offset: offset) },
            Column(
                title: "Key", minimum: 8, maximum: 40, shrinks: true, sort: { .text($0.key.map(Bytes.preview) ?? "") }
            ) {
                Bytes.styled($0.key, absent: "no key")
            },
            Column(title: "Value", minimum: 20, maximum: 400, shrinks: true) {
                Bytes.styled($0.value, absent: "tombstone")
            },
        ]
        let browser = model.browser
        if browser?.rows.contains(where: { !$0.headers.isEmpty }) == true {
            columns.append(
                Column(title: "Headers", minimum: 12, maximum: 50, shrinks: true, priority: 1) { row in
                    StyledText(
                        row.headers.map { "\($0.name)=\($0.value.map(Bytes.preview) ?? "null")" }.joined(
                            separator: " "),
                        .muted)
                })
        }
        return Table(
            items: browser?.rows ?? [], columns: columns,
            id: { .record(partition: $0.partition, offset: $0.offset) }, words: words,
            empty: browser?.awaited == nil ? "No record here." : "Reading…",
            gapMost: TableLayout.gapLeast
        ).listing(model.screen.list)
    }

    private static func words(_ row: RecordRow) -> String {
        var words = "\(row.partition):\(row.offset) " + (row.key.map(Bytes.preview) ?? "")
        words += " " + (row.value.map { Bytes.text($0) ?? "" } ?? "tombstone")
        for header in row.headers { words += " \(header.name)=\(header.value.map(Bytes.preview) ?? "")" }
        return words
    }

    private static func time(_ timestamp: Int64?, isWide: Bool, offset: Int) -> StyledText {
        guard let timestamp else { return StyledText(Figures.none, .muted) }
        let text =
            isWide
            ? WallClock.dateAndTime(timestamp, offsetSeconds: offset)
            : WallClock.time(timestamp, offsetSeconds: offset)
        return StyledText(text, .muted)
    }

    /// Where these records lie, for the frame's edge.
    static func remark(_ browser: RecordBrowser) -> StyledText {
        var text = StyledText(browser.from, .muted)
        if browser.isTailing { text += StyledText("  ▸ tailing", .ok, .bold) }
        if browser.awaited != nil, !browser.isTailing { text += StyledText("  reading…", .muted) }
        return text
    }

    static func foot(_ browser: RecordBrowser) -> StyledText {
        if let error = browser.error { return StyledText("! \(error)", .error) }
        guard !browser.marks.isEmpty, !browser.isTailing else { return StyledText() }
        return browser.hasLater ? StyledText("more follow", .muted) : StyledText("end of the log", .muted)
    }
}
