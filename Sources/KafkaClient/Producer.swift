import CRdkafka
import Logging

/// A producer: records go into librdkafka's queue at once, and each one's fate comes back as a delivery report from
/// whoever polls.
package final class Producer: @unchecked Sendable {
    let handle: ClientHandle
    private let queue: ClientQueue

    /// `onDelivery` and `onError` run inside `poll` and `flush`, on the calling thread; they must not hold the producer.
    package init(
        _ configuration: ClientConfiguration, logger: Logger,
        onError: (@Sendable (ClientError) -> Void)? = nil,
        onDelivery: (@Sendable (DeliveryReport) -> Void)? = nil
    ) throws(ClientError) {
        let context = CallbackContext(logger: logger, onError: onError, onDelivery: onDelivery)
        self.handle = try ClientHandle(RD_KAFKA_PRODUCER, configuration, context)
        self.queue = ClientQueue(polledBy: handle, isConsumer: false)
    }

    /// Queues a copy of the record. Throws `queueFull` when the queue is; poll and try again.
    package func send(_ record: ProducerRecord, tag: UInt = 0) throws(ClientError) {
        var headers: OpaquePointer?
        if !record.headers.isEmpty {
            headers = rd_kafka_headers_new(record.headers.count)
            for header in record.headers {
                let code =
                    header.value.map { rd_kafka_header_add(headers, header.name, -1, $0, $0.count) }
                    ?? rd_kafka_header_add(headers, header.name, -1, nil, 0)
                if let error = ClientError(code) {
                    rd_kafka_headers_destroy(headers)
                    throw error
                }
            }
        }
        let error = record.topic.withCString { topic in
            withBytes(record.key) { key in
                withBytes(record.value) { value in
                    produce(
                        topic: topic, partition: record.partition ?? -1, key: key, value: value, headers: headers,
                        tag: tag)
                }
            }
        }
        // librdkafka takes the headers over only with the record.
        if let error {
            if let headers { rd_kafka_headers_destroy(headers) }
            throw error
        }
    }

    /// The same without a value of Swift for each record, where a worker sends thousands a second.
    package func send(
        topic: String, partition: Int32? = nil, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer,
        tag: UInt = 0
    ) throws(ClientError) {
        let error = topic.withCString {
            produce(topic: $0, partition: partition ?? -1, key: key, value: value, headers: nil, tag: tag)
        }
        if let error { throw error }
    }

    private func produce(
        topic: UnsafePointer<CChar>, partition: Int32, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: OpaquePointer?, tag: UInt
    ) -> ClientError? {
        withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { arguments in
            arguments.initialize(repeating: rd_kafka_vu_t())
            arguments[0].vtype = RD_KAFKA_VTYPE_TOPIC
            arguments[0].u.cstr = topic
            arguments[1].vtype = RD_KAFKA_VTYPE_PARTITION
            arguments[1].u.i32 = partition
            arguments[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS
            arguments[2].u.i = RD_KAFKA_MSG_F_COPY
            arguments[3].vtype = RD_KAFKA_VTYPE_OPAQUE
            arguments[3].u.ptr = UnsafeMutableRawPointer(bitPattern: tag)
            arguments[4].vtype = RD_KAFKA_VTYPE_VALUE
            arguments[4].u.mem.ptr = UnsafeMutableRawPointer(mutating: value?.baseAddress)
            arguments[4].u.mem.size = value?.count ?? 0
            arguments[5].vtype = RD_KAFKA_VTYPE_KEY
            arguments[5].u.mem.ptr = UnsafeMutableRawPointer(mutating: key?.baseAddress)
            arguments[5].u.mem.size = key?.count ?? 0
            if let headers {
                arguments[6].vtype = RD_KAFKA_VTYPE_HEADERS
                arguments[6].u.headers = headers
            }
            return ClientError(
                consuming: rd_kafka_produceva(handle.pointer, arguments.baseAddress, headers == nil ? 6 : 7))
        }
    }

    /// Connects and learns who leads the topic, so that the first record need not wait for it: a new client would look
    /// only once a second. Blocks; a cluster that does not answer in time is no error here.
    package func learn(topic: String, milliseconds: Int) {
        _ = try? ClusterMetadata(from: handle, topic: topic, milliseconds: milliseconds)
    }

    /// Serves delivery reports and errors, waiting for the first; returns how many it served.
    @discardableResult
    package func poll(milliseconds: Int) -> Int { Int(rd_kafka_poll(handle.pointer, Int32(clamping: milliseconds))) }

    /// Ends a poll that waits, from another thread.
    package func wake() { queue.wake() }

    /// Waits until every record has its report, serving them.
    package func flush(milliseconds: Int) throws(ClientError) {
        try ClientError.check(rd_kafka_flush(handle.pointer, Int32(clamping: milliseconds)))
    }

    /// Records queued, in flight, or with a report that nobody has polled yet.
    package var outstanding: Int { Int(rd_kafka_outq_len(handle.pointer)) }

    /// Gives up on every record that has no answer yet; each gets its report at the next poll.
    package func purge() {
        rd_kafka_purge(handle.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    }

    /// Dies as a process does: what was still queued is lost, and nobody hears of what was in flight. Returns how many
    /// records had no report. The client itself goes with its last reference; do not poll it again.
    @discardableResult
    package func crash() -> Int {
        let lost = outstanding
        purge()
        handle.endAbruptly()
        return lost
    }
}

private func withBytes<R>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> R) -> R {
    guard let bytes else { return body(nil) }
    // An empty array may have no address, but an empty value is not a null one.
    return bytes.isEmpty
        ? withUnsafeBytes(of: UInt8(0)) { body(UnsafeRawBufferPointer(rebasing: $0[0..<0])) }
        : bytes.withUnsafeBytes { body($0) }
}
