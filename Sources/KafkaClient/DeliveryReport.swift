import CRdkafka

/// What became of one record that was handed to a producer.
package struct DeliveryReport: Sendable {
    /// What is known of the record in the partition's log.
    package enum Persistence: Hashable, Sendable {
        /// It was never sent, or the broker refused it.
        case notPersisted
        /// It was sent and nobody answered, or nobody was asked to answer (acks=0).
        case possiblyPersisted
        case persisted
    }

    /// The number given with the record when it was sent.
    package var tag: UInt
    package var partition: Int32
    /// Nil when no broker told it.
    package var offset: Int64?
    /// From the send to this report.
    package var latencyMicroseconds: Int64?
    package var persistence: Persistence
    package var error: ClientError?

    init(_ message: UnsafePointer<rd_kafka_message_t>) {
        self.tag = UInt(bitPattern: message.pointee._private)
        self.partition = message.pointee.partition
        self.offset = message.pointee.offset >= 0 ? message.pointee.offset : nil
        let latency = rd_kafka_message_latency(message)
        self.latencyMicroseconds = latency >= 0 ? latency : nil
        self.persistence =
            switch rd_kafka_message_status(message) {
            case RD_KAFKA_MSG_STATUS_NOT_PERSISTED: .notPersisted
            case RD_KAFKA_MSG_STATUS_PERSISTED: .persisted
            default: .possiblyPersisted
            }
        self.error = ClientError(message.pointee.err)
    }
}
