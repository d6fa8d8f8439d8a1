import KafkaProtocol
import Testing

@testable import Console

@Suite struct RecordBrowsingTests {
    private func records() -> Session {
        var session = Session()
        session.press("topics.move-down", "topics.records")
        return session
    }

    private func offsets(_ offsets: [Int64]) -> [PartitionOffset] {
        offsets.enumerated().map { PartitionOffset(partition: Int32($0.offset), offset: $0.element) }
    }

    @Test func `browsing begins at the end, and goes to begin, an offset or a time`() {
        // The right seeks are what users of such tools ask for.
        var session = records()
        #expect(session.query?.start == .end && session.query?.topic == "orders" && session.query?.partition == nil)
        session.answer()
        session.press("records.from-begin")
        #expect(session.query?.start == .begin)
        session.press("records.from-offset")
        session.type("12,000")
        session.key(.enter)
        #expect(session.query?.start == .offset(12_000))
        session.press("records.from-offset")
        session.type("-500")
        session.key(.enter)
        #expect(session.query?.start == .beforeEnd(500))
        session.press("records.from-time")
        session.type("nonsense")
        session.key(.enter)
        #expect(session.commands == [] && session.shows("not a time"))
        session.send(.key(.control("u")))
        session.type("2026-11-21 14:02:33.120")
        session.key(.enter)
        #expect(session.query?.start == .time(1_795_269_753_120))
    }

    @Test func `an answer that comes late is ignored`() {
        // Else records of an earlier seek appear under the title of a later one.
        var session = records()
        let late = session.query?.id ?? 0
        session.press("records.from-begin")
        session.send(.records(RecordPage(id: late, rows: Fixture.records, marks: Fixture.marks)))
        #expect(session.model.browser?.rows.isEmpty == true)
        session.answer()
        #expect(session.model.browser?.rows.count == Fixture.records.count)
        session.key(.escape)
        session.send(.records(RecordPage(id: late + 1, rows: Fixture.records, marks: Fixture.marks)))
        #expect(session.model.browser == nil)
    }

    @Test func `the end of the log is that of the moment when it was read`() {
        // While records come, a page that says "end of the log" would be wrong a second later.
        var session = records()
        let atEnd = (0..<3).map { index in
            PartitionMark(
                partition: Int32(index), logStartOffset: 0, highWatermark: Fixture.marks[index].highWatermark,
                nextOffset: Fixture.marks[index].highWatermark)
        }
        session.answer(marks: atEnd)
        session.live(seconds: 10)
        let ends = Fixture.snapshot(step: 69).topics.first { $0.name == "orders" }?.partitions.compactMap(
            \.highWatermark)
        let more = (ends ?? []).reduce(0, +) - atEnd.reduce(0) { $0 + $1.highWatermark }
        #expect(session.shows("end of the log when read · \(more) offsets since: ] reads on"), "\(session)")
        session.press("records.next-records")
        #expect(session.query?.start == .from(atEnd.map { .init(partition: $0.partition, offset: $0.nextOffset) }))
    }

    @Test func `pages go on where they ended, both ways`() {
        // Nothing is skipped and nothing is shown twice.
        var session = records()
        session.answer()
        session.press("records.next-records")
        #expect(session.query?.start == .from(offsets([12_303, 12_304, 1_012_003])))
        session.answer()
        session.press("records.previous-records")
        #expect(session.query?.start == .before(offsets([12_301, 12_300, 1_012_001])))
        let ended = Fixture.marks.map {
            PartitionMark(
                partition: $0.partition, logStartOffset: 0, highWatermark: $0.highWatermark,
                nextOffset: $0.highWatermark)
        }
        session.answer(marks: ended)
        #expect(session.press("records.next-records") == [])
        #expect(session.toast == "This is the end of the log · t follows it")
    }

    @Test func `moving past the last record reads on`() {
        // As every pager does.
        var session = records()
        session.answer()
        session.press("records.bottom", "records.move-down")
        #expect(session.query?.start == .from(offsets([12_303, 12_304, 1_012_003])))
    }

