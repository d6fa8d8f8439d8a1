import KafkaCluster
import KafkaProtocol

extension Model {
    /// The list that has the keyboard.
    private struct Focus {
        var listing: Listing
        var state: ListState
        /// Rows.
        var visible: Int
        /// Whether it is that of the events below the table.
        var isLower: Bool
    }

    private var focused: Focus? {
        guard let listing else { return nil }
        let layout = layout(of: size, listing: listing)
        if screen.focus == .events, let area = layout.events {
            return Focus(
                listing: EventsView.lowerListing(self), state: screen.lower, visible: max(1, area.rows - 3),
                isLower: true)
        }
        let visible =
            listing.wraps != .never
            ? listing.shown(screen.list, in: layout.table.inner).range.count : layout.table.rows - 3
        return Focus(listing: listing, state: screen.list, visible: max(1, visible), isLower: false)
    }

    private var isEventsFocused: Bool {
        guard screen.focus == .events, let listing else { return false }
        return layout(of: size, listing: listing).events != nil
    }

    mutating func editList(_ change: (inout ListState) -> Void) {
        if isEventsFocused { change(&screen.lower) } else { change(&screen.list) }
        settle()
    }

    /// Ties the selection to the row under it, so that it stays there when rows come, go or move. The newest event is
    /// an exception: whoever looks at it wants to see the next.
    mutating func settle() {
        if let focused { settle(focused) }
    }

    private mutating func settle(_ focus: Focus) {
        let listing = focus.listing
        var state = focus.state
        if place == .topics, let name = live.created, snapshot?.topics.contains(where: { $0.name == name }) ?? false {
            if !focus.isLower, listing.ids.contains(.name(name)) { state.selected = .name(name) }
            live.created = nil
        }
        if let index = listing.selectedIndex(state) {
            let follows = (place == .events || focus.isLower) && index == 0 && state.selected == nil
            // A story is read downwards: whoever stands at its end wants to see the next line.
            let followsStory = place == .story && state.selected == nil
            state.index = followsStory ? .max : index
            state.selected = follows || followsStory ? nil : listing.ids[index]
        }
        state.top = listing.top(state, visible: focus.visible)
        if focus.isLower { screen.lower = state } else { screen.list = state }
    }

    mutating func move(_ action: ActionID) -> [Command] {
        guard let focused else {
            scrollText(action)
            return []
        }
        let (listing, visible) = (focused.listing, focused.visible)
        guard let index = listing.selectedIndex(focused.state) else { return [] }
        let last = listing.ids.count - 1
        var target = index
        switch action {
        case .moveDown: target = index + 1
        case .moveUp: target = index - 1
        case .top: target = 0
        case .bottom: target = last
        case .pageDown: target = index + visible
        case .pageUp: target = index - visible
        case .halfPageDown: target = index + max(1, visible / 2)
        case .halfPageUp: target = index - max(1, visible / 2)
        case .nextMatch: target = index == last ? 0 : index + 1
        case .previousMatch: target = index == 0 ? last : index - 1
        default: break
        }
        // Going on past the last record reads what comes after it.
        if case .records = place, target > last, index == last, browser?.hasLater == true, screen.list.filter.isEmpty {
            return pageRecords(forward: true)
        }
        select(min(max(0, target), last), in: focused)
        return []
    }

    private mutating func select(_ index: Int, in focus: Focus) {
        var focus = focus
        // Who moves on has chosen another.
        live.created = nil
        let isLog = place == .events || focus.isLower
        let isEndOfStory = place == .story && index == focus.listing.ids.count - 1
        focus.state.index = index
        focus.state.selected = isLog && index == 0 || isEndOfStory ? nil : focus.listing.ids[index]
        settle(focus)
    }

    /// Whether this row of the list that has the keyboard is the selected one.
    func isSelected(_ index: Int) -> Bool { focused.map { $0.listing.selectedIndex($0.state) == index } ?? false }

    mutating func select(row index: Int) {
        guard let focused, focused.listing.ids.indices.contains(index) else { return }
        select(index, in: focused)
    }

    /// So many rows or lines down, or up; never past the ends.
    mutating func scroll(by rows: Int) {
        guard let focused else { return scrollText(by: rows) }
        guard let index = focused.listing.selectedIndex(focused.state) else { return }
        select(min(max(0, index + rows), focused.listing.ids.count - 1), in: focused)
    }

