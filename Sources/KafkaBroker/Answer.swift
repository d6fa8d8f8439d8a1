import KafkaProtocol

/// An answer to a client, and what it promises.
package struct Answer: Hashable, Sendable {
    /// Response header first, without the size before it. No parts stand for a request that gets no answer (acks=0).
    package var parts: [Payload]
    /// The batches that the client takes for written once it has read this.
    package var acknowledged: [Acknowledgement] = []

    package init(_ parts: [Payload], acknowledged: [Acknowledgement] = []) {
        self.parts = parts
        self.acknowledged = acknowledged
    }
}

/// A broker's word to a producer that its records are written, and what the broker knew as it gave it.
package struct Acknowledgement: Hashable, Sendable {
    /// Another member of the ISR.
    package struct Follower: Hashable, Sendable {
        package var id: BrokerID
        /// As the leader knows of its fetches; nil until it has fetched from this leader.
        package var logEndOffset: Int64?

        package init(_ id: BrokerID, logEndOffset: Int64?) {
            self.id = id
            self.logEndOffset = logEndOffset
        }
    }

    package var partition: TopicPartition
    /// A topic that is deleted may be led on for a moment beside a new one of its name.
    package var topicID: Uuid
    /// Of the first and last record.
    package var firstOffset: Int64
    package var lastOffset: Int64
    /// The epoch in which the records were appended: of a duplicate, that of its first arrival.
    package var leaderEpoch: Int32
    /// What the producer asked for: 1, or -1 for all.
    package var acks: Int16
    package var isr: [BrokerID]
    /// None where the broker leads no more.
    package var followers: [Follower]
    package var highWatermark: Int64
    /// What the producer calls itself.
    package var clientId: String

    package init(
        partition: TopicPartition, topicID: Uuid, firstOffset: Int64, lastOffset: Int64, leaderEpoch: Int32,
        acks: Int16,
        isr: [BrokerID], followers: [Follower], highWatermark: Int64, clientId: String
    ) {
        self.partition = partition
        self.topicID = topicID
        self.firstOffset = firstOffset
        self.lastOffset = lastOffset
        self.leaderEpoch = leaderEpoch
        self.acks = acks
        self.isr = isr
        self.followers = followers
        self.highWatermark = highWatermark
        self.clientId = clientId
    }
}
