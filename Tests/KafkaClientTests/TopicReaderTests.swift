import KafkaClient
import KafkaProtocol
import Testing

struct TopicReaderTests {
    private let values = (0..<20).map { "r\($0)" }

    @Test func `a topic is paged forwards from its beginning to its end`() async throws {
        // Every record once, in pages, and an empty page at the end.
        let fixture = try MockClusterFixture()
        try await fixture.write(values)
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        var page = try await reader.page(topic: fixture.topic, at: .beginning, limit: 8)
        var seen = page.records.compactMap { text($0.value) }
        #expect(seen.count == 8 && !page.isAtEnd)
        while !page.isAtEnd {
            page = try await reader.page(topic: fixture.topic, at: .from(page.next), limit: 8)
            seen += page.records.compactMap { text($0.value) }
        }
        #expect(seen == values)
        let past = try await reader.page(topic: fixture.topic, at: .from(page.next), limit: 8)
        #expect(past.records.isEmpty && past.isAtEnd && past.failures.isEmpty)
    }

    @Test func `the newest records, and what lies before them`() async throws {
        // Paging back from the end is what most people open a topic for.
        let fixture = try MockClusterFixture()
        try await fixture.write(values)
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        let newest = try await reader.page(topic: fixture.topic, at: .end, limit: 5)
        #expect(newest.records.compactMap { text($0.value) } == Array(values.suffix(5)))
        let before = try await reader.page(topic: fixture.topic, at: .before(newest.first), limit: 5)
        #expect(before.records.compactMap { text($0.value) } == Array(values[10..<15]))
        #expect(before.next == newest.first)
    }

    @Test func `pages of several partitions miss nothing and repeat nothing`() async throws {
        // A page holds the oldest of all partitions; what did not fit must come again.
        let fixture = try MockClusterFixture(partitions: 3)
        for (index, value) in values.enumerated() { try await fixture.write([value], partition: Int32(index % 3)) }
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        var forwards: [String] = []
        var page = try await reader.page(topic: fixture.topic, at: .beginning, limit: 7)
        forwards += page.records.compactMap { text($0.value) }
        while !page.isAtEnd {
            page = try await reader.page(topic: fixture.topic, at: .from(page.next), limit: 7)
            forwards += page.records.compactMap { text($0.value) }
        }
        #expect(forwards.sorted() == values.sorted())
        var backwards: [String] = []
        page = try await reader.page(topic: fixture.topic, at: .end, limit: 7)
        while !page.records.isEmpty {
            backwards += page.records.compactMap { text($0.value) }
            page = try await reader.page(topic: fixture.topic, at: .before(page.first), limit: 7)
        }
        #expect(backwards.sorted() == values.sorted())
    }

    @Test func `more partitions than are read at once make one page`() async throws {
        // Where they begin and end is asked for all together, and what they hold some at a time.
        let fixture = try MockClusterFixture(partitions: 70)
        for partition in [0, 1, 31, 32, 69] { try await fixture.write(["p\(partition)"], partition: Int32(partition)) }
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        for position in [TopicReader.Position.beginning, .end] {
            let page = try await reader.page(topic: fixture.topic, at: position, limit: 10)
            #expect(page.records.compactMap { text($0.value) }.sorted() == ["p0", "p1", "p31", "p32", "p69"])
            #expect(page.partitions.count == 70 && page.failures.isEmpty)
        }
    }

    @Test func `an offset outside of the log means its nearer end`() async throws {
        // Typing a wrong number must not be an error, nor a reset to somewhere else.
        let fixture = try MockClusterFixture()
        try await fixture.write(values)
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        let middle = try await reader.page(topic: fixture.topic, at: .offset(17), limit: 10)
        #expect(middle.records.map(\.offset) == [17, 18, 19])
        let beyond = try await reader.page(topic: fixture.topic, at: .offset(1000), limit: 10)
        #expect(beyond.records.isEmpty)
        #expect(beyond.partitions.map(\.highWatermark) == [20])
    }

    @Test func `a tail waits for the next record`() async throws {
        // It sees what is produced after it began, and nothing else.
        let fixture = try MockClusterFixture()
        try await fixture.write(values)
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        let end = try await reader.page(topic: fixture.topic, at: .end, limit: 1)
        async let tail = reader.tail(topic: fixture.topic, from: end.next, limit: 10, milliseconds: 60_000)
        try await fixture.write(["new"])
        let page = try await tail
        #expect(page.records.map { text($0.value) } == ["new"])
        #expect(page.next == [0: 21])
    }

