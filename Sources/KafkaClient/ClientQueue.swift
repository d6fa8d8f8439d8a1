import CRdkafka

/// A queue of librdkafka, which lives at most as long as its client.
final class ClientQueue: @unchecked Sendable {
    let pointer: OpaquePointer
    private let handle: ClientHandle

    init(of handle: ClientHandle) {
        guard let queue = rd_kafka_queue_new(handle.pointer) else {
            preconditionFailure("librdkafka makes a queue for every client")
        }
        self.pointer = queue
        self.handle = handle
    }

    /// The queue that polling a producer serves, or polling a consumer.
    init(polledBy handle: ClientHandle, isConsumer: Bool) {
        let queue =
            isConsumer ? rd_kafka_queue_get_consumer(handle.pointer) : rd_kafka_queue_get_main(handle.pointer)
        guard let queue else { preconditionFailure("every polled client has the queue that it polls") }
        self.pointer = queue
        self.handle = handle
    }

    /// Ends a poll that waits on this queue, or else the next one.
    func wake() { rd_kafka_queue_yield(pointer) }

    deinit { rd_kafka_queue_destroy(pointer) }
}
