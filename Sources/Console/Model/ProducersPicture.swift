import KafkaProtocol

/// What the leaders' logs of a topic know of the producers that wrote to them with an id.
package struct ProducersPicture: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        package var partition: Int32
        package var producerID: Int64
        package var epoch: Int32
        /// -1 where no batch of this epoch is remembered.
        package var lastSequence: Int32
        /// Nil where it is not told: Kafka's protocol has no field for it.
        package var lastOffset: Int64?
        /// In milliseconds since 1970.
        package var lastTimestamp: Int64?
        /// Where the transaction began that is under way.
        package var transactionStart: Int64?

        package init(partition: Int32, producerID: Int64, epoch: Int32, lastSequence: Int32) {
            self.partition = partition
            self.producerID = producerID
            self.epoch = epoch
            self.lastSequence = lastSequence
        }
    }

    package var topic: String
    /// By partition and id.
    package var rows: [Row]
    /// Partitions of which nothing is known, and why: one sentence for all.
    package var gap: String?

    package init(topic: String, rows: [Row], gap: String? = nil) {
        self.topic = topic
        self.rows = rows
        self.gap = gap
    }
}