    @Test func `a search looks through every partition, slice by slice`() async throws {
        // Each match once, whether it goes forward or back.
        let fixture = try MockClusterFixture(partitions: 3)
        for (index, value) in values.enumerated() { try await fixture.write([value], partition: Int32(index % 3)) }
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        let wanted: @Sendable (ConsumedRecord) -> Bool = { text($0.value)?.hasSuffix("7") == true }
        var found: [String] = []
        var page = try await reader.search(topic: fixture.topic, at: .beginning, limit: 1, wanted: wanted)
        found += page.records.compactMap { text($0.value) }
        while !page.isAtEnd {
            page = try await reader.search(topic: fixture.topic, at: .from(page.next), limit: 1, wanted: wanted)
            found += page.records.compactMap { text($0.value) }
        }
        #expect(found.sorted() == ["r17", "r7"])
        let back = try await reader.search(topic: fixture.topic, at: .end, limit: 1, wanted: wanted)
        #expect(back.records.compactMap { text($0.value) }.sorted() == ["r17", "r7"])
        #expect(back.partitions.allSatisfy { $0.firstOffset == 0 && $0.nextOffset == $0.highWatermark })
    }

    @Test func `a search among some offsets knows no others`() async throws {
        // Whoever names offsets does not want the topic read.
        let fixture = try MockClusterFixture()
        try await fixture.write(values)
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        let page = try await reader.search(
            topic: fixture.topic, at: .beginning, offsets: 5..<8, limit: 100, wanted: { _ in true })
        #expect(page.records.map(\.offset) == [5, 6, 7] && page.isAtEnd)
        #expect(page.partitions.map(\.logStartOffset) == [5] && page.partitions.map(\.highWatermark) == [8])
        let past = try await reader.search(
            topic: fixture.topic, at: .beginning, offsets: 100..<200, limit: 100, wanted: { _ in true })
        #expect(past.records.isEmpty && past.isAtEnd)
    }

    @Test func `a tail that searches waits for what it looks for`() async throws {
        // Others go by, and are not read again.
        let fixture = try MockClusterFixture()
        try await fixture.write(values)
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        async let tail = reader.tail(
            topic: fixture.topic, from: [0: 20], limit: 10, milliseconds: 60_000, wanted: { text($0.value) == "yes" })
        try await fixture.write(["no", "yes"])
        let page = try await tail
        #expect(page.records.map { text($0.value) } == ["yes"] && page.next == [0: 22])
    }

    @Test func `so many before the end`() async throws {
        // In each partition, and from its beginning where there are fewer.
        let fixture = try MockClusterFixture()
        try await fixture.write(values)
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        let page = try await reader.page(topic: fixture.topic, at: .beforeEnd(3), limit: 10)
        #expect(page.records.map(\.offset) == [17, 18, 19])
        let all = try await reader.page(topic: fixture.topic, at: .beforeEnd(1_000_000), limit: 100)
        #expect(all.records.count == 20)
    }

    @Test func `looking leaves no commit`() async throws {
        // Browsing has no group at all; here we ask the only group there could be.
        let fixture = try MockClusterFixture()
        try await fixture.write(values)
        let reader = try TopicReader(fixture.configuration.with(["group.id": "g"]), logger: fixture.logger)
        #expect(try await reader.page(topic: fixture.topic, at: .beginning, limit: 50).records.count == 20)
        let found = try await reader.search(topic: fixture.topic, at: .end, limit: 50, wanted: { _ in true })
        #expect(found.records.count == 20)
        let witness = try fixture.consumer(group: "g")
        let committed = try witness.committed([TopicPartition(topic: fixture.topic, partition: 0)])
        #expect(committed.map(\.offset) == [nil])
        try witness.close()
    }

    @Test func `the cluster is described as clients see it`() async throws {
        // Brokers, leaders and replicas, sorted.
        let fixture = try MockClusterFixture(partitions: 2)
        try fixture.cluster.setLeader(fixture.topic, partition: 1, broker: 2)
        let admin = try AdminClient(fixture.configuration, logger: fixture.logger)
        let metadata = try await admin.describe()
        #expect(metadata.brokers.map(\.id) == [1, 2, 3])
        let topic = try #require(metadata.topics.first { $0.name == fixture.topic })
        #expect(topic.partitions.map(\.index) == [0, 1])
        #expect(topic.partitions[1].leader == 2)
        #expect(topic.partitions.allSatisfy { $0.replicas.count == 3 })
    }

    @Test func `what a cluster cannot do is an error with its reason`() async throws {
        // librdkafka's mock has no CreateTopics.
        let fixture = try MockClusterFixture()
        let admin = try AdminClient(fixture.configuration, logger: fixture.logger)
        await #expect(throws: ClientError.self) {
            try await admin.createTopic("new", partitions: 1, replicationFactor: 1, milliseconds: 2000)
        }
    }
}