    private mutating func scrollText(_ action: ActionID) {
        let visible = layout(of: size, listing: nil).table.inner.rows
        let step =
            switch action {
            case .moveDown: 1
            case .moveUp: -1
            case .pageDown: visible
            case .pageUp: -visible
            case .halfPageDown: max(1, visible / 2)
            case .halfPageUp: -max(1, visible / 2)
            case .top: -recordText.rows.count
            case .bottom: recordText.rows.count
            default: 0
            }
        scrollText(by: step)
    }

    private mutating func scrollText(by step: Int) { moveCursor(to: textCursor + step) }

    mutating func nextPane() {
        guard let listing, layout(of: size, listing: listing).events != nil else { return }
        screen.focus = screen.focus == .table ? .events : .table
        settle()
    }

    // MARK: Going places

    mutating func go(to place: Place) {
        screens.append(Screen(place))
        settle()
    }

    /// Shows a root screen as it was left.
    mutating func goToRoot(_ place: Place) {
        rememberedRoots[screens[0].place.view] = screens[0]
        screens = [rememberedRoots[place.view] ?? Screen(place)]
        browser = nil
        settle()
    }

    /// By a key that leaves klamm from the topmost view, or by one that does not.
    mutating func back(quittingBy chord: KeyChord? = nil, isAgain: Bool = false) -> [Command] {
        if !screen.list.filter.isEmpty || !screen.lower.filter.isEmpty {
            screen.list.filter = ""
            screen.lower.filter = ""
            settle()
            return []
        }
        if case .records = place, let browser, browser.filter != nil {
            guard browser.search?.isRunning == true else { return clearSearch() }
            self.browser?.search?.isRunning = false
            return []
        }
        if screens.count > 1 {
            if case .records = place { browser = nil }
            screens.removeLast()
            settle()
            return []
        }
        // In a story, klamm's own cluster is one step further away.
        if story != nil { return leaveStory() }
        return chord.map { leave(by: $0, isAgain: isAgain) } ?? []
    }

    mutating func open() -> [Command] {
        if isEventsFocused || place == .events { return openEvent() }
        guard let id = listing?.selectedID(screen.list) else { return [] }
        if place == .story {
            showStoryText()
            return []
        }
        switch (place, id) {
        case (.scenarios, .name(let name)): return play(scenario: name)
        case (.topics, .name(let name)): go(to: .topic(name))
        case (.groups, .name(let name)): go(to: .group(name))
        case (.clients, .client(let name)): go(to: .client(name))
        case (.client(let client), .name(let name)): editSetting(name, of: client)
        case (.configs(let topic), .name(let name)): editConfig(name, of: topic)
        case (.faults, _):
            guard let node = selectedNode, !node.isController else { break }
            go(to: .broker(node))
        case (.price, .number(let number)) where number < 0: go(to: .price(-Int(truncatingIfNeeded: number)))
        case (.segments(let partition, _), _): return openSegment(of: partition)
        case (.ledger, .number(let number)): go(to: .loss(Int(truncatingIfNeeded: number)))
        case (.ledger, .verdict(let verdict)): open(verdict)
        case (.loss, _): openJourney()
        case (.finding(let verdict), .number(let number)):
            return openExample(Int(truncatingIfNeeded: number), of: verdict)
        case (.brokers, .number(let number)):
            let id = BrokerID(Int32(truncatingIfNeeded: number))
            if !id.isController { go(to: .broker(id)) }
        case (.broker, .partition(let partition)):
            go(to: .topic(partition.topic))
            screen.list.selected = .partition(partition)
            settle()
        case (.topic, .partition(let partition)), (.group, .partition(let partition)):
            return browse(partition.topic, partition: partition.partition)
        case (.records(let topic, _), .record(let partition, let offset)):
            go(to: .record(TopicPartition(topic: topic, partition: partition), offset: offset))
        default: break
        }
        return []
    }

    // MARK: Sorting

    mutating func sort(by step: Int) {
        guard let listing, !isEventsFocused else { return }
        let sortable = listing.columns.filter(\.isSortable).map(\.title)
        guard !sortable.isEmpty else { return }
        // One place more than there are columns: the order in which the rows came.
        let now = screen.list.sort.flatMap { sortable.firstIndex(of: $0.column) } ?? sortable.count
        let next = (now + step + sortable.count + 1) % (sortable.count + 1)
        screen.list.sort =
            next == sortable.count ? nil : ListState.Sort(column: sortable[next], isDescending: false)
        settle()
    }

    mutating func turnSort() {
        guard let sort = screen.list.sort else { return show(.note, "Choose a column first: \(keyName(.sortRight))") }
        screen.list.sort = ListState.Sort(column: sort.column, isDescending: !sort.isDescending)
        settle()
    }
}
