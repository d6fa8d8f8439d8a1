import CRdkafka
import KafkaProtocol
import Logging

/// Looks into topics without joining a group and without committing: nobody's offsets move because someone looked.
package final class TopicReader: Sendable {
    package enum Position: Hashable, Sendable {
        case beginning
        /// The newest records.
        case end
        /// The same offset in every partition; outside of a partition's log, its nearer end.
        case offset(Int64)
        /// So many offsets before each partition's end.
        case beforeEnd(Int64)
        /// The first record of each partition that is not older, in milliseconds since 1970-01-01 UTC.
        case time(Int64)
        /// Where another page ended; partitions that are not named are left out.
        case from([Int32: Int64])
        /// What lies before another page.
        case before([Int32: Int64])
    }

    /// What is fetched ahead of each partition that is read. Where it is full librdkafka waits a second before it fetches on,
    /// and the next page with it: a page is to be over before.
    static let queueKilobytes = 4096

    private let consumer: GrouplessConsumer
    private let worker = BlockingWorker(name: "klamm-reader")

    package init(_ configuration: ClientConfiguration, logger: Logger) throws(ClientError) {
        // Small fetches that do not linger at the end of a log: a person looks at one screen of records.
        let settings = configuration.with([
            "fetch.wait.max.ms": "20", "queued.max.messages.kbytes": "\(Self.queueKilobytes)",
            "fetch.message.max.bytes": "262144",
            "auto.offset.reset": "earliest",
        ])
        self.consumer = try GrouplessConsumer(settings, logger: logger)
    }

    /// Reads at most `limit` records of these partitions, or of all. Repeated from a page's `next`, it follows a topic.
    /// A partition that does not answer in time is among the page's failures and keeps nobody else waiting.
    package func page(
        topic: String, partitions: [Int32]? = nil, at position: Position, limit: Int, milliseconds: Int = 5000
    ) async throws -> TopicPage {
        let consumer = consumer
        return try await worker.run {
            let deadline = monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
            var reading = Reading(consumer, topic: topic, limit: max(1, limit), deadline: deadline)
            try reading.locate(partitions, at: position)
            try reading.read()
            return reading.page(keepingNewest: position.keepsNewest)
        }
    }

    /// Looks through partitions for records that are `wanted`, from a position on or back from it, among these offsets alone.
    /// The page comes after a while also where there is more to look through: repeated from its `next`, or for what lies
    /// before it from its `first`, a search goes through the whole topic. Of many partitions some come first.
    package func search(
        topic: String, partitions: [Int32]? = nil, at position: Position, offsets: Range<Int64>? = nil, limit: Int,
        milliseconds: Int = 5000, wanted: @escaping @Sendable (ConsumedRecord) -> Bool
    ) async throws -> TopicPage {
        let consumer = consumer
        return try await worker.run {
            let deadline = monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
            var reading = Reading(consumer, topic: topic, limit: max(1, limit), deadline: deadline)
            reading.wanted = wanted
            reading.window = offsets
            try reading.locate(partitions, at: position)
            try reading.readSlice()
            return reading.searchedPage()
        }
    }

    /// Waits until one of these partitions has a record at or after its offset, and reads like `page`: a tail without
    /// asking again and again. Returns an empty page when nothing came in time.
    package func tail(
        topic: String, from offsets: [Int32: Int64], limit: Int, milliseconds: Int = 1000,
        wanted: (@Sendable (ConsumedRecord) -> Bool)? = nil
    ) async throws -> TopicPage {
        let consumer = consumer
        return try await worker.run {
            let deadline = monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
            var reading = Reading(consumer, topic: topic, limit: max(1, limit), deadline: deadline)
            reading.wanted = wanted
            try reading.locate(nil, at: .from(offsets))
            try reading.waitForRecords()
            return wanted == nil ? reading.page(keepingNewest: false) : reading.searchedPage()
        }
    }
}

extension TopicReader.Position {
    /// Whether a page that is too full keeps its newest records instead of its oldest.
    var keepsNewest: Bool {
        switch self {
        case .end, .before: true
        case .beginning, .offset, .beforeEnd, .time, .from: false
        }
    }
}
