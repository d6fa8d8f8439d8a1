import KafkaCluster
import KafkaProtocol

extension Model {
    /// Begins with nothing: what was searched for before is called back by a key.
    mutating func openSearchForm() {
        guard let browser else { return }
        let fields = zip(SearchForm.labels, SearchForm.hints).map { label, hint in
            Form.Field(label: label, field: TextField(), hint: hint)
        }
        openRecallable(Form(purpose: .search, title: "Search \(browser.topic) for what contains", fields: fields))
    }

    mutating func submitSearch(_ form: Form, _ texts: [String]) -> [Command] {
        guard let browser else { return [] }
        do throws(SearchForm.Failure) {
            let (filter, start) = try SearchForm.read(
                texts, now: now?.wallClockMilliseconds ?? 0, utcOffsetSeconds: utcOffsetSeconds)
            overlay = nil
            guard var filter else { return goWithoutSearch(to: texts[6].isEmpty ? nil : start, form) }
            keep(form)
            filter.schema = look.schemas.value
            // One search after another: what was shown before the first of them is what one goes back to.
            if browser.filter == nil {
                var shown = browser
                shown.before = .nothing
                let before = RecordBrowser.Before.records(shown, screen.list)
                self.browser?.before = before
            }
            self.browser?.filter = filter
            return seek(start)
        } catch {
            var form = form
            form.focus = error.field
            return refuse(form, error.reason)
        }
    }

    private mutating func seek(_ start: SearchForm.Start) -> [Command] {
        switch start {
        case .begin: seek(.begin, "from begin")
        case .time(let time):
            seek(.time(time), "from \(WallClock.dateAndTime(time, offsetSeconds: utcOffsetSeconds))")
        }
    }

    /// Nothing is searched for: where something is said of where to begin, all records from there on are shown.
    private mutating func goWithoutSearch(to start: SearchForm.Start?, _ form: Form) -> [Command] {
        guard let start else { return clearSearch() }
        keep(form)
        browser?.filter = nil
        browser?.before = .nothing
        return seek(start)
    }

    /// Shows the records again that were shown before the search.
    mutating func clearSearch() -> [Command] {
        guard let browser, browser.filter != nil else { return [] }
        guard case .records(var before, let list) = browser.before, before.awaited?.placement != .replace else {
            // They had not come yet.
            self.browser?.filter = nil
            self.browser?.before = .nothing
            return seek(.end, "the last records")
        }
        // What it waited for was given up with the search.
        before.awaited = nil
        if before.isTailing { before.nextFetch = now }
        self.browser = before
        screen.list = list
        settle()
        return []
    }

    /// Stops a search, or lets it go on where it stopped.
    mutating func toggleSearch() -> [Command] {
        guard let browser, browser.filter != nil, let search = browser.search else {
            show(.note, "Nothing is searched for · \(keyName(.search)) begins")
            return []
        }
        if search.isRunning {
            self.browser?.search?.isRunning = false
            return []
        }
        guard !browser.isFull else {
            show(.note, "No more records are kept · \(keyName(.nextRecords)) searches on without these")
            return []
        }
        self.browser?.search?.isRunning = true
        return browser.awaited == nil ? nextSlice() : []
    }

    /// Goes on after an answer, until the search is over or no more rows are kept. A page that brings nobody further ends
    /// it too: the reason is on the screen.
    mutating func searchOn(_ page: RecordPage, since marks: [PartitionMark]) -> [Command] {
        guard let browser, let search = browser.search, search.isRunning else { return [] }
        let isEnough = search.direction == .backward && browser.rows.count >= RecordBrowser.pageSize
        let isStuck = page.marks.isEmpty || page.error != nil && browser.marks == marks
        if browser.isFull || isEnough || isStuck {
            self.browser?.search?.isRunning = false
            return []
        }
        return nextSlice()
    }

    private mutating func nextSlice() -> [Command] {
        guard let browser, let search = browser.search else { return [] }
        switch search.direction {
        case .forward where browser.hasLater: return fetch(.from(browser.later), .append)
        case .backward where !browser.earlier.isEmpty: return fetch(.before(browser.earlier), .prepend)
        case .forward, .backward:
            self.browser?.search?.isRunning = false
            return []
        }
    }
}
