import KafkaCluster
import KafkaProtocol

/// One whole record.
enum RecordView {
    /// More of a value is not laid out on a screen: it would take seconds, and nobody reads it. Saving takes it whole.
    private static let contentMax = 128 << 10

    static func row(_ model: Model, _ partition: TopicPartition, offset: Int64) -> RecordRow? {
        guard let browser = model.browser, browser.topic == partition.topic else { return nil }
        return browser.rows.first { $0.partition == partition.partition && $0.offset == offset }
    }

    /// What a record's page is made of: the same of these gives the same lines.
    struct Ingredients: Hashable, Sendable {
        var row: RecordRow?
        var look: TopicLook
        var answer: Answer?
        var reason: String?
        var width: Int
        var utcOffsetSeconds: Int
    }

    static func ingredients(_ model: Model, width: Int) -> Ingredients? {
        guard case .record(let partition, let offset) = model.place else { return nil }
        return Ingredients(
            row: row(model, partition, offset: offset), look: model.look, answer: model.asked?.answer,
            reason: model.asked?.reason, width: width, utcOffsetSeconds: model.utcOffsetSeconds)
    }

    static func lines(_ model: Model, width: Int) -> [StyledText] {
        guard let ingredients = ingredients(model, width: width) else { return [] }
        if let laidOut = model.laidOutRecord, laidOut.ingredients == ingredients { return laidOut.lines }
        return lines(ingredients)
    }

    static func lines(_ page: Ingredients) -> [StyledText] {
        guard let row = page.row else {
            return [StyledText("This record is not among those read last.", .muted)]
        }
        let look = page.look
        var lines = facts(row, page)
        lines.append(StyledText())
        lines.append(heading("Value", row.value, look, width: page.width))
        lines += content(row.value, look)
        return lines.flatMap { $0.wrapped(to: max(1, page.width)) }
    }

    private static func facts(_ row: RecordRow, _ page: Ingredients) -> [StyledText] {
        let time =
            row.timestamp.map {
                StyledText(WallClock.dateAndTime($0, offsetSeconds: page.utcOffsetSeconds))
                    + StyledText(" \(WallClock.zone(offsetSeconds: page.utcOffsetSeconds))", .muted)
            } ?? StyledText(Figures.none, .muted)
        var lines = [
            label("Partition") + StyledText("\(row.partition)"),
            label("Offset") + StyledText(Figures.count(row.offset)),
            label("Timestamp") + time,
        ]
        lines += batch(row, page)
        lines += entry("Key", row.key, absent: "no key", page.look)
        if row.headers.isEmpty {
            lines.append(label("Headers") + StyledText("none", .muted))
        } else {
            lines.append(label("Headers") + StyledText(Figures.count(row.headers.count), .muted))
            for header in row.headers {
                let name = StyledText("  \(header.name)", .title)
                lines.append(name + StyledText(" = ", .muted) + Bytes.styled(header.value, absent: "null"))
            }
        }
        return lines
    }

    /// What only the brokers know: librdkafka tells nothing of a record's batch.
    private static func batch(_ row: RecordRow, _ page: Ingredients) -> [StyledText] {
        guard case .batch(_, let batch)? = page.answer else {
            return [label("Batch") + StyledText(page.reason.map { "\(Figures.unknown) \($0)" } ?? "asking…", .muted)]
        }
        let others =
            batch.baseOffset == batch.lastOffset
            ? "this record alone"
            : "\(Figures.count(batch.baseOffset))–\(Figures.count(batch.lastOffset)) · "
                + Figures.plural(Int64(batch.count), "record")
        let words = [
            others, Figures.bytes(Int64(batch.sizeInBytes)),
            batch.compression.map { $0 == .none ? "not compressed" : "\($0)" } ?? "an unknown compression",
        ]
        return [
            label("Batch") + StyledText(words.joined(separator: " · ")),
            label("Written")
                + StyledText("leader epoch \(batch.leaderEpoch) · \(batch.hasAppendTime ? "append" : "create") time"),
            label("Producer") + producer(batch, at: row.offset),
        ]
    }

    private static func producer(_ batch: RecordBatchFacts, at offset: Int64) -> StyledText {
        guard let producer = batch.producer else { return StyledText("not idempotent: it has no id", .muted) }
        var words = ["id \(producer.id)", "epoch \(producer.epoch)"]
        if let sequence = batch.sequence(at: offset) {
            let base = offset == batch.baseOffset ? "" : " (from \(Figures.count(Int64(producer.baseSequence))))"
            words.append("sequence \(Figures.count(Int64(sequence)))\(base)")
        }
        if batch.isTransactional { words.append("transactional") }
        return StyledText(words.joined(separator: " · "))
    }