    @Test func `tailing asks again and again, appends, and follows the newest`() {
        // One query at a time, waiting at the broker, not a loop that burns a core.
        var session = records()
        session.answer()
        session.press("records.tail")
        #expect(session.query?.start == .end)
        session.answer()
        #expect(session.commands == [])
        guard let next = session.model.nextTick else {
            Issue.record("no tick is wanted")
            return
        }
        session.send(.tick(next))
        #expect(session.query?.start == .from(offsets([12_303, 12_304, 1_012_003])))
        #expect(session.query?.maxWait ?? .zero > .zero)
        session.send(.tick(next + .seconds(5)))
        #expect(session.commands == [], "a second query before the first is answered")
        let new = RecordRow(partition: 0, offset: 12_303, timestamp: nil, key: nil, value: Array("newest".utf8))
        let mark = PartitionMark(partition: 0, logStartOffset: 0, highWatermark: 12_304, nextOffset: 12_304)
        session.answer([new], marks: [mark])
        #expect(session.selectedRow.contains("newest"))
        #expect(session.model.browser?.rows.count == Fixture.records.count + 1)
        session.press("records.move-up")
        let read = session.selectedRow
        session.send(.tick(next + .seconds(10)))
        #expect(session.query?.start == .from(offsets([12_304, 12_304, 1_012_003])))
        session.answer([RecordRow(partition: 0, offset: 12_304, timestamp: nil, key: nil, value: [65])], marks: [])
        #expect(session.selectedRow == read)
        session.press("records.tail")
        session.send(.tick(next + .seconds(20)))
        #expect(session.commands == [])
    }

    @Test func `a tail shows partitions by time, and each by offset`() {
        // Partitions answer one after the other; a clock that was set back must not turn offsets round.
        func row(_ partition: Int32, _ offset: Int64, _ timestamp: Int64) -> RecordRow {
            RecordRow(partition: partition, offset: offset, timestamp: timestamp, key: nil, value: nil)
        }
        var session = records()
        session.answer([row(0, 1, 100), row(0, 2, 300)], marks: [])
        session.press("records.tail")
        session.answer([row(0, 1, 100), row(0, 2, 300)], marks: [])
        session.send(.tick(Fixture.instant(seconds: 100)))
        session.answer([row(1, 7, 200), row(1, 8, 150), row(1, 9, 400)], marks: [])
        #expect(session.model.browser?.rows.map(\.offset) == [1, 7, 8, 2, 9])
    }

    @Test func `a tail keeps a bounded number of records`() {
        // It may run for days.
        var session = records()
        session.answer()
        session.press("records.tail")
        session.answer()
        for batch in 0..<30 {
            session.send(.tick(Fixture.instant(seconds: 100 + Double(batch))))
            let rows = (0..<100).map {
                RecordRow(partition: 0, offset: Int64(20_000 + batch * 100 + $0), timestamp: nil, key: nil, value: nil)
            }
            session.answer(rows, marks: [])
        }
        #expect(session.model.browser?.rows.count == RecordBrowser.rowsMax)
        #expect(session.model.browser?.rows.last?.offset == 22_999)
    }

