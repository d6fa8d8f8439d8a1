import KafkaProtocol
import Testing

@testable import Console

@Suite struct SearchTests {
    /// A record view in which this was searched for, a field each.
    private func searching(_ texts: [String]) -> Session {
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.records")
        session.answer()
        session.press("records.search")
        for text in texts {
            session.type(text)
            session.key(.tab)
        }
        session.key(.enter)
        return session
    }

    private func mark(_ first: Int64, _ next: Int64, _ end: Int64 = 1000) -> PartitionMark {
        PartitionMark(partition: 0, logStartOffset: 0, highWatermark: end, firstOffset: first, nextOffset: next)
    }

    private func row(_ offset: Int64, bytes: Int = 1) -> RecordRow {
        RecordRow(
            partition: 0, offset: offset, timestamp: nil, key: nil, value: Array(repeating: 65, count: bytes))
    }

    @Test func `a search runs on through the topic to its end, and tells how far it is`() {
        // Each slice is a query of its own, so that keys and pictures come between.
        var session = searching(["customer"])
        #expect(session.query?.start == .begin && session.query?.filter != nil)
        #expect(session.shows("Searching…"))
        session.answer([row(7)], marks: [mark(0, 400)])
        #expect(session.query?.start == .from([PartitionOffset(partition: 0, offset: 400)]))
        #expect(session.shows("▸ 40% · 400 of 1,000 offsets") && session.shows("[1]"))
        session.answer([], marks: [mark(400, 900)])
        session.answer([row(950)], marks: [mark(900, 1000)])
        #expect(session.commands == [] && session.model.browser?.rows.map(\.offset) == [7, 950])
        #expect(session.shows("100% · 1,000 of 1,000 offsets") && session.shows("end of the log"))
    }

    @Test func `a search stops at a key and goes on where it stopped`() {
        // A topic of a terabyte is not looked through because somebody pressed enter.
        var session = searching(["", "", "x"])
        session.answer([row(7)], marks: [mark(0, 400)])
        session.press("records.stop-search")
        session.answer([row(401)], marks: [mark(400, 500)])
        #expect(session.commands == [] && session.model.browser?.rows.count == 2)
        session.press("records.stop-search")
        #expect(session.query?.start == .from([PartitionOffset(partition: 0, offset: 500)]))
        session.key(.escape)
        #expect(session.model.place.view == .records && session.model.browser?.search?.isRunning == false)
        session.key(.escape)
        #expect(session.model.browser?.filter == nil && session.commands == [])
        #expect(session.model.browser?.rows.count == Fixture.records.count, "what was shown before")
    }

    @Test func `with nothing but a beginning the search form goes there`() {
        // Whoever fills in From alone wants to see what is there.
        var session = searching(["", "", "", "", "", "", "-10m"])
        let now = session.model.now?.wallClockMilliseconds ?? 0
        #expect(session.query?.start == .time(now - 600_000) && session.query?.filter == nil)
        #expect(session.model.overlay == nil && session.model.browser?.search == nil)
        // From a search too, which is over then.
        session = searching(["A"])
        session.answer([row(7)], marks: [mark(0, 400)])
        session.press("records.search")
        for _ in 0..<6 { session.key(.tab) }
        session.type("begin")
        session.key(.enter)
        #expect(session.query?.start == .begin && session.query?.filter == nil)
        #expect(session.model.browser?.filter == nil && session.model.browser?.search == nil)
        session.answer()
        session.key(.escape)
        #expect(session.model.place.view != .records, "no search is left to go back from")
    }

    @Test func `a tail that was left for a search goes on where it was`() {
        // What came meanwhile must not be missing between the rows.
        var session = Session()
        session.press("topics.move-down", "topics.records")
        session.answer()
        session.press("records.tail")
        session.answer([row(1)], marks: [mark(0, 2, 2)])
        session.press("records.search")
        session.type("A")
        session.key(.enter)
        session.answer([row(3)], marks: [mark(0, 4, 4)])
        session.key(.escape)
        #expect(session.model.browser?.isTailing == true && session.model.browser?.rows.map(\.offset) == [1])
        session.send(.tick(Fixture.instant(seconds: 100)))
        #expect(session.query?.start == .from([PartitionOffset(partition: 0, offset: 2)]))
    }