    private static func entry(_ name: String, _ bytes: [UInt8]?, absent: String, _ look: TopicLook) -> [StyledText] {
        guard let bytes, look.key == .hex, !bytes.isEmpty else {
            return [label(name) + Bytes.styled(bytes, absent: absent, as: look.key, look.schemas.key)]
        }
        return [label(name) + StyledText(Figures.bytes(Int64(bytes.count)), .muted)]
            + Bytes.dump(Array(bytes.prefix(contentMax / 4)))
    }

    static func label(_ text: String) -> StyledText {
        StyledText(text + String(repeating: " ", count: max(1, 11 - text.count)), .muted)
    }

    private static func heading(_ name: String, _ bytes: [UInt8]?, _ look: TopicLook, width: Int) -> StyledText {
        var text = name
        if let bytes { text += " · \(Figures.bytes(Int64(bytes.count))) · \(kind(bytes, look))" }
        let line = String(repeating: "─", count: max(0, width - Glyphs.width(of: text) - 1))
        return StyledText(text + " ", .heading) + StyledText(line, .border)
    }

    private static func kind(_ bytes: [UInt8], _ look: TopicLook) -> String {
        switch look.value {
        case .hex: return "bytes"
        case .text: return "text"
        case .integer where ByteFormat.integer(bytes) != nil: return "integer"
        case .json where json(bytes, look) == nil: return "no JSON"
        case .integer where !bytes.isEmpty: return "no integer of 1, 2, 4 or 8 bytes"
        case .automatic, .json, .integer: break
        }
        if let schema = look.schemas.value, schema.read(bytes) != nil { return schema.words }
        if json(bytes, look) != nil { return "JSON" }
        return Bytes.text(bytes) == nil ? "binary" : "text"
    }

    private static func json(_ bytes: [UInt8], _ look: TopicLook) -> JSONValue? {
        guard bytes.count <= contentMax else { return nil }
        return look.value == .json
            ? RecordSchemas.json(bytes, look.schemas.value) : RecordSchemas.container(bytes, look.schemas.value)
    }

    private static func content(_ bytes: [UInt8]?, _ look: TopicLook) -> [StyledText] {
        guard let bytes else {
            return [StyledText("null: a tombstone, which deletes its key in a compacted topic", .muted)]
        }
        guard !bytes.isEmpty else { return [StyledText("empty", .muted)] }
        let left = bytes.count - contentMax
        guard left > 0 else { return whole(bytes, look) }
        // A dump takes four times the room.
        let isDump = look.value == .hex || Bytes.text(Bytes.beginning(bytes, most: 4096)) == nil
        let some = Bytes.beginning(bytes, most: isDump ? contentMax / 4 : contentMax)
        let more = StyledText(
            "… and \(Figures.bytes(Int64(bytes.count - some.count))) more, which are saved and copied but not shown",
            .muted, .italic)
        return (isDump ? Bytes.dump(some) : textLines(String(decoding: some, as: UTF8.self))) + [more]
    }

    private static func whole(_ bytes: [UInt8], _ look: TopicLook) -> [StyledText] {
        switch look.value {
        case .hex: return Bytes.dump(bytes)
        case .text: return textLines(String(decoding: bytes, as: UTF8.self))
        case .integer:
            if let number = ByteFormat.integer(bytes) { return [StyledText("\(number)", .accent)] }
        case .automatic, .json: break
        }
        if let json = json(bytes, look) { return JSONLayout.lines(json, foldedFrom: look.foldedFrom) }
        guard let problem = look.schemas.value?.problem(bytes) else {
            return Bytes.text(bytes).map(textLines) ?? Bytes.dump(bytes)
        }
        let lines = [StyledText("! \(problem)", .error), StyledText()]
        if let text = Bytes.text(bytes) { return lines + textLines(text) }
        let fields = ProtobufReader.rawFields(bytes).map { JSONLayout.lines($0) + [StyledText()] }
        return lines + (fields ?? []) + Bytes.dump(bytes)
    }

    private static func textLines(_ text: String) -> [StyledText] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { StyledText(String($0)) }
    }

    /// What `copy` takes: the value as its schema reads it, as it is if it is text, else as hexadecimal.
    static func copied(_ row: RecordRow, _ schemas: RecordSchemas) -> String {
        guard let value = row.value else { return "" }
        if let read = schemas.value?.read(value) { return read.compact }
        return Bytes.text(value) ?? value.map(Bytes.hex).joined()
    }
}
