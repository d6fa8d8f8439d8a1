import KafkaProtocol

/// What a column is sorted by. What is unknown comes last, whichever way round.
enum SortValue: Hashable {
    case text(String)
    case number(Double)
    /// By topic, and then by number.
    case partition(TopicPartition)
    case unknown

    static func count(_ value: Int64?) -> Self { value.map { .number(Double($0)) } ?? .unknown }
    static func count(_ value: Int) -> Self { .number(Double(value)) }
}

/// One column of a table of `Item`s: how it is laid out, shown and sorted.
struct Column<Item> {
    enum Alignment: Hashable, Sendable { case left, right }

    /// Also its name in the table's order of sorting.
    var title: String
    var alignment = Alignment.left
    var minimum: Int
    /// More than this is not asked for, however long the contents.
    var maximum = 60
    /// May be clipped down to `minimum`; other columns are shown whole or not at all, as numbers must be.
    var shrinks = false
    var priority = 0
    var sort: ((Item) -> SortValue)?
    var cell: (Item) -> StyledText
}

/// Whether the sentences of a column take several lines. That of the selected row always does, where any do.
enum Wrapping: Hashable {
    case never
    /// Where each row has a line, as far as there is room left: the rows are what one looks for.
    case intoRoom
    /// Rows at the end give way: the sentences are what one reads.
    case whole
}

/// The rows of a list and how to show them; made anew for each picture, so only what is seen is turned into text.
struct Table<Item> {
    var items: [Item]
    var columns: [Column<Item>]
    var id: (Item) -> RowID
    /// What a filter looks at.
    var words: (Item) -> String
    /// Shown instead of rows.
    var empty: String
    /// How far apart columns may stand where there is room; sentences stand close to what precedes them.
    var gapMost = TableLayout.gapMost
    var wraps = Wrapping.never
    /// The column whose sentences take several lines; the last unless said otherwise.
    var wrapped: Int?

    func listing(_ state: ListState) -> Listing {
        var rows = Array(items.indices)
        let terms = state.filter.lowercased().split(separator: " ").map { Array($0.utf8) }
        if !terms.isEmpty {
            var words: [UInt8] = []
            rows.removeAll { row in
                words.replaceAll(withLowercased: self.words(items[row]))
                return !terms.allSatisfy { words.containsRun($0) }
            }
        }
        if let sort = state.sort, let value = columns.first(where: { $0.title == sort.column })?.sort {
            rows = Self.sorted(rows.map { (value(items[$0]), $0) }, isDescending: sort.isDescending)
        }
        let shown = rows
        return Listing(
            columns: columns.map {
                Listing.ColumnHead(
                    title: $0.title, isRight: $0.alignment == .right, minimum: $0.minimum, maximum: $0.maximum,
                    priority: $0.priority, shrinks: $0.shrinks, isSortable: $0.sort != nil)
            },
            ids: shown.map { id(items[$0]) }, total: items.count, empty: empty, gapMost: gapMost, wraps: wraps,
            wrapped: wrapped ?? columns.count - 1,
            cells: { row in columns.map { $0.cell(items[shown[row]]) } })
    }

    /// Rows with equal values keep their order, whichever way round.
    private static func sorted(_ keyed: [(key: SortValue, row: Int)], isDescending: Bool) -> [Int] {
        keyed.sorted { left, right in
            switch (left.key, right.key) {
            case (.number(let a), .number(let b)) where a != b: return isDescending ? a > b : a < b
            case (.text(let a), .text(let b)) where a != b: return isDescending ? a > b : a < b
            case (.partition(let a), .partition(let b)) where a != b: return isDescending ? a > b : a < b
            case (.unknown, .unknown): return left.row < right.row
            case (.unknown, _): return false
            case (_, .unknown): return true
            default: return left.row < right.row
            }
        }.map(\.row)
    }
}

/// A table's rows in the order shown, whatever they are rows of.
struct Listing {
    struct ColumnHead: Hashable {
        var title: String
        var isRight: Bool
        var minimum: Int
        var maximum: Int
        var priority: Int
        var shrinks: Bool
        var isSortable: Bool
    }

    var columns: [ColumnHead]
    var ids: [RowID]
    /// Before filtering.
    var total: Int
    var empty: String
    var gapMost: Int
    var wraps: Wrapping
    /// The column whose sentences take several lines.
    var wrapped: Int
    /// The texts of a row, by column.
    var cells: (Int) -> [StyledText]

    /// Where the selection is now; nil in an empty list. A selected row that is gone gives way to its neighbour.
    func selectedIndex(_ state: ListState) -> Int? {
        guard !ids.isEmpty else { return nil }
        let last = min(max(0, state.index), ids.count - 1)
        guard let selected = state.selected else { return last }
        if ids[last] == selected { return last }
        return ids.firstIndex(of: selected) ?? last
    }

    func selectedID(_ state: ListState) -> RowID? { selectedIndex(state).map { ids[$0] } }

    /// The first row shown, so that the selected one is on the screen.
    func top(_ state: ListState, visible: Int) -> Int {
        let most = max(0, ids.count - visible)
        var top = min(max(0, state.top), most)
        if let index = selectedIndex(state), visible > 0 {
            top = min(max(top, index - visible + 1), index)
        }
        return top
    }
}

extension [UInt8] {
    /// Becomes the text's UTF-8 in lower case, in the place that it has.
    mutating func replaceAll(withLowercased text: String) {
        removeAll(keepingCapacity: true)
        for byte in text.utf8 {
            guard byte < 0x80 else {
                self = Array(text.lowercased().utf8)
                return
            }
            append(byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte)
        }
    }

    /// Whether `run` occurs in it.
    func containsRun(_ run: [UInt8]) -> Bool {
        guard let first = run.first else { return true }
        guard run.count <= count else { return false }
        for start in 0...(count - run.count) where self[start] == first {
            if self[start..<start + run.count].elementsEqual(run) { return true }
        }
        return false
    }
}