    @Test func `a tail goes on from where a search has ended, with what it found`() {
        // Looking for what was, and waiting for what comes, is one thing.
        var session = searching(["A"])
        session.answer([row(7)], marks: [mark(0, 1000)])
        session.press("records.tail")
        #expect(session.query?.start == .from([PartitionOffset(partition: 0, offset: 1000)]))
        #expect(session.query?.filter != nil && session.selectedRow.contains("7"))
        session.answer([row(1001)], marks: [mark(1000, 1002, 1002)])
        #expect(session.selectedRow.contains("1,001") && session.model.browser?.rows.count == 2)
    }

    @Test func `a search keeps a bounded number of rows and bytes`() {
        // What matches everything would else hold the whole topic.
        var session = searching(["A"])
        var offset: Int64 = 0
        while session.model.browser?.search?.isRunning == true, offset < 10_000 {
            session.answer((offset..<offset + 300).map { row($0) }, marks: [mark(offset, offset + 300, 1_000_000)])
            offset += 300
        }
        #expect(session.model.browser?.rows.count == 2100 && session.commands == [])
        session.press("records.stop-search")
        #expect(session.toast.contains("No more records are kept"))
        session.press("records.next-records")
        #expect(session.query?.start == .from([PartitionOffset(partition: 0, offset: 2100)]))
        #expect(session.model.browser?.search?.isRunning == true)
        session.answer([row(3000, bytes: 20 << 20), row(3001, bytes: 20 << 20)], marks: [mark(2100, 3100, 1_000_000)])
        #expect(session.commands == [])
    }

    @Test func `from the end a search goes back, the newest first`() {
        // What happened last is what one looks for first.
        var session = searching(["A"])
        session.answer([], marks: [mark(0, 1000)])
        session.press("records.from-end")
        #expect(session.query?.start == .end)
        session.answer([row(990)], marks: [mark(600, 1000)])
        #expect(session.query?.start == .before([PartitionOffset(partition: 0, offset: 600)]))
        session.answer([row(300)], marks: [mark(200, 600)])
        #expect(session.shows("80% · 800 of 1,000 offsets"))
        session.answer([], marks: [mark(0, 200)])
        #expect(session.commands == [] && session.model.browser?.rows.map(\.offset) == [300, 990])
        #expect(session.selectedRow.contains("990"))
        session.press("records.next-records")
        #expect(session.query?.start == .from([PartitionOffset(partition: 0, offset: 1000)]), "what came since")
    }

    @Test func `a partition that cannot be read does not keep a search going for ever`() {
        // Asking a dead broker again and again finds nothing and says nothing.
        var session = searching(["A"])
        session.answer([], marks: [mark(0, 100)])
        guard let id = session.model.browser?.awaited?.id else { return }
        session.send(.records(RecordPage(id: id, rows: [], marks: [mark(100, 100)], error: "orders-0: timed out")))
        #expect(session.commands == [] && session.shows("! orders-0: timed out"))
    }

