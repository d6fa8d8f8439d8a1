import KafkaProtocol

/// Records that a broker has told a producer to be written, with what it knew as it did.
package struct AcknowledgedBatch: Hashable, Sendable {
    package var partition: TopicPartition
    package var topicID: Uuid
    package var offsets: ClosedRange<Int64>
    /// The epoch in which they were appended.
    package var leaderEpoch: Int32
    /// 1, or -1 for all.
    package var acks: Int16
    package var broker: BrokerID
    package var isr: [BrokerID]
    /// The others of the ISR; none where the broker leads no more and cannot say.
    package var followers: [Loss.Follower]
    package var highWatermark: Int64
    /// What the producer calls itself.
    package var client: String
    package var answer: AnswerNumber
    package var at: Instant

    package init(
        _ partition: TopicPartition, topicID: Uuid, _ offsets: ClosedRange<Int64>, leaderEpoch: Int32, acks: Int16,
        by broker: BrokerID,
        isr: [BrokerID], followers: [Loss.Follower], highWatermark: Int64, client: String, answer: AnswerNumber,
        at: Instant
    ) {
        self.partition = partition
        self.topicID = topicID
        self.offsets = offsets
        self.leaderEpoch = leaderEpoch
        self.acks = acks
        self.broker = broker
        self.isr = isr
        self.followers = followers
        self.highWatermark = highWatermark
        self.client = client
        self.answer = answer
        self.at = at
    }
}

/// One answer among all that a broker's connections were given. Connections are numbered by their broker.
package struct AnswerNumber: Hashable, Sendable {
    package var connection: UInt64
    /// The first answer of a connection is number 1.
    package var number: UInt64

    package init(connection: UInt64, number: UInt64) {
        self.connection = connection
        self.number = number
    }
}
