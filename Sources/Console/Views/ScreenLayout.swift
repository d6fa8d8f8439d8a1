import KafkaCluster

/// Where the parts of a screen lie.
///
/// ```
/// header   4 rows: cluster at the left, key hints at the right
/// clients  1 or 2 rows: what klamm's own producers and consumers do, if there are any
/// prompt   1 row, while something is typed after / or :
/// above    what the view means, where its frame has no place for it
/// table    the framed view
/// events   what happened to its subject, where the table leaves room
/// crumbs   1 row: where we are, and the numbered views
/// foot     1 row, or as many as the toast takes
/// ```
struct ScreenLayout: Hashable {
    static let headerRows = 4
    /// Less than this is not worth a frame of its own.
    static let eventsLeast = 6

    var header: Rectangle
    var clients: Rectangle
    var prompt: Rectangle?
    var above: Rectangle?
    var table: Rectangle
    var events: Rectangle?
    var crumbs: Rectangle
    var foot: Rectangle
    /// Table and events together: where menus lie.
    var body: Rectangle {
        Rectangle(row: table.row, column: 0, rows: table.rows + (events?.rows ?? 0), columns: table.columns)
    }

    /// `rows` of a table, or nil for a view that takes all there is.
    init(_ size: Size, clientRows: Int, hasPrompt: Bool, rows: Int?, footRows: Int = 1) {
        func band(_ row: Int, _ rows: Int) -> Rectangle {
            Rectangle(row: row, column: 0, rows: rows, columns: size.columns)
        }
        header = band(0, Self.headerRows)
        clients = band(Self.headerRows, clientRows)
        var row = Self.headerRows + clientRows
        if hasPrompt {
            prompt = band(row, 1)
            row += 1
        }
        let body = size.rows - 1 - footRows - row
        crumbs = band(size.rows - 1 - footRows, 1)
        foot = band(size.rows - footRows, footRows)
        // Two lines of frame and a heading come on top of the rows.
        let needed = max(2, rows ?? body) + 3
        if body - needed >= Self.eventsLeast {
            table = band(row, needed)
            events = band(row + needed, body - needed)
        } else {
            table = band(row, body)
        }
    }

    /// As many lines as leave the table some.
    mutating func put(linesAboveTable lines: Int) {
        let lines = min(lines, max(0, table.rows - 6))
        guard lines > 0 else { return }
        above = Rectangle(row: table.row, column: 0, rows: lines, columns: table.columns)
        table = Rectangle(row: table.row + lines, column: 0, rows: table.rows - lines, columns: table.columns)
    }
}

extension Model {
    func layout(of size: Size, listing: Listing?) -> ScreenLayout {
        let hasPrompt =
            switch overlay {
            case .filter, .palette: true
            case .help, .menu, .form, .question, .setting, nil: false
            }
        let rows: Int? =
            switch place {
            case .brokers: listing.map { BrokersView.rows(self, $0, in: size) }
            case .faults: listing?.height(columns: size.columns, screen.list)
            case .broker, .topics, .topic, .groups, .group, .clients, .members, .reset, .timeline,
                .journey:
                listing?.total
            case .records, .record, .events, .scenarios, .story, .ledger, .loss, .finding, .client, .configs, .price,
                .segments, .producers:
                nil
            }
        var layout = ScreenLayout(
            size, clientRows: ClientsStrip.rows(self, width: size.columns), hasPrompt: hasPrompt, rows: rows,
            footRows: Foot.rows(self, columns: size.columns))
        if case .finding(let verdict) = place {
            layout.put(linesAboveTable: FindingView.above(self, verdict, columns: size.columns).count)
        }
        return layout
    }

    /// The rows of the screen's table; nil in a screen that is text.
    var listing: Listing? {
        switch place {
        case .brokers: BrokersView.listing(self)
        case .broker(let id): BrokerView.listing(self, broker: id)
        case .topics: TopicsView.listing(self)
        case .topic(let name): TopicView.listing(self, topic: name)
        case .groups: GroupsView.listing(self)
        case .group(let id): GroupView.listing(self, group: id)
        case .records: RecordsView.listing(self)
        case .events: EventsView.listing(self)
        case .scenarios: ScenariosView.listing(self)
        case .story: StoryView.listing(self)
        case .ledger: LedgerView.listing(self)
        case .loss(let number): LossView.listing(self, number: number)
        case .finding(let verdict): FindingView.listing(self, verdict)
        case .faults: FaultsView.listing(self)
        case .clients: ClientsView.listing(self)
        case .client(let name): ClientView.listing(self, client: name)
        case .members(let group): MembersView.listing(self, group: group)
        case .reset(let reset): ResetView.listing(self, reset)
        case .timeline(let topic): TimelineView.listing(self, topic: topic)
        case .segments(let partition, let broker): SegmentsView.listing(self, partition, broker: broker)
        case .producers(let topic): ProducersView.listing(self, topic: topic)
        case .journey(let subject): JourneyView.listing(self, subject)
        case .price(let number): PriceView.listing(self, number: number)
        case .configs(let topic): ConfigsView.listing(self, topic: topic)
        case .record: nil
        }
    }

    /// The key to press for an action here, as it is written: in what is said to somebody who has just pressed one.
    func keyName(_ action: ActionID) -> String {
        keymap.keys(for: action, in: place.view).first?.description ?? Figures.none
    }

    /// The same in what a view shows; nil where that is printed, and nobody can press a key.
    func keyHint(_ action: ActionID) -> String? { isPrinted ? nil : keyName(action) }
}
