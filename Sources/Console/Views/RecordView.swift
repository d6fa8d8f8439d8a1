import KafkaCluster
import KafkaProtocol

/// One whole record.
enum RecordView {
    static func row(_ model: Model, _ partition: TopicPartition, offset: Int64) -> RecordRow? {
        guard let browser = model.browser, browser.topic == partition.topic else { return nil }
        return browser.rows.first { $0.partition == partition.partition && $0.offset == offset }
    }

    static func lines(_ model: Model, width: Int) -> [StyledText] {
        guard case .record(let partition, let offset) = model.place else { return [] }
        guard let row = row(model, partition, offset: offset) else {
            return [StyledText("This record is not among those read last.", .muted)]
        }
        var lines = facts(row, model)
        lines.append(StyledText())
        lines.append(heading("Value", row.value, model.recordStyle, width: width))
        lines += content(row.value, style: model.recordStyle)
        return lines.flatMap { $0.wrapped(to: max(1, width)) }
    }

    private static func facts(_ row: RecordRow, _ model: Model) -> [StyledText] {
        let time =
            row.timestamp.map {
                StyledText(WallClock.dateAndTime($0, offsetSeconds: model.utcOffsetSeconds))
                    + StyledText(" \(WallClock.zone(offsetSeconds: model.utcOffsetSeconds))", .muted)
            } ?? StyledText(Figures.none, .muted)
        var lines = [
            label("Partition") + StyledText("\(row.partition)"),
            label("Offset") + StyledText(Figures.count(row.offset)),
            label("Timestamp") + time,
        ]
        lines += entry("Key", row.key, absent: "no key", model.recordStyle)
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

    private static func entry(_ name: String, _ bytes: [UInt8]?, absent: String, _ style: RecordStyle) -> [StyledText] {
        guard let bytes, style == .hex, !bytes.isEmpty else {
            return [label(name) + Bytes.styled(bytes, absent: absent)]
        }
        return [label(name) + StyledText(Figures.bytes(Int64(bytes.count)), .muted)] + Bytes.dump(bytes)
    }

    private static func label(_ text: String) -> StyledText {
        StyledText(text + String(repeating: " ", count: max(1, 11 - text.count)), .muted)
    }

    private static func heading(_ name: String, _ bytes: [UInt8]?, _ style: RecordStyle, width: Int) -> StyledText {
        var text = name
        if let bytes { text += " · \(Figures.bytes(Int64(bytes.count))) · \(kind(bytes, style))" }
        let line = String(repeating: "─", count: max(0, width - Glyphs.width(of: text) - 1))
        return StyledText(text + " ", .heading) + StyledText(line, .border)
    }

    private static func kind(_ bytes: [UInt8], _ style: RecordStyle) -> String {
        if style == .hex { return "bytes" }
        if JSONLayout.lines(bytes) != nil { return "JSON" }
        return Bytes.text(bytes) == nil ? "binary" : "text"
    }

    private static func content(_ bytes: [UInt8]?, style: RecordStyle) -> [StyledText] {
        guard let bytes else {
            return [StyledText("null: a tombstone, which deletes its key in a compacted topic", .muted)]
        }
        guard !bytes.isEmpty else { return [StyledText("empty", .muted)] }
        if style == .hex { return Bytes.dump(bytes) }
        if let lines = JSONLayout.lines(bytes) { return lines }
        guard let text = Bytes.text(bytes) else { return Bytes.dump(bytes) }
        return text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map {
            StyledText(String($0))
        }
    }

    /// What `copy` takes: the value as it is if it is text, else as hexadecimal.
    static func copied(_ row: RecordRow) -> String {
        guard let value = row.value else { return "" }
        return Bytes.text(value) ?? value.map(Bytes.hex).joined()
    }
}
