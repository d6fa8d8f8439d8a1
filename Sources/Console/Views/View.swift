import KafkaCluster
import KafkaProtocol

/// The picture of a model on a screen of this size. Pure: the same model and size always give the same grid.
package func view(_ model: Model, _ size: Size) -> Grid {
    var grid = Grid(size: size)
    guard size.columns >= Size.smallest.columns, size.rows >= Size.smallest.rows else {
        TooSmallView.draw(size, on: &grid)
        return grid
    }
    // Views ask the model for the screen's width.
    var model = model
    model.size = size
    var listing = model.listing
    if model.snapshot == nil { listing?.empty = "Waiting for the first picture of the cluster…" }
    let layout = model.layout(of: size, listing: listing)
    Header.draw(model, in: layout.header, on: &grid)
    ClientsStrip.draw(model, in: layout.clients, on: &grid)
    let isTableFocused = model.screen.focus == .table || layout.events == nil
    if let listing {
        drawTable(model, listing, in: layout.table, below: layout.above, isFocused: isTableFocused, on: &grid)
    } else {
        drawText(model, in: layout.table, on: &grid)
    }
    if let area = layout.events { drawEvents(model, in: area, isFocused: !isTableFocused, on: &grid) }
    Foot.draw(model, layout, on: &grid)
    Overlays.draw(model, layout, on: &grid)
    return grid
}

private func drawTable(
    _ model: Model, _ listing: Listing, in area: Rectangle, below above: Rectangle?, isFocused: Bool,
    on grid: inout Grid
) {
    var remark = model.isPaused ? StyledText("‖ paused", .warning, .bold) : StyledText()
    var foot = position(listing, model.screen.list, in: area.inner)
    let title = title(model, listing)
    let room = area.columns - title.width - remark.width - 12
    switch model.place {
    case .topic(let name):
        remark = joined(remark, TopicView.remark(model, topic: name, room: room))
        foot = joined(foot, TopicView.legend)
    case .broker(let id):
        remark = joined(remark, BrokerView.remark(model, broker: id))
        foot = joined(foot, TopicView.legend)
    case .story: if let story = model.story { remark = joined(remark, StoryView.remark(model, story, room: room)) }
    case .groups: foot = joined(foot, Sparkline.lagLegend)
    case .group(let id):
        remark = joined(remark, GroupView.remark(model, group: id, room: room))
        // On a narrow screen the column drops out.
        if model.size.columns >= 110 { foot = joined(foot, Sparkline.lagLegend) }
    case .finding(let verdict):
        guard let above else {
            foot = joined(foot, FindingView.foot(model, verdict))
            break
        }
        let lines = FindingView.above(model, verdict, columns: above.columns)
        for (offset, line) in lines.prefix(above.rows).enumerated() {
            grid.put(line, row: above.row + offset, column: 2, width: above.columns - 4)
        }
    case .ledger: remark = joined(remark, LedgerView.remark(model, room: room))
    case .client(let name):
        remark = joined(remark, ClientView.remark(model, client: name))
        foot = joined(ClientView.foot(model, client: name), foot)
    case .configs(let topic): foot = joined(ConfigsView.foot(model, topic: topic), foot)
    case .timeline:
        remark = joined(remark, TimelineView.remark(model))
        foot = joined(foot, TimelineView.legend)
    case .reset(let reset):
        remark = joined(remark, ResetView.remark(model, reset))
        foot = joined(foot, ResetView.foot(model, reset))
    case .brokers: remark = joined(remark, BrokersView.remark(model))
    case .faults: foot = joined(foot, PriceView.hint(model))
    case .segments(let partition, _): foot = joined(SegmentsView.foot(model, partition), foot)
    case .producers(let topic): foot = joined(ProducersView.foot(model, topic: topic), foot)
    case .journey(let subject):
        remark = joined(remark, JourneyView.remark(model, subject))
        foot = joined(JourneyView.foot(model, subject), foot)
    case .price:
        remark = joined(remark, PriceView.remark(model))
    case .loss(let number): remark = joined(remark, LossView.remark(model, number: number))
    case .records:
        if let browser = model.browser {
            remark = joined(remark, RecordsView.remark(browser))
            foot = joined(RecordsView.foot(model, browser), foot)
        }
    default: break
    }
    grid.frame(area, title: title, remark: remark, foot: foot, isFocused: isFocused)
    if model.place == .brokers {
        drawNodes(model, listing, in: area.inner, isFocused: isFocused, on: &grid)
        return
    }
    let geometry = grid.table(listing, state: model.screen.list, in: area.inner, isFocused: isFocused)
    if case .setting(let edit)? = model.overlay { ClientView.draw(edit, in: geometry, on: &grid) }
}

