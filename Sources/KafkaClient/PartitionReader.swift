import CRdkafka
import Logging

/// Reads partitions of one topic from given offsets on, without a group: nothing is looked up at a coordinator, joined
/// or committed. Used by one thread at a time; it stops reading when it goes.
package final class PartitionReader {
    private let handle: ClientHandle
    private let topic: OpaquePointer
    private let queue: ClientQueue
    private var started: [Int32] = []
    private let batch: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>

    init(
        _ handle: ClientHandle, topic: String, from offsets: [(partition: Int32, offset: Int64)], batch: Int
    ) throws(ClientError) {
        guard let topic = rd_kafka_topic_new(handle.pointer, topic, nil) else {
            throw ClientError(code: .init(rd_kafka_last_error()))
        }
        self.handle = handle
        self.topic = topic
        self.queue = ClientQueue(of: handle)
        self.batch = .allocate(capacity: batch)
        self.batch.initialize(repeating: nil)
        for (partition, offset) in offsets {
            guard rd_kafka_consume_start_queue(topic, partition, offset, queue.pointer) == 0 else {
                throw ClientError(code: .init(rd_kafka_last_error()))
            }
            started.append(partition)
        }
    }

    /// A reader with a client of its own, for whoever only wants the records.
    package convenience init(
        _ consumer: GrouplessConsumer, topic: String, from offsets: [(partition: Int32, offset: Int64)],
        batch: Int = 1000
    ) throws(ClientError) {
        try self.init(consumer.handle, topic: topic, from: offsets, batch: batch)
    }

    deinit {
        for partition in started { rd_kafka_consume_stop(topic, partition) }
        rd_kafka_topic_destroy(topic)
        batch.deallocate()
    }

    /// Ends a read that waits, from another thread.
    func wake() { queue.wake() }

    /// Waits for records and lends each to `body`, with its error where it is none: a partition's end, an offset that
    /// is gone. Returns how many there were.
    func read(
        milliseconds: Int, _ body: (UnsafePointer<rd_kafka_message_t>, ClientError?) -> Void
    ) -> Int {
        // Asked for a batch, librdkafka waits until the batch is full; so the wait is for the first record alone.
        guard let first = rd_kafka_consume_queue(queue.pointer, Int32(clamping: milliseconds)) else { return 0 }
        body(first, ClientError(first.pointee.err))
        rd_kafka_message_destroy(first)
        let count = max(0, rd_kafka_consume_batch_queue(queue.pointer, 0, batch.baseAddress, batch.count))
        for index in 0..<count {
            guard let message = batch[index] else { continue }
            body(message, ClientError(message.pointee.err))
            rd_kafka_message_destroy(message)
        }
        return count + 1
    }

    /// Waits for records and counts them and the bytes of their values: as fast as records can be had.
    package func count(milliseconds: Int) throws(ClientError) -> (records: Int, bytes: Int) {
        var records = 0
        var bytes = 0
        var failure: ClientError?
        _ = read(milliseconds: milliseconds) { message, error in
            if let error {
                if error.code != .partitionEnd { failure = error }
            } else {
                records += 1
                bytes += message.pointee.len
            }
        }
        if let failure { throw failure }
        return (records, bytes)
    }
}

/// A consumer's client without a group, on which readers are opened.
package final class GrouplessConsumer: Sendable {
    let handle: ClientHandle

    package init(_ configuration: ClientConfiguration, logger: Logger) throws(ClientError) {
        let settings = configuration.with(["enable.auto.commit": "false", "enable.partition.eof": "true"])
        self.handle = try ClientHandle(RD_KAFKA_CONSUMER, settings, CallbackContext(logger: logger))
    }

    /// The offsets between which a partition can be read now: the log start, and the high watermark (for committed
    /// reads, the last stable offset).
    package func watermarks(
        topic: String, partition: Int32, milliseconds: Int = 5000
    ) throws(ClientError) -> Range<Int64> {
        var low: Int64 = 0
        var high: Int64 = 0
        try ClientError.check(
            rd_kafka_query_watermark_offsets(
                handle.pointer, topic, partition, &low, &high, Int32(clamping: milliseconds)))
        return low..<max(low, high)
    }
}
