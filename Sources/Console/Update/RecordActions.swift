import KafkaCluster
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

    /// Reads from there; with a filter, searches from there on.
    mutating func seek(_ start: RecordQuery.Start, _ words: String) -> [Command] {
        guard let browser else { return [] }
        self.browser?.isTailing = false
        self.browser?.nextFetch = nil
        self.browser?.from = words
        self.browser?.search = nil
        if browser.filter != nil {
            // What is on the screen is not what is searched for.
            self.browser?.rows = []
            self.browser?.marks = []
            self.browser?.search = RecordBrowser.Search(direction: start.isBackward ? .backward : .forward)
        }
        return fetch(start, .replace)
    }

    mutating func fetch(
        _ start: RecordQuery.Start, _ placement: RecordBrowser.Awaited.Placement, wait: Duration = .zero
    ) -> [Command] {
        guard let browser else { return [] }
        lastQueryID += 1
        self.browser?.awaited = RecordBrowser.Awaited(id: lastQueryID, placement: placement)
        return [
            .fetchRecords(
                RecordQuery(
                    id: lastQueryID, topic: browser.topic, partition: browser.partition, start: start,
                    limit: RecordBrowser.pageSize, maxWait: wait, filter: browser.filter))
        ]
    }

    mutating func pageRecords(forward: Bool) -> [Command] {
        if case .record = place {
            openNeighbour(forward ? 1 : -1)
            return []
        }
        guard let browser else { return [] }
        if forward {
            guard browser.hasLater || (waitingRecords ?? 0) > 0 else {
                show(
                    .note,
                    browser.endsWithinLog
                        ? "This is the end of the range" : "This is the end of the log · \(keyName(.tail)) follows it")
                return []
            }
            screen.list.selected = nil
            screen.list.index = 0
            return seek(.from(browser.later), "going on")
        }
        let earlier = browser.earlier
        guard !earlier.isEmpty else {
            show(.note, "This is the beginning of the \(browser.beginsWithinLog ? "range" : "log")")
            return []
        }
        screen.list.selected = nil
        screen.list.index = 0
        return seek(.before(earlier), "going back")
    }

    /// From one whole record to the one above or below it in the list.
    private mutating func openNeighbour(_ step: Int) {
        guard case .record(let partition, let offset) = place, screens.count > 1 else { return }
        let record = screens.removeLast()
        screen.list.selected = .record(partition: partition.partition, offset: offset)
        guard let listing, let index = listing.selectedIndex(screen.list),
            listing.ids.indices.contains(index + step),
            case .record(let other, let next) = listing.ids[index + step]
        else {
            screens.append(record)
            return show(
                .note, step > 0 ? "This is the last record of the list" : "This is the first record of the list")
        }
        select(row: index + step)
        go(to: .record(TopicPartition(topic: partition.topic, partition: other), offset: next))
    }

    mutating func toggleTail() -> [Command] {
        guard let browser else { return [] }
        if browser.isTailing {
            self.browser?.isTailing = false
            self.browser?.nextFetch = nil
            self.browser?.from = "where tailing stopped"
            return []
        }
        if browser.filter != nil, !browser.marks.isEmpty, !browser.hasLater, browser.search?.direction == .forward {
            // What was found on the way to the end stays.
            self.browser?.search?.isRunning = false
            self.browser?.isTailing = true
            self.browser?.from = "what was found"
            select(after: .append, wasAtEnd: true)
            return now.map { tailOn(at: $0) } ?? []
        }
        // Rows read from elsewhere would leave a hole before the end.
        let commands = seek(.end, "the end")
        self.browser?.search = nil
        self.browser?.isTailing = true
        return commands
    }

    mutating func received(_ page: RecordPage) -> [Command] {
        guard let browser, let awaited = browser.awaited, awaited.id == page.id else { return [] }
        if isPaused, awaited.placement == .append, browser.isTailing {
            // The picture is held: the log keeps these records until they are asked for again.
            self.browser?.awaited = nil
            return []
        }
        let wasAtEnd = isAtLastRecord
        self.browser?.take(page)
        if browser.isTailing, let now {
            // Behind the end there is no need to wait.
            let isBehind = self.browser?.hasLater == true
            self.browser?.nextFetch = isBehind ? now : now + Self.tailPause
        }
        if case .records = place { select(after: awaited.placement, wasAtEnd: wasAtEnd) }
        redraw = awaited.placement == .replace ? .now : redraw == .none ? .soon : redraw
        return searchOn(page, since: browser.marks)
    }

    /// Keeps to the newest record, to the first of a page, or to the record that was selected.
    private mutating func select(after placement: RecordBrowser.Awaited.Placement, wasAtEnd: Bool) {
        guard let browser else { return }
        let last = browser.rows.last.map { RowID.record(partition: $0.partition, offset: $0.offset) }
        switch placement {
        case .replace:
            let showsEnd =
                browser.isTailing || browser.search?.direction == .backward || browser.from == "the last records"
                || browser.from == "going back"
            screen.list.selected = showsEnd ? last : nil
            screen.list.index = 0
        case .append: if wasAtEnd, browser.isTailing { screen.list.selected = last }
        case .prepend: if screen.list.selected == nil { screen.list.selected = last }
        }
        settle()
    }

    /// Whether the newest record is selected, so that the selection follows the tail.
    private var isAtLastRecord: Bool {
        guard let last = browser?.rows.last else { return true }
        return screen.list.selected == .record(partition: last.partition, offset: last.offset)
    }

    /// Asks for what came after the last record, when it is time and there is a place for it: what the user looks at
    /// does not go away under their eyes. Nothing is lost meanwhile, since reading goes on where it ended.
    mutating func tailOn(at now: Instant) -> [Command] {
        guard let browser, browser.isTailing, browser.awaited == nil, !isTailHeld else { return [] }
        guard browser.nextFetch.map({ $0 <= now }) ?? true else { return [] }
        self.browser?.nextFetch = nil
        return fetch(browser.marks.isEmpty ? .end : .from(browser.later), .append, wait: Self.tailWait)
    }

    /// Whether a tail waits for the user: the picture is held, or older rows are read and would have to go.
    var isTailHeld: Bool {
        guard let browser, browser.isTailing else { return false }
        if isPaused { return true }
        return !isAtLastRecord
            && (browser.isFull || browser.rows.count + RecordBrowser.pageSize > RecordBrowser.rowsMax)
    }

    /// How many offsets lie beyond what was read, as far as is known; of those that a search is for, where it is for some.
    var waitingRecords: Int64? {
        guard let browser, let topic = live.snapshot?.topics.first(where: { $0.name == browser.topic }) else {
            return nil
        }
        return browser.marks.reduce(0) { sum, mark in
            let end = topic.partition(mark.partition)?.highWatermark ?? mark.highWatermark
            let last = browser.filter?.offsets.map { min(end, $0.upperBound) } ?? end
            return sum.saturatingAdd(max(0, last.saturatingSubtract(mark.nextOffset)))
        }
    }
}

extension RecordQuery.Start {
    /// Whether what is found lies before what was found already.
    fileprivate var isBackward: Bool {
        switch self {
        case .end, .before: true
        case .begin, .offset, .beforeEnd, .time, .from: false
        }
    }
}
