/// One producer of the workload, in Kafka's terms and with Kafka's defaults, or librdkafka's where Kafka's producer has
/// no such setting.
package struct ProducerSettings: Hashable, Sendable {
    package var topic: String
    /// Records go to these in turn; to the partition of their key, or to any, where none is named.
    package var partitions: [Int32] = []
    /// Records per second; nil sends as fast as the client can.
    package var recordsPerSecond: Double?
    /// Once it has sent so many, the dropped among them, it sends no more, and lives on for what is still to be answered;
    /// nil for no limit. What the outbox sends again does not count.
    package var recordLimit: Int?
    /// Bytes of each value.
    package var valueBytes = 100
    /// Different keys in rotation; 0 sends without keys.
    package var keys = 100

    package var sendMode = SendMode.asynchronous
    package var acks = Acks.all
    package var enableIdempotence = false
    package var retries = Int(Int32.max)
    package var retryBackoffMilliseconds = 100
    /// From the send to the report, retries and all.
    package var deliveryTimeoutMilliseconds = 120_000
    /// How long one request waits for its answer.
    package var requestTimeoutMilliseconds = 30_000
    /// Requests without an answer on one connection.
    package var maxInFlight = 5

    package var lingerMilliseconds = 5
    package var batchBytes = 16_384
    package var compression = CompressionName.none
    /// A larger record fails in the producer at once.
    package var maxMessageBytes = 1_000_000

    /// Records that may wait in the client, those in flight among them.
    package var bufferMessages = 100_000
    /// Kafka's buffer.memory, in kilobytes.
    package var bufferKilobytes = 32_768
    package var fullBuffer = FullBuffer.block

    /// Each record is kept in SQLite until a consumer of this workload has processed it, and is sent again when it stays for
    /// longer than this; nil keeps none.
    package var outboxResendMilliseconds: Int?

    package init(topic: String, recordsPerSecond: Double?) {
        self.topic = topic
        self.recordsPerSecond = recordsPerSecond
    }
}

/// What the application does about a record's fate.
package enum SendMode: String, Hashable, Sendable, CaseIterable {
    /// It does not ask. Whatever happens to a record, the application never learns of it.
    case fireAndForget = "fire-and-forget"
    /// It waits for each record's report before it sends the next.
    case synchronous
    /// It sends on, and hears of each record in its delivery report.
    case asynchronous
}

/// What the application does with a record for which the client's buffer has no room.
package enum FullBuffer: Hashable, Sendable {
    /// Waits until there is room, however long that takes.
    case block
    /// Kafka's max.block.ms: waits so long, then drops the record.
    case blockUpTo(milliseconds: Int)
    case drop
}
