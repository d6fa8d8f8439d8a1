import KafkaProtocol

extension Model {
    /// The record that is open, or the selected one.
    var recordHere: RecordRow? {
        switch (place, listing?.selectedID(screen.list)) {
        case (.record(let partition, let offset), _): return RecordView.row(self, partition, offset: offset)
        case (.records, .record(let partition, let offset)?):
            return browser?.rows.first { $0.partition == partition && $0.offset == offset }
        default: return nil
        }
    }

    /// How the records that are shown are looked at.
    var look: TopicLook {
        guard let topic = browser?.topic else { return TopicLook() }
        var look = looks[topic] ?? snapshot.flatMap { memory.look(of: topic, in: $0.clusterID) } ?? TopicLook()
        look.schemas = schemas[topic] ?? RecordSchemas()
        return look
    }

    mutating func changeLook(_ change: (inout TopicLook) -> Void) {
        guard let browser else { return }
        var look = look
        change(&look)
        looks[browser.topic] = look
        // A story's cluster never comes again.
        guard story == nil, let cluster = snapshot?.clusterID else { return }
        unremembered = LookMemory.Entry(cluster: cluster, topic: browser.topic, look: look)
    }

    mutating func remember() -> [Command] {
        guard let entry = unremembered else { return [] }
        unremembered = nil
        return [.remember(entry)]
    }

    mutating func changeFormat(_ side: WritableKeyPath<TopicLook, ByteFormat>, _ name: String) {
        guard let topic = browser?.topic else { return }
        changeLook { $0[keyPath: side] = $0[keyPath: side].next }
        if case .record = place {
            screen.textTop = 0
            screen.textCursor = nil
            screen.turnedFolds = []
        }
        show(.note, "\(name) of \(topic) are shown \(look[keyPath: side].words)")
    }

    /// Lays the open record out when it is another, or is to be seen otherwise.
    mutating func layOutRecord() {
        guard case .record = place else {
            laidOutRecord = nil
            return
        }
        let width = layout(of: size, listing: nil).table.inner.columns - 2
        guard let ingredients = RecordView.ingredients(self, width: width),
            laidOutRecord?.ingredients != ingredients
        else { return }
        let former = laidOutRecord
        let laidOut = RecordView.layOut(ingredients, after: former)
        laidOutRecord = laidOut
        // What is told of the batch comes later, above the value: the line under the cursor stays under it.
        guard let former, former.ingredients.row == ingredients.row, former.ingredients.width == width,
            let cursor = screen.textCursor, cursor >= former.text.valueRow
        else { return }
        let shift = laidOut.text.valueRow - former.text.valueRow
        screen.textCursor = cursor + shift
        screen.textTop = max(0, screen.textTop + shift)
    }

    // MARK: Columns

    mutating func openColumnsForm() {
        guard browser != nil else { return }
        let now = look.columns.isEmpty ? suggestedColumns : look.columns.map(\.description)
        overlay = .form(
            Form(
                purpose: .jsonColumns, title: "Fields of JSON values as columns",
                fields: [
                    Form.Field(
                        label: "Fields", field: TextField(offering: now.joined(separator: ", ")),
                        hint: "id, user.name, items[0].sku; nothing for the whole value")
                ]))
    }

    /// The fields of the first records, as far as they fit on a screen.
    private var suggestedColumns: [String] {
        var names: [String] = []
        for row in browser?.rows.prefix(20) ?? [] {
            guard let value = row.value, value.count <= 64 << 10,
                case .object(let members)? = RecordSchemas.container(value, look.schemas.value)
            else { continue }
            for member in members where !member.value.isContainer {
                let name = JSONValue.unescaped(member.name)
                let isPlain = !name.isEmpty && !name.contains { ".[],*'\"$ ".contains($0) }
                if isPlain, !names.contains(name) { names.append(name) }
            }
        }
        return Array(names.prefix(6))
    }

    mutating func submitColumns(_ form: Form, _ text: String) -> [Command] {
        var columns: [JSONPath] = []
        for part in text.split(separator: ",") where !part.trimmed.isEmpty {
            do throws(JSONPath.Failure) {
                columns.append(try JSONPath(part.trimmed))
            } catch {
                return refuse(form, error.reason)
            }
        }
        guard columns.count <= TopicLook.columnsMax else {
            return refuse(form, "at most \(TopicLook.columnsMax) fields have a column")
        }
        overlay = nil
        changeLook { $0.columns = columns }
        return []
    }

    // MARK: Saving

    /// The records that are shown, one a line; nil on other screens.
    var recordLines: String? {
        guard let browser else { return nil }
        switch place {
        case .record: return recordHere.map { RecordLines.line($0, topic: browser.topic, look.schemas) + "\n" }
        case .records:
            let byID = Dictionary(
                browser.rows.map { (RowID.record(partition: $0.partition, offset: $0.offset), $0) },
                uniquingKeysWith: { first, _ in first })
            let rows = (listing?.ids ?? []).compactMap { byID[$0] }
            return rows.map { RecordLines.line($0, topic: browser.topic, look.schemas) + "\n" }.joined()
        default: return nil
        }
    }
}

/// A record's page as it was last laid out, and of what.
struct LaidOutRecord: Hashable, Sendable {
    var ingredients: RecordView.Ingredients
    var content: RecordContent
    var text: RecordText
}

extension JSONValue {
    /// How many containers lie in each other at most.
    var depth: Int {
        switch self {
        case .object(let members): 1 + members.reduce(0) { max($0, $1.value.depth) }
        case .array(let values): 1 + values.reduce(0) { max($0, $1.depth) }
        case .string, .number, .word: 0
        }
    }
}
