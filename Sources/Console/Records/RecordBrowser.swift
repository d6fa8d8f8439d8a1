import KafkaCluster
import KafkaProtocol

/// The records of one topic that have been read, and where reading goes on.
///
/// ```
/// idle    --seek, page, tail--> loading (a query is out)
/// loading --page--> idle                  (neither tailing nor searching)
/// loading --page--> loading               (searching: on from where the page ended, until the end or the bound)
/// loading --page--> idle until nextFetch  (tailing: the next query waits for records at the broker)
/// loading --seek--> loading               (the older answer is ignored by its id)
/// ```
package struct RecordBrowser: Hashable, Sendable {
    /// Rows and bytes of them that are kept. A search stops there; a tail drops its oldest.
    package static let rowsMax = 2000
    package static let bytesMax = 32 << 20
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
    /// Only these records are shown; nil for all.
    package var filter: RecordFilter?
    /// A search that is on, or the last one.
    package var search: Search?
    /// What was shown before it.
    package var before = Before.nothing

    package indirect enum Before: Hashable, Sendable {
        case nothing
        case records(RecordBrowser, ListState)
    }

    package struct Awaited: Hashable, Sendable {
        package enum Placement: Hashable, Sendable { case replace, append, prepend }
        package var id: UInt64
        package var placement: Placement
    }

    /// How far a search has come through the topic.
    package struct Search: Hashable, Sendable {
        package enum Direction: Hashable, Sendable { case forward, backward }
        package var direction: Direction
        package var isRunning = true
        /// Where it began in each partition that was read so far.
        package var begin: [Int32: Int64] = [:]

        mutating func note(_ marks: [PartitionMark]) {
            for mark in marks where isRunning && begin[mark.partition] == nil {
                begin[mark.partition] =
                    direction == .backward ? mark.nextOffset : mark.firstOffset ?? mark.logStartOffset
            }
        }
    }

    package init(topic: String, partition: Int32?) {
        self.topic = topic
        self.partition = partition
    }

    /// Whether some partition that was read goes on after the last row.
    var hasLater: Bool { marks.contains { $0.nextOffset < $0.highWatermark } }

    /// Where reading goes on after the last row.
    var later: [PartitionOffset] { marks.map { PartitionOffset(partition: $0.partition, offset: $0.nextOffset) } }

    /// The last offset that a search is for lies before the log's end somewhere: it has not come to that.
    var endsWithinLog: Bool {
        guard let offsets = filter?.offsets else { return false }
        return marks.contains { $0.nextOffset >= offsets.upperBound }
    }

    /// The first offset that a search is for lies past the log's beginning somewhere.
    var beginsWithinLog: Bool {
        guard let offsets = filter?.offsets, offsets.lowerBound > 0 else { return false }
        return marks.contains { $0.logStartOffset <= offsets.lowerBound }
    }

    /// The first offset of each partition shown, for the page before this one; empty at the beginning.
    var earlier: [PartitionOffset] {
        guard marks.contains(where: { $0.logStartOffset < firstOffset($0) }) else { return [] }
        return marks.map { PartitionOffset(partition: $0.partition, offset: firstOffset($0)) }
    }

    private func firstOffset(_ mark: PartitionMark) -> Int64 {
        // Between the beginning of a search and its first find there are no records to show.
        if filter != nil, let first = mark.firstOffset { return first }
        return rows.first { $0.partition == mark.partition }?.offset ?? mark.firstOffset ?? mark.nextOffset
    }

    /// Whether no more rows are kept without dropping others.
    var isFull: Bool {
        rows.count >= Self.rowsMax || rows.reduce(0) { $0 + $1.byteCount } >= Self.bytesMax
    }

    /// Offsets that the search has gone over, and all that it goes over.
    var progress: (read: Int64, all: Int64)? {
        guard let search else { return nil }
        var (read, all): (Int64, Int64) = (0, 0)
        for mark in marks {
            guard let begin = search.begin[mark.partition] else { continue }
            switch search.direction {
            case .forward:
                read = read.saturatingAdd(max(0, mark.nextOffset.saturatingSubtract(begin)))
                all = all.saturatingAdd(max(0, mark.highWatermark.saturatingSubtract(begin)))
            case .backward:
                read = read.saturatingAdd(max(0, begin.saturatingSubtract(firstOffset(mark))))
                all = all.saturatingAdd(max(0, begin.saturatingSubtract(mark.logStartOffset)))
            }
        }
        return (read, max(read, all))
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
            for mark in page.marks { merge(mark, isEarlier: false) }
            if search?.isRunning != true { dropOldest() }
        case .prepend:
            rows = page.rows + rows
            for mark in page.marks { merge(mark, isEarlier: true) }
        }
        search?.note(page.marks)
    }

    /// A partition that could not be read this time keeps its place.
    private mutating func merge(_ mark: PartitionMark, isEarlier: Bool) {
        guard let index = marks.firstIndex(where: { $0.partition == mark.partition }) else {
            marks.append(mark)
            return
        }
        var merged = mark
        if isEarlier {
            merged.nextOffset = marks[index].nextOffset
        } else {
            merged.firstOffset = marks[index].firstOffset
        }
        marks[index] = merged
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

    private mutating func dropOldest() {
        var bytes = rows.reduce(0) { $0 + $1.byteCount }
        var count = max(0, rows.count - Self.rowsMax)
        bytes -= rows.prefix(count).reduce(0) { $0 + $1.byteCount }
        while bytes > Self.bytesMax, count < rows.count - 1 {
            bytes -= rows[count].byteCount
            count += 1
        }
        for row in rows.prefix(count) {
            guard let index = marks.firstIndex(where: { $0.partition == row.partition }) else { continue }
            marks[index].firstOffset = row.offset + 1
        }
        rows.removeFirst(count)
    }
}
