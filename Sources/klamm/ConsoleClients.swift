import Console
import KafkaClient
import KafkaCluster
import KafkaProtocol
import Logging
import Synchronization

/// The clients that do what a user asks for in the console, each made when it is first needed.
final class ConsoleClients: Sendable {
    private struct Made {
        var admin: AdminClient?
        var reader: TopicReader?
        var sender: RecordSender?
    }

    private let configuration: ClientConfiguration
    private let logger: Logger
    private let made = Mutex(Made())

    init(_ configuration: ClientConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    func admin() throws -> AdminClient {
        try made.withLock { made in
            let client = try made.admin ?? AdminClient(configuration, logger: logger)
            made.admin = client
            return client
        }
    }

    private func reader() throws -> TopicReader {
        try made.withLock { made in
            let client = try made.reader ?? TopicReader(configuration, logger: logger)
            made.reader = client
            return client
        }
    }

    private func sender() throws -> RecordSender {
        try made.withLock { made in
            // A person waits for the answer: say after ten seconds that there is none.
            let settings = configuration.with(["acks": "all", "linger.ms": "0", "message.timeout.ms": "10000"])
            let client = try made.sender ?? RecordSender(settings, logger: logger)
            made.sender = client
            return client
        }
    }

    func produce(_ draft: RecordDraft) async throws -> Event.Outcome {
        let record = ProducerRecord(
            topic: draft.topic, partition: draft.partition, key: draft.key, value: draft.value,
            headers: draft.headers.map { ClientRecordHeader(name: $0.name, value: $0.value) })
        let report = try await sender().send(record)
        let partition = TopicPartition(topic: draft.topic, partition: report.partition)
        guard let offset = report.offset else { return .done("Wrote to \(partition)") }
        return .produced(partition, offset: offset)
    }

    func page(_ query: RecordQuery) async throws -> RecordPage {
        let reader = try reader()
        let filter = query.filter
        var wanted: (@Sendable (ConsumedRecord) -> Bool)?
        if let filter { wanted = { record in filter.holds(for: RecordRow(record)) } }
        if query.maxWait > .zero, case .from(let offsets) = query.start {
            let page = try await reader.tail(
                topic: query.topic, from: Self.byPartition(offsets), limit: query.limit,
                milliseconds: Int(query.maxWait.wholeMilliseconds), wanted: wanted)
            return RecordPage(id: query.id, page)
        }
        let partitions = query.partition.map { [$0] }
        if let wanted {
            let page = try await reader.search(
                topic: query.topic, partitions: partitions, at: Self.position(query.start), offsets: filter?.offsets,
                limit: query.limit, wanted: wanted)
            return RecordPage(id: query.id, page)
        }
        let page = try await reader.page(
            topic: query.topic, partitions: partitions, at: Self.position(query.start), limit: query.limit)
        return RecordPage(id: query.id, page)
    }

    private static func position(_ start: RecordQuery.Start) -> TopicReader.Position {
        switch start {
        case .begin: .beginning
        case .end: .end
        case .offset(let offset): .offset(offset)
        case .beforeEnd(let count): .beforeEnd(count)
        case .time(let milliseconds): .time(milliseconds)
        case .from(let offsets): .from(byPartition(offsets))
        case .before(let offsets): .before(byPartition(offsets))
        }
    }

    private static func byPartition(_ offsets: [Console.PartitionOffset]) -> [Int32: Int64] {
        Dictionary(offsets.map { ($0.partition, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }
}

extension RecordPage {
    fileprivate init(id: UInt64, _ page: TopicPage) {
        let failures = page.failures.map { "\(page.topic)-\($0.partition): \($0.error)" }
        self.init(
            id: id, rows: page.records.map(RecordRow.init),
            marks: page.partitions.map { partition in
                PartitionMark(
                    partition: partition.index, logStartOffset: partition.logStartOffset,
                    highWatermark: partition.highWatermark, firstOffset: partition.firstOffset,
                    nextOffset: partition.nextOffset)
            },
            error: failures.isEmpty ? nil : failures.joined(separator: " · "))
    }
}

extension RecordRow {
    fileprivate init(_ record: ConsumedRecord) {
        self.init(
            partition: record.partition.partition, offset: record.offset, timestamp: record.timestamp, key: record.key,
            value: record.value, headers: record.headers.map { Header(name: $0.name, value: $0.value) })
    }
}
