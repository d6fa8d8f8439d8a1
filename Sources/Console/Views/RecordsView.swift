import KafkaCluster
import KafkaProtocol

/// The records that were read, oldest first.
enum RecordsView {
    static func listing(_ model: Model) -> Listing {
        let offset = model.utcOffsetSeconds
        let isWide = model.size.columns >= 110
        let look = model.look
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
                Bytes.styled($0.key, absent: "no key", as: look.key, look.schemas.key)
            },
        ]
        columns += look.columns.map { column($0, look.schemas.value) }
        // Beside fields of it the whole value is seen where there is room.
        columns.append(
            Column(title: "Value", minimum: 20, maximum: 400, shrinks: true, priority: look.columns.isEmpty ? 0 : 2) {
                Bytes.styled($0.value, absent: "tombstone", as: look.value, look.schemas.value)
            })
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
            empty: browser.map(empty) ?? "No record here.",
            gapMost: TableLayout.gapLeast
        ).listing(model.screen.list)
    }

    private static func empty(_ browser: RecordBrowser) -> String {
        if browser.search?.isRunning == true { return "Searching…" }
        if browser.awaited != nil, !browser.isTailing { return "Reading…" }
        return browser.filter == nil ? "No record here." : "No record is like this."
    }

    /// One field of JSON values; values without it leave their place empty, and large ones say that they were not read.
    private static func column(_ path: JSONPath, _ schema: RecordSchema?) -> Column<RecordRow> {
        func values(_ row: RecordRow) -> [JSONValue] {
            guard let value = row.value, value.count <= Bytes.jsonMax,
                let json = RecordSchemas.json(value, schema)
            else { return [] }
            return path.values(in: json)
        }
        return Column(
            title: path.description, minimum: 6, maximum: 40, shrinks: true,
            sort: { row in
                guard let first = values(row).first else { return .unknown }
                if case .number(let number) = first, let number = Double(number) { return .number(number) }
                return .text(first.text ?? first.compact)
            }
        ) { row in
            // Too large to be read for each picture: nobody has looked.
            if let value = row.value, value.count > Bytes.jsonMax { return StyledText(Figures.unknown, .muted) }
            let texts = values(row).map { $0.text.map { StyledText($0) } ?? JSONLayout.leaf($0) }
            return texts.dropFirst().reduce(texts.first ?? StyledText()) { $0 + StyledText(" ") + $1 }
        }
    }

    private static let filteredMax = 4096

    private static func words(_ row: RecordRow) -> String {
        var words = "\(row.partition):\(row.offset) " + (row.key.map(Bytes.preview) ?? "")
        // The filter is for what is on the screen, and asked at each picture; a search looks at all of a value.
        words += " " + (row.value.map { Bytes.text(Bytes.beginning($0, most: filteredMax)) ?? "" } ?? "tombstone")
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
        if let filter = browser.filter {
            text += StyledText(" · \(filter.words.joined(separator: " · "))", .key).clipped(to: 44)
        }
        if browser.isTailing { text += StyledText("  ▸ tailing", .ok, .bold) }
        if browser.awaited != nil, !browser.isTailing, browser.search == nil {
            text += StyledText("  reading…", .muted)
        }
        return text
    }

    /// What is missing, how far a search is, and whether there is more.
    static func foot(_ model: Model, _ browser: RecordBrowser) -> StyledText {
        if let error = browser.error { return StyledText("! \(error)", .error) }
        if model.isTailHeld { return held(model) }
        guard !browser.marks.isEmpty, !browser.isTailing else { return StyledText() }
        let progress = progress(browser)
        if browser.search?.isRunning == true {
            let stops = model.keyHint(.stopSearch).map { " · \($0) stops" } ?? ""
            return StyledText("▸ \(progress ?? "")\(stops)", .ok, .bold)
        }
        let words = progress.map { "\($0)  " } ?? ""
        if browser.filter != nil, browser.isFull {
            let goesOn = model.keyHint(.nextRecords).map { "; \($0) goes on" } ?? ""
            return StyledText("\(words)no more are kept\(goesOn)", .warning)
        }
        return StyledText(words + (browser.hasLater ? "more follow" : end(model, browser)), .muted)
    }

    /// A page is of the moment when it was read; the log goes on.
    private static func end(_ model: Model, _ browser: RecordBrowser) -> String {
        let end = browser.endsWithinLog ? "end of the range" : "end of the log"
        guard let more = model.waitingRecords, more > 0 else { return end }
        return "\(end) when read · \(Figures.plural(more, "offset")) since"
            + (model.keyHint(.nextRecords).map { ": \($0) reads on" } ?? "")
    }

    /// `45% · 540,000 of 1,200,000 offsets`.
    private static func progress(_ browser: RecordBrowser) -> String? {
        browser.progress.map { read, all in
            let percent = all == 0 ? 100 : Int64(Double(read) / Double(all) * 100)
            return "\(percent)% · \(Figures.count(read)) of \(Figures.count(all)) offsets"
        }
    }

    /// What a tail that waits for the user has before it.
    private static func held(_ model: Model) -> StyledText {
        let waiting = model.waitingRecords.map { Figures.plural($0, "offset") } ?? Figures.unknown
        let goesOn = model.keyHint(model.isPaused ? .pause : .bottom).map { " · \($0) goes on" } ?? ""
        return StyledText("‖ the tail waits before \(waiting)\(goesOn)", .warning, .bold)
    }
}
