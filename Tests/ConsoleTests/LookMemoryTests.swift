import Testing

@testable import Console

@Suite struct LookMemoryTests {
    private let cluster = Fixture.snapshot(step: 0).clusterID

    private func look(_ value: ByteFormat) -> TopicLook {
        var look = TopicLook()
        look.value = value
        return look
    }

    @Test func `what is kept is read again as it was`() throws {
        // Every field that a user can change.
        var look = TopicLook()
        (look.key, look.value, look.foldedFrom) = (.integer, .json, 2)
        look.columns = [try JSONPath("id"), try JSONPath("items[0].sku"), try JSONPath("a.*")]
        var memory = LookMemory()
        memory.note(LookMemory.Entry(cluster: "c", topic: "a\"b", look: look))
        let read = LookMemory(memory.text)
        #expect(read == memory && read.look(of: "a\"b", in: "c") == look)
        #expect(read.look(of: "a\"b", in: "d") == nil)
    }

    @Test func `what cannot be read is passed over, line by line`() {
        // A file that another klamm wrote, that a disk broke or a person edited.
        let memory = LookMemory(
            """
            {"cluster":"c","topic":"a","value":"hex"}
            {"cluster":"c","topic":"b","val
            not JSON at all \u{0}
            []
            {"topic":"b"}
            {"cluster":"c","topic":"d","value":"smell","key":7,"columns":["[", "id"],"fold":-4,"later":true}
            {"cluster":"c","topic":"a","value":"text"}
            """)
        #expect(memory.look(of: "a", in: "c") == look(.hex))
        #expect(memory.entries.count == 2 && memory.entries[1].look.columns.map(\.description) == ["id"])
        #expect(LookMemory(String(repeating: "x", count: LookMemory.bytesMax + 1)).entries.isEmpty)
    }

    @Test func `it is bounded, and what is as at first is not kept`() {
        // Topics come and go for years.
        var memory = LookMemory()
        for number in 0..<LookMemory.entriesMax + 10 {
            memory.note(LookMemory.Entry(cluster: "c", topic: "t\(number)", look: look(.hex)))
        }
        #expect(memory.entries.count == LookMemory.entriesMax && memory.look(of: "t9", in: "c") == nil)
        #expect(memory.text.utf8.count < LookMemory.bytesMax)
        memory.note(LookMemory.Entry(cluster: "c", topic: "t100", look: TopicLook()))
        #expect(memory.look(of: "t100", in: "c") == nil)
        memory.note(LookMemory.Entry(cluster: String(repeating: "c", count: 5000), topic: "t", look: look(.hex)))
        #expect(memory.entries.first?.cluster == "c")
    }

    @Test func `what was chosen for a topic is asked to be kept, and is there the next time`() {
        // Nobody wants to say again each morning that keys are integers.
        var first = Session()
        first.press("topics.move-down", "topics.records")
        first.answer()
        first.press("records.key-format", "records.value-format")
        guard case .remember(let entry)? = first.commands.last else {
            Issue.record("nothing is to be kept")
            return
        }
        #expect(entry.cluster == cluster && entry.topic == "orders" && entry.look.key == .text)
        var memory = LookMemory()
        memory.note(entry)
        var next = Session()
        next.send(.remembered(memory))
        next.press("topics.move-down", "topics.records")
        next.answer()
        next.press("records.key-format")
        #expect(next.toast == "Keys of orders are shown as JSON")
    }

    @Test func `a story's topics are not kept, and another cluster's are not taken`() {
        // The cluster of a story never comes again.
        var session = Session()
        session.send(.remembered(LookMemory("{\"cluster\":\"other\",\"topic\":\"orders\",\"key\":\"hex\"}")))
        session.send(.story(Fixture.story))
        session.send(.snapshot(Fixture.snapshot(step: 0)))
        session.press("story.topics", "topics.move-down", "topics.records")
        session.answer()
        let asked = session.press("records.key-format")
        #expect(asked.isEmpty && session.toast == "Keys of orders are shown as text")
    }
}
