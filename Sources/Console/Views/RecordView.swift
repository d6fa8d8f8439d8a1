import KafkaCluster
import KafkaProtocol

/// One whole record.
enum RecordView {
    static func row(_ model: Model, _ partition: TopicPartition, offset: Int64) -> RecordRow? {
        guard let browser = model.browser, browser.topic == partition.topic else { return nil }
        return browser.rows.first { $0.partition == partition.partition && $0.offset == offset }
    }

    /// What a record's page is made of: the same of these gives the same lines.
    struct Ingredients: Hashable, Sendable {
        var row: RecordRow?
        var look: TopicLook
        /// Containers that are folded otherwise than the look says.
        var turned: Set<Int>
        var answer: Answer?
        var reason: String?
        var width: Int
        var utcOffsetSeconds: Int
    }

    static func ingredients(_ model: Model, width: Int) -> Ingredients? {
        guard case .record(let partition, let offset) = model.place else { return nil }
        return Ingredients(
            row: row(model, partition, offset: offset), look: model.look, turned: model.screen.turnedFolds,
            answer: model.asked?.answer, reason: model.asked?.reason, width: width,
            utcOffsetSeconds: model.utcOffsetSeconds)
    }

    static func text(_ model: Model, width: Int) -> RecordText {
        guard let ingredients = ingredients(model, width: width) else { return RecordText(width: width) }
        if let laidOut = model.laidOutRecord, laidOut.ingredients == ingredients { return laidOut.text }
        return layOut(ingredients, after: model.laidOutRecord).text
    }

    /// What was made of the same bytes before is not made again.
    static func layOut(_ page: Ingredients, after former: LaidOutRecord?) -> LaidOutRecord {
        var text = RecordText(width: page.width)
        guard let row = page.row else {
            text.append([StyledText("This record is not among those read last.", .muted)])
            return LaidOutRecord(ingredients: page, content: RecordContent(nil, page.look), text: text)
        }
        let content: RecordContent
        if let former, former.ingredients.row == row, former.ingredients.look.value == page.look.value,
            former.ingredients.look.schemas == page.look.schemas
        {
            content = former.content
        } else {
            content = RecordContent(row.value, page.look)
        }
        text.append(facts(row, page))
        text.append([StyledText(), heading(row.value, content, width: page.width)])
        text.beginValue()
        text.append(content.lines)
        if let json = content.json {
            text.append(JSONOutline.lines(json, JSONFolds(depth: page.look.foldedFrom, turned: page.turned)))
        }
        return LaidOutRecord(ingredients: page, content: content, text: text)
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
            + Bytes.dump(Array(bytes.prefix(RecordContent.bytesMax / 4)))
    }

    static func label(_ text: String) -> StyledText {
        StyledText(text + String(repeating: " ", count: max(1, 11 - text.count)), .muted)
    }

    private static func heading(_ bytes: [UInt8]?, _ content: RecordContent, width: Int) -> StyledText {
        var text = "Value"
        if let bytes { text += " · \(Figures.bytes(Int64(bytes.count))) · \(content.words)" }
        let line = String(repeating: "─", count: max(0, width - Glyphs.width(of: text) - 1))
        return StyledText(text + " ", .heading) + StyledText(line, .border)
    }

    /// What `copy` takes: the value as its schema reads it, as it is if it is text, else as hexadecimal.
    static func copied(_ row: RecordRow, _ schemas: RecordSchemas) -> String {
        guard let value = row.value else { return "" }
        if let read = schemas.value?.read(value) { return read.compact }
        return Bytes.text(value) ?? value.map(Bytes.hex).joined()
    }
}
