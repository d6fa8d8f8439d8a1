import KafkaProtocol

/// How a record's bytes are shown.
package enum RecordStyle: Hashable, Sendable {
    /// JSON laid out, text as it is, anything else byte by byte.
    case automatic
    case hex

    var next: Self { self == .automatic ? .hex : .automatic }
}

/// The records of one topic that have been read, and where reading goes on.
///
/// ```
/// idle    --seek, page, tail--> loading (a query is out)
/// loading --page--> idle                  (not tailing)
/// loading --page--> idle until nextFetch  (tailing: the next query waits for records at the broker)
/// loading --seek--> loading               (the older answer is ignored by its id)
/// ```
package struct RecordBrowser: Hashable, Sendable {
    /// Rows kept while tailing; the oldest go first.
    package static let rowsMax = 2000
    package static let pageSize = 200

    package var topic: String
    package var partition: Int32?
    package var rows: [RecordRow] = []
    package var marks: [PartitionMark] = []
    package var error: String?
    /// In words: `from begin`.
    package var from = ""
    package var isTailing = false
    /// The query whose answer is awaited, and where its rows go.
    package var awaited: Awaited?
    /// When to ask again, while tailing.
    package var nextFetch: Instant?

    package struct Awaited: Hashable, Sendable {
        package enum Placement: Hashable, Sendable { case replace, append }
        package var id: UInt64
        package var placement: Placement
    }

    package init(topic: String, partition: Int32?) {
        self.topic = topic
        self.partition = partition
    }

    /// Whether some partition that was read goes on after the last row.
    var hasLater: Bool { marks.contains { $0.nextOffset < $0.highWatermark } }

    /// The first offset of each partition shown, for the page before this one; empty at the beginning.
    var earlier: [PartitionOffset] {
        let firsts = marks.map { mark in
            let first = rows.first { $0.partition == mark.partition }?.offset ?? mark.nextOffset
            return (mark, PartitionOffset(partition: mark.partition, offset: first))
        }
        guard firsts.contains(where: { $0.0.logStartOffset < $0.1.offset }) else { return [] }
        return firsts.map(\.1)
    }

    /// Appends a record where its time belongs: partitions answer one after the other. Those of one partition stay in
    /// the order of their offsets, whatever their timestamps say.
    private mutating func insert(_ row: RecordRow) {
        var index = rows.count
        if let timestamp = row.timestamp {
            while index > 0, rows[index - 1].partition != row.partition, let other = rows[index - 1].timestamp,
                other > timestamp
            {
                index -= 1
            }
        }
        rows.insert(row, at: index)
    }

    mutating func take(_ page: RecordPage) {
        guard let awaited, awaited.id == page.id else { return }
        self.awaited = nil
        error = page.error
        switch awaited.placement {
        case .replace:
            rows = page.rows
            marks = page.marks
        case .append:
            for row in page.rows { insert(row) }
            if rows.count > Self.rowsMax { rows.removeFirst(rows.count - Self.rowsMax) }
            // A partition that could not be read this time keeps its place.
            for mark in page.marks {
                if let index = marks.firstIndex(where: { $0.partition == mark.partition }) {
                    marks[index] = mark
                } else {
                    marks.append(mark)
                }
            }
        }
    }
}