    @Test func `each field narrows, and what cannot be read is said in the form`() throws {
        // Six ways to say what one looks for.
        let session = searching(["a", "b", "/c+/", "trace=/^a/", "$.id = 7", "100-200", "-10m"])
        let now = session.model.now?.wallClockMilliseconds ?? 0
        #expect(session.query?.start == .time(now - 600_000))
        let filter = try #require(session.query?.filter)
        #expect(filter.offsets == 100..<201)
        func found(_ change: (inout RecordRow) -> Void) -> Bool {
            var row = RecordRow(
                partition: 0, offset: 150, timestamp: nil, key: Array("Bab".utf8),
                value: Array(#"{"id":7,"x":"ccc"}"#.utf8),
                headers: [RecordRow.Header(name: "trace", value: Array("a1".utf8))])
            change(&row)
            return filter.holds(for: row)
        }
        #expect(found { _ in })
        #expect(!found { $0.key = Array("xay".utf8) } && !found { $0.key = nil } && !found { $0.offset = 201 })
        #expect(!found { $0.value = Array(#"{"id":8,"x":"ccc"}"#.utf8) } && !found { $0.value = nil })
        #expect(!found { $0.headers[0].value = nil } && !found { $0.headers[0].name = "other" })
        for (field, text, reason) in [
            (1, "/(/", "a ( without its )"), (4, "$..a", "a name behind each dot"), (5, "ten", "offsets are"),
            (6, "noon", "not a time"),
        ] {
            let texts = (0...6).map { $0 == field ? text : "" }
            let session = searching(texts)
            #expect(session.commands == [] && session.shows(reason), "\(session)")
        }
    }

    @Test func `a search within offsets ends where they end, and nothing else came since`() {
        // The log goes on beyond them: reading on finds nothing of it, so that it is not offered.
        var session = searching(["", "", "", "", "", "100-200"])
        session.answer(
            [row(150)],
            marks: [
                PartitionMark(
                    partition: 0, logStartOffset: 100, highWatermark: 201, firstOffset: 100, nextOffset: 201)
            ])
        #expect(session.shows("100% · 101 of 101 offsets  end of the range"), "\(session)")
        session.press("records.next-records")
        #expect(session.commands == [] && session.toast == "This is the end of the range")
        session.press("records.previous-records")
        #expect(session.commands == [] && session.toast == "This is the beginning of the range")
        // Where the log ended before them, only what came within them came since.
        session = searching(["", "", "", "", "", "100-1010"])
        session.answer([row(150)], marks: [mark(100, 1000)])
        #expect(session.shows("end of the log when read · 11 offsets since: ] reads on"), "\(session)")
        session.press("records.next-records")
        #expect(session.query?.start == .from([PartitionOffset(partition: 0, offset: 1000)]))
    }

    @Test func `what peers say of their logs does not stop the console`() {
        // Ends near the largest number are a broken broker's, and are summed at each picture.
        let marks = (90..<92).map {
            PartitionMark(partition: $0, logStartOffset: 0, highWatermark: .max, firstOffset: 0, nextOffset: 1)
        }
        var session = searching(["A"])
        session.answer([], marks: marks)
        #expect(session.shows("0% · 2 of 9,223,372,036,854,775,807 offsets"), "\(session)")
        session = searching([])
        session.press("records.tail")
        session.answer([], marks: marks)
        session.press("records.pause")
        #expect(session.shows("the tail waits before 9,223,372,036,854,775,807 offsets"), "\(session)")
    }

    @Test func `a held tail asks for nothing, and misses nothing when it goes on`() {
        // Pausing must not lose rows: the log keeps them.
        var session = Session()
        session.press("topics.move-down", "topics.records")
        session.answer()
        session.press("records.tail")
        session.answer([row(1)], marks: [mark(0, 2, 2)])
        session.send(.tick(Fixture.instant(seconds: 100)))
        session.press("records.pause")
        session.answer([row(2)], marks: [mark(2, 3, 3)])
        #expect(session.model.browser?.rows.count == 1)
        session.send(.tick(Fixture.instant(seconds: 101)))
        #expect(session.commands == [] && session.shows("the tail waits before"))
        session.press("records.pause")
        session.send(.tick(Fixture.instant(seconds: 102)))
        #expect(session.query?.start == .from([PartitionOffset(partition: 0, offset: 2)]))
        session.answer([row(2)], marks: [mark(2, 3, 3)])
        #expect(session.model.browser?.rows.map(\.offset) == [1, 2])
    }

    @Test func `a tail does not take away what the user reads`() {
        // Rows that go away under one's eyes are lost; the tail waits, and goes on at the end.
        var session = Session()
        session.press("topics.move-down", "topics.records")
        session.answer()
        session.press("records.tail")
        session.answer((0..<200).map { row($0) }, marks: [mark(0, 200, 100_000)])
        session.press("records.top")
        var next: Int64 = 200
        for step in 0..<20 {
            session.send(.tick(Fixture.instant(seconds: 100 + Double(step))))
            guard session.model.browser?.awaited != nil else { break }
            session.answer((next..<next + 200).map { row($0) }, marks: [mark(next, next + 200, 100_000)])
            next += 200
        }
        #expect(session.model.browser?.rows.first?.offset == 0 && next == 2000)
        #expect(session.model.nextTick.map { $0 > Fixture.instant(seconds: 100) } ?? true)
        session.press("records.bottom")
        session.send(.tick(Fixture.instant(seconds: 200)))
        #expect(session.query?.start == .from([PartitionOffset(partition: 0, offset: 2000)]))
    }
}