/// As cards where they fit, else as a table; below them the links that are not as they should be.
private func drawNodes(_ model: Model, _ listing: Listing, in area: Rectangle, isFocused: Bool, on grid: inout Grid) {
    let links = LinkDiagram.lines(model)
    let linkRows = links.count < area.rows - 4 ? links.count : 0
    let top = Rectangle(row: area.row, column: area.column, rows: area.rows - linkRows, columns: area.columns)
    if let cards = ClusterCards(model, listing, in: model.size) {
        cards.draw(model.screen.list, in: top, isFocused: isFocused, on: &grid)
    } else {
        grid.table(listing, state: model.screen.list, in: top, isFocused: isFocused)
    }
    for (offset, line) in links.prefix(linkRows).enumerated() {
        grid.put(line, row: top.row + top.rows + offset, column: area.column + 1, width: area.columns - 2)
    }
}

private func drawText(_ model: Model, in area: Rectangle, on grid: inout Grid) {
    let inner = area.inner
    let text = RecordView.text(model, width: inner.columns - 2)
    let (cursor, top) = model.screen.textPlace(text, visible: inner.rows)
    let more = text.rows.count - inner.rows - top
    let foot = more > 0 ? StyledText("\(Figures.plural(Int64(more), "line")) below", .muted) : StyledText()
    grid.frame(area, title: title(model, nil), foot: foot)
    for (offset, row) in text.rows[top...].prefix(inner.rows).enumerated() {
        let place = Rectangle(row: inner.row + offset, column: inner.column, rows: 1, columns: inner.columns)
        grid.target(place, .row(top + offset, .table))
        grid.put(text.line(row), row: place.row, column: place.column + 1, width: place.columns - 2)
        if top + offset == cursor { grid.restyle(place) { $0.isSelected = true } }
    }
}

private func drawEvents(_ model: Model, in area: Rectangle, isFocused: Bool, on grid: inout Grid) {
    let listing = EventsView.lowerListing(model)
    let foot = position(listing, model.screen.lower, in: area.inner)
    grid.frame(
        area, title: StyledText("What happened", .title), foot: isFocused ? foot : StyledText(), isFocused: isFocused)
    grid.table(listing, state: model.screen.lower, in: area.inner, isFocused: isFocused, pane: .events)
}

/// `Topics(all)[12]`; with a filter `Topics(/ord)[3 of 12]`.
private func title(_ model: Model, _ listing: Listing?) -> StyledText {
    let (kind, scope): (String, String) =
        switch model.place {
        case .brokers: ("Brokers", "all")
        case .broker(let id): (id.isController ? "Controller" : "Broker", "\(id)")
        case .topics: ("Topics", "all")
        case .topic(let name): ("Topic", name)
        case .records(let name, let partition): ("Records", partition.map { "\(name)-\($0)" } ?? name)
        case .record(let partition, let offset): ("Record", "\(partition) @ \(Figures.count(offset))")
        case .groups: ("Groups", "all")
        case .group(let id): ("Group", id)
        case .events: ("Events", "all")
        case .scenarios: ("Scenarios", "all")
        case .story: ("Story", model.story?.head.name ?? "none")
        case .ledger: ("Ledger", "all")
        case .loss(let number): ("Loss", "\(number)")
        case .finding(let verdict): ("Finding", verdict.title)
        case .faults: ("Faults", "active")
        case .clients: ("Clients", "klamm's own")
        case .client(let name): (name.kind.uppercasedFirst, name.subject)
        case .members(let group): ("Members", group)
        case .timeline(let topic): ("ISR over time", topic)
        case .configs(let topic): ("Settings", topic)
        case .segments(let partition, let broker):
            ("Log files", broker.map { "\(partition) on \($0)" } ?? "\(partition)")
        case .producers(let topic): ("Producer ids", topic)
        case .journey(let subject): ("Journey", JourneyView.title(model, subject))
        case .price(let number): ("Price", PriceView.title(model, number))
        case .reset(let reset): ("Reset", reset.group)
        }
    var text =
        StyledText(kind, .title) + StyledText("(", .border) + StyledText(scope, .accent) + StyledText(")", .border)
    guard let listing, model.snapshot != nil else { return text }
    let filter = model.screen.list.filter
    let count =
        filter.isEmpty
        ? Figures.count(listing.total) : "\(Figures.count(listing.ids.count)) of \(Figures.count(listing.total))"
    text += StyledText("[", .border) + StyledText(count, .text, .bold) + StyledText("]", .border)
    if !filter.isEmpty { text += StyledText(" /\(filter)", .key) }
    return text
}

/// Which rows are seen, if not all.
private func position(_ listing: Listing, _ state: ListState, in area: Rectangle) -> StyledText {
    let visible = area.rows - 1
    guard visible > 0, listing.wraps != .never || listing.ids.count > visible else { return StyledText() }
    let top = listing.top(state, visible: visible)
    let seen =
        listing.wraps != .never ? listing.shown(state, in: area).range : top..<min(listing.ids.count, top + visible)
    guard seen.count < listing.ids.count else { return StyledText() }
    let (first, last) = (Figures.count(seen.lowerBound + 1), Figures.count(seen.upperBound))
    return StyledText("\(first)–\(last) of \(Figures.count(listing.ids.count))", .muted)
}

private func joined(_ left: StyledText, _ right: StyledText) -> StyledText {
    left.runs.isEmpty ? right : right.runs.isEmpty ? left : left + StyledText("  ") + right
}
