/// Folding the JSON of the record that is open, by the line under the cursor.
extension Model {
    var recordText: RecordText {
        RecordView.text(self, width: layout(of: size, listing: nil).table.inner.columns - 2)
    }

    private var textRows: Int { layout(of: size, listing: nil).table.inner.rows }

    /// The row of the page that the cursor is on.
    var textCursor: Int { screen.textPlace(recordText, visible: textRows).cursor }

    mutating func moveCursor(to row: Int) {
        let text = recordText
        screen.textCursor = min(max(0, row), max(0, text.rows.count - 1))
        screen.textTop = screen.textPlace(text, visible: textRows).top
    }

    private var lineHere: JSONOutline.Line? {
        let rows = recordText.rows
        return rows.indices.contains(textCursor) ? rows[textCursor].json : nil
    }

    /// What is folded is unfolded, and the other way round; on a value, what it lies in.
    mutating func toggleFold() {
        guard let node = lineHere?.node else { return show(.note, "There is nothing to fold in this line") }
        turn(node)
    }

    /// Folds what begins here; from within goes to where it begins, and from what is folded to where that lies in.
    mutating func foldHere() {
        guard let line = lineHere, let node = line.node else {
            return show(.note, "There is nothing to fold in this line")
        }
        if case .begin = line.part { return turn(node) }
        guard let target = line.isFolded ? line.parent : node, let row = recordText.row(of: target) else { return }
        moveCursor(to: row)
    }

    /// Unfolds what is folded here, else goes on into it.
    mutating func unfoldHere() {
        guard let line = lineHere, line.begins, let node = line.node else {
            return show(.note, "There is nothing to unfold in this line")
        }
        if line.isFolded { turn(node) } else { moveCursor(to: textCursor + 1) }
    }

    private mutating func turn(_ node: Int) {
        if screen.turnedFolds.remove(node) == nil { screen.turnedFolds.insert(node) }
        stand(on: node)
    }

    /// Goes to where the container begins, after something was folded.
    private mutating func stand(on node: Int?) {
        layOutRecord()
        guard let node, let row = recordText.row(of: node) else { return moveCursor(to: textCursor) }
        moveCursor(to: row)
    }

    /// Everything within the value, or nothing of it.
    mutating func foldAll() {
        guard recordJSON != nil else { return show(.note, "There is no JSON to fold") }
        let isAnyFolded = recordText.rows.contains { $0.json?.isFolded == true }
        fold(from: isAnyFolded ? nil : 1)
    }

    /// Folds what lies deepest and is not folded yet, or unfolds one level.
    mutating func fold(by step: Int) {
        guard let depth = recordJSON?.depth else { return show(.note, "There is no JSON to fold") }
        let folded = min(depth, max(1, (look.foldedFrom ?? depth) + step))
        fold(from: folded >= depth ? nil : folded)
    }

    private mutating func fold(from depth: Int?) {
        let node = lineHere?.node
        screen.turnedFolds = []
        changeLook { $0.foldedFrom = depth }
        layOutRecord()
        // What it was in may be folded itself.
        stand(on: node.flatMap { recordText.row(of: $0) == nil ? nil : $0 })
    }

    private var recordJSON: JSONValue? {
        guard let laidOutRecord, laidOutRecord.ingredients.row == recordHere else {
            return recordHere.flatMap { RecordContent($0.value, look).json }
        }
        return laidOutRecord.content.json
    }
}