    @Test func `a whole record shows every byte of its value, and can be sent again`() {
        // Replay and edit: the form begins from the record.
        var session = records()
        session.answer()
        session.press("records.top", "records.open")
        #expect(session.shows("\"items\": ["))
        session.press("record.value-format", "record.value-format", "record.value-format")
        #expect(session.shows("7b 22 69 64 22 3a 31 37"))
        session.press("record.produce")
        #expect(session.shows("customer-17") && session.shows("trace=a1b2"))
        session.key(.enter)
        #expect(
            session.commands == [
                .produce(
                    RecordDraft(
                        topic: "orders", partition: 1, key: Fixture.records[0].key, value: Fixture.records[0].value,
                        headers: Fixture.records[0].headers))
            ])
        session.press("record.produce")
        session.key(.escape)
        session.press("record.back")
        #expect(session.model.place == .records(topic: "orders", partition: nil))
    }

    @Test func `an error is shown where records are missing`() {
        // An empty page would say that there are none.
        var session = records()
        guard let id = session.model.browser?.awaited?.id else { return }
        session.send(.records(RecordPage(id: id, rows: [], marks: [], error: "orders-1 has no leader")))
        #expect(session.shows("! orders-1 has no leader"))
    }

    @Test func `formats are chosen by key, for keys and values of a topic apart`() {
        // A topic keeps its look: its keys are always the same kind of bytes.
        var session = records()
        let number: [UInt8] = [0, 0, 0, 0, 0, 0, 4, 210]
        session.answer([RecordRow(partition: 0, offset: 1, timestamp: nil, key: number, value: Array("[1]".utf8))])
        #expect(session.shows("0x00000000000004d2"))
        session.press("records.key-format", "records.key-format", "records.key-format", "records.key-format")
        #expect(session.selectedRow.contains("1234") && session.toast == "Keys of orders are shown as integers")
        session.press("records.value-format", "records.value-format", "records.value-format", "records.open")
        #expect(session.shows("5b 31 5d") && session.shows("Key        1234"))
    }

    @Test func `fields of JSON values have columns of their own`() {
        // One looks for the odd total, not through a hundred lines of braces.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.records")
        session.answer()
        session.press("records.columns")
        #expect(session.shows("id, total, paid, note"))
        session.send(.key(.control("u")))
        session.type("$.id, items[1], nowhere..x")
        session.key(.enter)
        #expect(session.shows("a name behind each dot"))
        session.send(.key(.control("u")))
        session.type("$.id, items[1]")
        session.key(.enter)
        session.press("records.top")
        #expect(
            session.shows("items[1]") && session.selectedRow.contains("茶") && session.shows("Value"))
    }

    @Test func `a record's page tells of its batch what brokers tell`() throws {
        // librdkafka does not say it; unknown stays unknown until they have.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.records")
        session.answer()
        session.press("records.top", "records.open")
        let asked = Inquiry.batch(TopicPartition(topic: "orders", partition: 1), offset: 12_300)
        #expect(session.commands == [.inquire(asked)] && session.shows("asking…"))
        session.send(.answer(.none(asked, reason: "orders-1 has no leader")))
        #expect(session.shows("? orders-1 has no leader"))
        session.send(.answer(.batch(asked, try Fixture.batch)))
        #expect(
            session.shows("12,290–12,309 · 20 records") && session.shows("zstd")
                && session.shows("leader epoch 7 · create time"))
        #expect(session.shows("id 4001 · epoch 2 · sequence 1,010 (from 1,000) · transactional"))
        session.press("record.next-records")
        #expect(session.model.place == .record(TopicPartition(topic: "orders", partition: 0), offset: 12_301))
        #expect(session.shows("asking…"))
        session.press("record.previous-records", "record.previous-records")
        #expect(session.toast == "This is the first record of the list")
    }

    @Test func `a tombstone is shown before it is written, and confirmed on somebody else's cluster`() {
        // It deletes for good.
        var session = records()
        session.answer()
        session.press("records.top", "records.tombstone")
        #expect(session.commands == [] && session.shows("Write a tombstone") && session.shows("null"))
        session.key(.enter)
        let draft = RecordDraft(topic: "orders", partition: 1, key: Array("customer-17".utf8), value: nil)
        #expect(session.commands == [.produce(draft)])
        session.attach(Attachment(name: "staging", mayWrite: true))
        session.press("records.tombstone")
        #expect(session.commands == [] && session.shows("type orders"))
        session.type("orders")
        session.key(.enter)
        #expect(session.commands == [.produce(draft)])
        session.attach(Attachment(name: "staging"))
        session.press("records.tombstone")
        #expect(session.commands == [] && session.toast.contains("read-only"))
        session.attach(Attachment(name: "staging", mayWrite: true))
        session.press("records.move-down", "records.move-down", "records.tombstone")
        #expect(session.commands == [] && session.toast.contains("no key"))
    }

    @Test func `what is shown is saved as JSON lines`() {
        // ctrl-s on records gives what programs read, not a picture of a table.
        var session = records()
        session.answer()
        session.press("records.filter")
        session.type("customer")
        session.key(.enter)
        session.press("records.save")
        guard case .save(let name, let text)? = session.commands.first else {
            Issue.record("nothing is saved")
            return
        }
        let lines = text.split(separator: "\n")
        #expect(name.hasPrefix("klamm-records-") && name.hasSuffix(".jsonl") && lines.count == 2)
        #expect(lines.allSatisfy { JSONReader.read(Array($0.utf8)) != nil })
        #expect(lines[1].contains(#""value":"plain text, one line""#))
    }

    @Test func `values of megabytes are shown in part, and saved whole`() throws {
        // Nobody scrolls through them, and laying them out takes seconds. A failed expectation looks into all that it names: not
        // into a session of such a size.
        var session = records()
        let text = #"{"a":""# + String(repeating: "x", count: 3 << 20) + "茶\"}"
        session.answer([RecordRow(partition: 0, offset: 1, timestamp: nil, key: nil, value: Array(text.utf8))])
        session.press("records.open", "record.bottom")
        let screen = session.screen
        #expect(screen.contains("… and 3.0 MiB more, which") && screen.contains("are saved and copied but not shown"))
        session.press("record.save")
        let saved = session.saved
        let line = try #require(saved)
        #expect(line.utf8.count > 3 << 20)
    }
}
