import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// Brokers and controllers as cards, from the cells of their table's rows. Where they do not all fit at once, there are none:
/// the table holds more.
///
/// ```
/// ╭─ ● Broker 1 · running ──────────────╮
/// │ 127.0.0.1:9092                      │
/// │ Leads          31  Replicas      63 │
/// │ In     5.2 KiB/s  Out      10 KiB/s │
/// │ Disk       46 MiB  Clients        7 │
/// │ ◐ 1 replica out of sync             │
/// │ ✗ disk 1 slow 50ms                  │
/// ╰─────────────────────────────────────╯
/// ```
struct ClusterCards {
    private static let leastWidth = 36
    private static let mostWidth = 46
    private static let gap = 1
    private static let brokerRows = 8
    private static let controllerRows = 5
    private static let mostTroubles = 2

    /// One line of cards of the same height, by their places in the listing.
    private struct Line {
        var indices: [Int]
        var rows: Int
    }

    private let listing: Listing
    private let troubles: [RowID: [StyledText]]
    private var lines: [Line] = []
    private var width = 0
    /// Screen rows that the cards take.
    private(set) var rows = 0

    init?(_ model: Model, _ listing: Listing, in size: Size) {
        self.listing = listing
        guard let snapshot = model.snapshot, !listing.ids.isEmpty else { return nil }
        troubles = Self.troubles(snapshot)
        // Within the frame, with a blank column on either side.
        let room = size.columns - 4
        let most = (room + Self.gap) / (Self.leastWidth + Self.gap)
        guard most > 0 else { return nil }
        let controllers = Set(snapshot.controllers.map { RowID.number(Int64($0.id.rawValue)) })
            .subtracting(snapshot.brokers.map { RowID.number(Int64($0.id.rawValue)) })
        let all = Array(listing.ids.indices)
        let perLine: Int
        if all.count <= most {
            perLine = all.count
            lines = [Line(indices: all, rows: Self.brokerRows)]
        } else {
            let brokers = all.filter { !controllers.contains(listing.ids[$0]) }
            let others = all.filter { controllers.contains(listing.ids[$0]) }
            perLine = min(most, max(brokers.count, others.count))
            lines =
                Self.lines(of: brokers, perLine, Self.brokerRows) + Self.lines(of: others, perLine, Self.controllerRows)
        }
        width = min(Self.mostWidth, (room - Self.gap * (perLine - 1)) / perLine)
        rows = lines.reduce(0) { $0 + $1.rows }
        // As if something was being typed, so that a prompt does not turn cards into a table.
        let fixed = ScreenLayout.headerRows + ClientsStrip.rows(model, width: size.columns) + 1 + 2 + 2
        let links = LinkDiagram.lines(model).count
        guard rows + links + fixed <= size.rows else { return nil }
    }

    private static func lines(of indices: [Int], _ perLine: Int, _ rows: Int) -> [Line] {
        stride(from: 0, to: indices.count, by: perLine).map {
            Line(indices: Array(indices[$0..<min($0 + perLine, indices.count)]), rows: rows)
        }
    }

    /// What is wrong with each node beside its state.
    private static func troubles(_ snapshot: ClusterSnapshot) -> [RowID: [StyledText]] {
        var troubles: [RowID: [StyledText]] = [:]
        func add(_ id: BrokerID, _ text: StyledText) { troubles[.number(Int64(id.rawValue)), default: []].append(text) }
        for broker in snapshot.brokers {
            if let reason = broker.logDirectoryFailure { add(broker.id, Sign.gone.text(reason)) }
        }
        for active in snapshot.faults {
            for id in active.fault.victims {
                add(id, Sign.gone.text + " " + StyledText(active.fault.description, .fault))
            }
        }
        return troubles
    }

    // MARK: Drawing

    func draw(_ state: ListState, in area: Rectangle, isFocused: Bool, on grid: inout Grid) {
        let selected = listing.selectedIndex(state)
        var row = area.row
        for line in lines {
            var column = area.column + 1
            for index in line.indices {
                let card = Rectangle(row: row, column: column, rows: line.rows, columns: width)
                draw(index, isSelected: index == selected && isFocused, in: card, on: &grid)
                column += width + Self.gap
            }
            row += line.rows
        }
    }

    private func draw(_ index: Int, isSelected: Bool, in card: Rectangle, on grid: inout Grid) {
        let cells = Dictionary(
            zip(listing.columns.map(\.title), listing.cells(index)), uniquingKeysWith: { first, _ in first })
        func cell(_ title: String) -> StyledText { cells[title] ?? StyledText() }
        let whole = cell("Node") + StyledText(" · ", .border) + cell("State")
        // A long state takes the address's place.
        let isWhole = whole.width <= card.columns - 6
        let title = isWhole ? whole : cell("Node")
        grid.frame(card, title: title, isFocused: isSelected)
        grid.target(card, .row(index, .table))
        if isSelected {
            let width = min(title.width, card.columns - 6) + 2
            grid.restyle(Rectangle(row: card.row, column: card.column + 2, rows: 1, columns: width)) {
                $0.isSelected = true
            }
        }
        let inner = Rectangle(
            row: card.row + 1, column: card.column + 2, rows: card.rows - 2, columns: card.columns - 4)
        let isController = cell("Leads").runs.isEmpty
        var lines: [(left: (String, StyledText), right: (String, StyledText)?)] = []
        if isController {
            lines.append((("Epoch", cell("Epoch")), ("Behind", cell("Behind"))))
            lines.append((("Log end", cell("Log end")), nil))
        } else {
            for (left, right) in [("Leads", "Replicas"), ("In", "Out"), ("Disk", "Clients")] {
                lines.append(((left, cell(left)), (right, cell(right))))
            }
        }
        var row = inner.row
        if !isController {
            grid.put(cell(isWhole ? "Address" : "State"), row: row, column: inner.column, width: inner.columns)
            row += 1
        }
        let half = (inner.columns - 2) / 2
        for line in lines {
            Self.put(line.left.0, line.left.1, row: row, column: inner.column, width: half, on: &grid)
            if let right = line.right {
                Self.put(right.0, right.1, row: row, column: inner.column + half + 2, width: half, on: &grid)
            }
            row += 1
        }
        draw(troubles(of: index, cell("Out of sync")), from: row, in: inner, on: &grid)
    }

    private func troubles(of index: Int, _ outOfSync: StyledText) -> [StyledText] {
        var own = troubles[listing.ids[index]] ?? []
        if !["", "0"].contains(outOfSync.plain) {
            let noun = outOfSync.plain == "1" ? "replica" : "replicas"
            own.append(StyledText("◐ ", .lagging) + outOfSync + StyledText(" \(noun) out of sync", .lagging))
        }
        return own
    }

    private func draw(_ troubles: [StyledText], from row: Int, in inner: Rectangle, on grid: inout Grid) {
        let room = min(Self.mostTroubles, inner.row + inner.rows - row)
        guard room > 0 else { return }
        for (offset, trouble) in troubles.prefix(room).enumerated() {
            var trouble = trouble
            if offset == room - 1, troubles.count > room {
                trouble += StyledText(" · \(troubles.count - room) more", .muted)
            }
            grid.put(trouble, row: row + offset, column: inner.column, width: inner.columns)
        }
    }

    /// A label at the left, its figure at the right.
    private static func put(
        _ label: String, _ figure: StyledText, row: Int, column: Int, width: Int, on grid: inout Grid
    ) {
        grid.put(label, row: row, column: column, style: Style(.muted), width: width)
        let room = min(figure.width, max(0, width - label.count - 1))
        grid.put(figure, row: row, column: column + width - room, width: room)
    }
}
