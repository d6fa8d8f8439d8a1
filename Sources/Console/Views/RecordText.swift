/// A record's page as rows of the screen's width.
struct RecordText: Hashable, Sendable {
    struct Row: Hashable, Sendable {
        /// Nil for what is coloured when it is seen.
        var text: StyledText?
        /// Of JSON, whole or a piece of it.
        var json: JSONOutline.Line?
        /// Which piece, from 0.
        var piece = 0
    }

    private(set) var rows: [Row] = []
    /// The first of the value.
    private(set) var valueRow = 0
    private let width: Int

    init(width: Int) { self.width = max(1, width) }

    mutating func append(_ lines: [StyledText]) {
        for line in lines { rows += line.wrapped(to: width).map { Row(text: $0) } }
    }

    mutating func append(_ lines: [JSONOutline.Line]) {
        rows.reserveCapacity(rows.count + lines.count)
        for line in lines {
            if let columns = line.plainWidth {
                for piece in 0..<max(1, (columns + width - 1) / width) { rows.append(Row(json: line, piece: piece)) }
            } else {
                rows += line.styled.wrapped(to: width).map { Row(text: $0, json: line) }
            }
        }
    }

    func line(_ row: Row) -> StyledText {
        if let text = row.text { return text }
        let pieces = row.json?.styled.wrapped(to: width) ?? []
        return pieces.indices.contains(row.piece) ? pieces[row.piece] : StyledText()
    }

    mutating func beginValue() { valueRow = rows.count }

    /// Where a container begins.
    func row(of node: Int) -> Int? { rows.firstIndex { $0.json?.node == node && $0.json?.begins == true } }
}

extension Screen {
    /// The row under the cursor, and the first one on the screen: at first the value's, as far as it is seen.
    func textPlace(_ text: RecordText, visible: Int) -> (cursor: Int, top: Int) {
        let last = max(0, text.rows.count - 1)
        let cursor = min(max(0, textCursor ?? min(text.valueRow, visible - 1)), last)
        let most = max(0, text.rows.count - visible)
        return (cursor, min(most, max(cursor - visible + 1, min(textTop, cursor), 0)))
    }
}
