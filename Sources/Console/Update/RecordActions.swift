import KafkaProtocol

extension Model {
    /// How long a broker holds a tailing query that finds nothing, and the least time between two of them.
    private static let tailWait = Duration.milliseconds(500)
    private static let tailPause = Duration.milliseconds(100)

    mutating func browseSelected() -> [Command] {
        switch (place, listing?.selectedID(screen.list)) {
        case (.topics, .name(let name)?): return browse(name, partition: nil)
        case (.topic(let name), _): return browse(name, partition: nil)
        case (.group, .partition(let partition)?), (.broker, .partition(let partition)?):
            return browse(partition.topic, partition: partition.partition)
        default: return []
        }
    }

    /// Opens the records of a topic at their end, which is what one mostly wants to see.
    mutating func browse(_ topic: String, partition: Int32?) -> [Command] {
        browser = RecordBrowser(topic: topic, partition: partition)
        go(to: .records(topic: topic, partition: partition))
        return seek(.end, "the last records")
    }

    mutating func seek(_ start: RecordQuery.Start, _ words: String) -> [Command] {
        guard browser != nil else { return [] }
        browser?.isTailing = false
        browser?.nextFetch = nil
        browser?.from = words
        return fetch(start, .replace)
    }

    private mutating func fetch(
        _ start: RecordQuery.Start, _ placement: RecordBrowser.Awaited.Placement, wait: Duration = .zero
    ) -> [Command] {
        guard let browser else { return [] }
        lastQueryID += 1
        self.browser?.awaited = RecordBrowser.Awaited(id: lastQueryID, placement: placement)
        return [
            .fetchRecords(
                RecordQuery(
                    id: lastQueryID, topic: browser.topic, partition: browser.partition, start: start,
                    limit: RecordBrowser.pageSize, maxWait: wait))
        ]
    }

    mutating func pageRecords(forward: Bool) -> [Command] {
        guard let browser else { return [] }
        if forward {
            guard browser.hasLater else {
                show(.note, "This is the end of the log · \(keyName(.tail)) follows it")
                return []
            }
            screen.list.selected = nil
            screen.list.index = 0
            return seek(
                .from(browser.marks.map { PartitionOffset(partition: $0.partition, offset: $0.nextOffset) }), "going on"
            )
        }
        let earlier = browser.earlier
        guard !earlier.isEmpty else {
            show(.note, "This is the beginning of the log")
            return []
        }
        screen.list.selected = nil
        screen.list.index = 0
        return seek(.before(earlier), "going back")
    }

    mutating func toggleTail() -> [Command] {
        guard let browser else { return [] }
        if browser.isTailing {
            self.browser?.isTailing = false
            self.browser?.nextFetch = nil
            self.browser?.from = "where tailing stopped"
            return []
        }
        // Rows read from elsewhere would leave a hole before the end.
        let commands = seek(.end, "the end")
        self.browser?.isTailing = true
        return commands
    }

    mutating func received(_ page: RecordPage) -> [Command] {
        guard let awaited = browser?.awaited, awaited.id == page.id else { return [] }
        let wasAtEnd = isAtLastRecord
        browser?.take(page)
        if browser?.isTailing == true, let now { browser?.nextFetch = now + Self.tailPause }
        if case .records = place, let browser, let last = browser.rows.last {
            let showsEnd = browser.isTailing || browser.from == "the last records" || browser.from == "going back"
            if awaited.placement == .replace ? showsEnd : wasAtEnd && browser.isTailing {
                screen.list.selected = .record(partition: last.partition, offset: last.offset)
            } else if awaited.placement == .replace {
                screen.list.selected = nil
                screen.list.index = 0
            }
            settle()
        }
        redraw = awaited.placement == .replace ? .now : redraw == .none ? .soon : redraw
        return []
    }

    /// Whether the newest record is selected, so that the selection follows the tail.
    private var isAtLastRecord: Bool {
        guard let last = browser?.rows.last else { return true }
        return screen.list.selected == .record(partition: last.partition, offset: last.offset)
    }

    /// Asks for what came after the last record, when it is time.
    mutating func tailOn(at now: Instant) -> [Command] {
        guard let browser, browser.isTailing, browser.awaited == nil else { return [] }
        guard browser.nextFetch.map({ $0 <= now }) ?? true else { return [] }
        self.browser?.nextFetch = nil
        let next = browser.marks.map { PartitionOffset(partition: $0.partition, offset: $0.nextOffset) }
        return fetch(next.isEmpty ? .end : .from(next), .append, wait: Self.tailWait)
    }
}
