import KafkaProtocol
import NIOCore

/// Records that were acknowledged and that the partition does not have any more: one loss for what one election took from
/// one epoch.
package struct Loss: Hashable, Sendable {
    /// What was acknowledged at one time.
    package struct Batch: Hashable, Sendable {
        package var offsets: ClosedRange<Int64>
        package var acks: Int16
        /// Nil where several clients' records are counted together.
        package var client: String?
        package var isr: [BrokerID]
        /// As it stood when the first of them was acknowledged.
        package var highWatermark: Int64
        /// Milliseconds since 1970, from the first acknowledgement to the last.
        package var from: Int64
        package var to: Int64
        /// Nobody knows whether the client has read the answer: its connection broke just then.
        package var receiptIsUnknown: Bool

        package var count: Int64 { offsets.upperBound - offsets.lowerBound + 1 }
    }

    package struct Election: Hashable, Sendable {
        package var leader: BrokerID
        package var leaderEpoch: Int32
        /// Where the new leader's log ended.
        package var logEndOffset: Int64
        package var isUnclean: Bool
        package var at: Instant
    }

    package struct Misfortune: Hashable, Sendable {
        package var fate: BrokerFate
        package var at: Instant
    }

    package struct Drop: Hashable, Sendable {
        package var broker: BrokerID
        package var reason: DropReason
        package var at: Instant
    }

    /// Numbered from 1 on, in the order in which they were noticed.
    package var number: Int
    package var partition: TopicPartition
    package var topicID: Uuid
    package var leaderEpoch: Int32
    /// Who acknowledged them.
    package var broker: BrokerID
    /// By offset.
    package var batches: [Batch]
    package var election: Election
    /// What befell the broker that had acknowledged them, between that and the election.
    package var misfortune: Misfortune?
    /// Where they were dropped, if it is known yet: a replica that is down still has them.
    package var drops: [Drop] = []
    /// The records themselves as far as they were seen before they went; the first `mostRecords` of them.
    package var records: [Record] = []
    /// A replica that still had them came to lead, and they are there again.
    package var returnedAt: Instant?

    package static let mostRecords = 10_000
    static let mostBatches = 1000

    /// More that was acknowledged in vain. Beyond `mostBatches` those that follow each other are told as one.
    mutating func add(_ more: [Batch]) {
        for batch in more {
            if batches.count >= Self.mostBatches, let last = batches.indices.last,
                batches[last].offsets.upperBound + 1 == batch.offsets.lowerBound, batches[last].acks == batch.acks
            {
                batches[last].offsets = batches[last].offsets.lowerBound...batch.offsets.upperBound
                batches[last].to = batch.to
                if batches[last].client != batch.client { batches[last].client = nil }
            } else {
                batches.append(batch)
            }
        }
    }

    /// The same loss, of these of its records alone.
    func part(of batches: [Batch]) -> Self {
        var part = self
        part.batches = []
        part.add(batches)
        part.records.removeAll { record in !batches.contains { $0.offsets.contains(record.offset) } }
        return part
    }

    /// How many records were acknowledged in vain, those of unknown receipt among them.
    package var count: Int64 { batches.reduce(0) { $0 + $1.count } }
    package var countOfUnknownReceipt: Int64 { batches.reduce(0) { $0 + ($1.receiptIsUnknown ? $1.count : 0) } }
    package var offsets: ClosedRange<Int64> {
        batches[0].offsets.lowerBound...batches[batches.count - 1].offsets.upperBound
    }
}
