import KafkaClient
import KafkaProtocol
import Testing

struct ProducerTests {
    @Test func `a record comes back as it was sent, with key, headers and offset`() async throws {
        // The round trip through C must keep nulls, empty values and repeated headers apart.
        let fixture = try MockClusterFixture()
        let sender = try RecordSender(fixture.configuration, logger: fixture.logger)
        let headers = [
            ClientRecordHeader(name: "trace", value: [1, 2]), ClientRecordHeader(name: "trace", value: nil),
            ClientRecordHeader(name: "empty", value: []),
        ]
        let full = ProducerRecord(
            topic: fixture.topic, partition: 0, key: Array("k".utf8), value: Array("v".utf8), headers: headers)
        let first = try await sender.send(full)
        let second = try await sender.send(ProducerRecord(topic: fixture.topic, partition: 0, key: [], value: nil))
        #expect(first.offset == 0 && first.partition == 0 && first.persistence == .persisted)
        #expect(second.offset == 1)

        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        let page = try await reader.page(topic: fixture.topic, at: .beginning, limit: 10)
        try #require(page.records.count == 2)
        #expect(text(page.records[0].key) == "k" && text(page.records[0].value) == "v")
        #expect(page.records[0].headers == headers)
        #expect(page.records[0].timestampType == .createTime)
        #expect(page.records[1].value == nil, "a tombstone is not an empty value")
    }

    @Test func `every record has one report, with the tag it was sent with`() throws {
        // A ledger stands on this: no record without a fate, none with two.
        let fixture = try MockClusterFixture(partitions: 3)
        let log = ReportLog()
        let producer = try Producer(fixture.configuration, logger: fixture.logger, onDelivery: { log.add($0) })
        for tag in 1...1000 {
            try producer.send(ProducerRecord(topic: fixture.topic, value: [7]), tag: UInt(tag))
        }
        try producer.flush(milliseconds: 60_000)
        #expect(log.reports.map(\.tag).sorted() == Array(1...1000))
        #expect(log.reports.allSatisfy { $0.error == nil && $0.persistence == .persisted && $0.offset != nil })
        #expect(log.reports.allSatisfy { $0.latencyMicroseconds != nil })
        #expect(producer.outstanding == 0)
    }

    @Test func `a batch of copies is queued in one call`() throws {
        // The benchmark's path: as many offsets as records, without a gap.
        let fixture = try MockClusterFixture()
        let log = ReportLog()
        let producer = try Producer(fixture.configuration, logger: fixture.logger, onDelivery: { log.add($0) })
        let batch = try BatchSender(producer, topic: fixture.topic, capacity: 500)
        let queued = try [UInt8](repeating: 1, count: 100).withUnsafeBytes {
            try batch.send($0, count: 500, partition: 0)
        }
        try producer.flush(milliseconds: 60_000)
        #expect(queued == 500)
        #expect(log.reports.compactMap(\.offset).sorted() == Array(0..<500))
    }

    @Test func `a full queue says so and takes the record later`() throws {
        // Back-pressure must be told apart from failure.
        let fixture = try MockClusterFixture()
        let settings = fixture.configuration.with(["queue.buffering.max.messages": "10", "linger.ms": "1000"])
        let producer = try Producer(settings, logger: fixture.logger)
        for _ in 0..<10 { try producer.send(ProducerRecord(topic: fixture.topic, partition: 0, value: [1])) }
        #expect { try producer.send(ProducerRecord(topic: fixture.topic, partition: 0, value: [1])) } throws: {
            ($0 as? ClientError)?.code == .queueFull
        }
        try producer.flush(milliseconds: 60_000)
        try producer.send(ProducerRecord(topic: fixture.topic, partition: 0, value: [1]))
    }

    @Test func `a purge tells what was never sent from what may have arrived`() throws {
        // Not persisted and possibly persisted are different verdicts.
        let fixture = try MockClusterFixture()
        let log = ReportLog()
        let producer = try Producer(
            fixture.configuration.with(["linger.ms": "60000"]), logger: fixture.logger, onDelivery: { log.add($0) })
        for _ in 0..<5 { try producer.send(ProducerRecord(topic: fixture.topic, partition: 0, value: [1])) }
        producer.purge()
        while producer.outstanding > 0 { producer.poll(milliseconds: 1000) }
        #expect(log.reports.count == 5)
        #expect(log.reports.allSatisfy { $0.error?.code == .purgedFromQueue && $0.persistence == .notPersisted })
    }

    @Test func `a producer that crashes loses what it had buffered`() async throws {
        // The client's own memory is the one place that no replica protects.
        let fixture = try MockClusterFixture()
        try await fixture.write(["safe"])
        do {
            let producer = try Producer(fixture.configuration.with(["linger.ms": "60000"]), logger: fixture.logger)
            for _ in 0..<20 { try producer.send(ProducerRecord(topic: fixture.topic, partition: 0, value: [1])) }
            #expect(producer.crash() == 20)
        }
        let reader = try TopicReader(fixture.configuration, logger: fixture.logger)
        let page = try await reader.page(topic: fixture.topic, at: .beginning, limit: 100)
        #expect(page.records.map { text($0.value) } == ["safe"])
    }

    @Test func `a record refused by the broker is not persisted and has Kafka's name for why`() throws {
        // The brokers' words must reach the user unchanged.
        let fixture = try MockClusterFixture()
        let log = ReportLog()
        let producer = try Producer(fixture.configuration, logger: fixture.logger, onDelivery: { log.add($0) })
        fixture.cluster.failNext(apiKey: 0, with: [.init(rawValue: 87)])
        try producer.send(ProducerRecord(topic: fixture.topic, partition: 0, value: [1]))
        try producer.flush(milliseconds: 60_000)
        #expect(log.reports.map { $0.error?.name } == ["INVALID_RECORD"])
        #expect(log.reports.map(\.persistence) == [.notPersisted])
    }

    @Test func `a setting that Kafka does not know is refused with its name`() throws {
        // librdkafka's explanation is the error that the user sees.
        let fixture = try MockClusterFixture()
        #expect {
            _ = try Producer(fixture.configuration.with(["no.such.setting": "1"]), logger: fixture.logger)
        } throws: { error in
            (error as? ClientError)?.reason.contains("no.such.setting") == true
        }
        #expect {
            let settings = fixture.configuration.with(["enable.idempotence": "true", "acks": "1"])
            _ = try Producer(settings, logger: fixture.logger)
        } throws: { error in
            (error as? ClientError)?.reason.contains("acks") == true
        }
    }
}
