import KafkaCluster
import KafkaProtocol

/// What is too costly to be in every picture, or changes too seldom: asked for while a screen shows it.
package enum Inquiry: Hashable, Sendable {
    /// What was acknowledged, and what became of it.
    case ledger
    /// The first records that are not older than a time, in milliseconds since 1970.
    case offsets([TopicPartition], time: Int64)

    /// A topic's settings.
    case configs(topic: String)
    /// The batch that a record lies in.
    case batch(TopicPartition, offset: Int64)

    /// What lies on the disks for a partition; of one broker, or of all that hold a replica.
    case segments(TopicPartition, broker: BrokerID?)
    /// What a topic's leaders know of idempotent producers.
    case producers(topic: String)
    /// The way of a record.
    case journey(JourneySubject)

    /// How soon after an answer the question is put again.
    var interval: Duration {
        switch self {
        // A verdict walks over up to a million records.
        case .ledger, .producers: .seconds(2)
        case .offsets, .segments: .seconds(5)
        case .configs: .seconds(10)
        case .journey: .milliseconds(500)
        // Only compaction and retention change it.
        case .batch: .seconds(60)
        }
    }
}

/// What came of an inquiry.
package enum Answer: Hashable, Sendable {
    case ledger(LedgerPicture)
    case offsets(Inquiry, [PartitionTime])
    case configs(TopicConfigPicture)
    case batch(Inquiry, RecordBatchFacts)
    case segments(Inquiry, ReplicaLogsPicture)
    case producers(ProducersPicture)
    /// Nil as long as the record has not been sent.
    case journey(Inquiry, RecordJourney?)
    /// Nobody knows, for this reason.
    case none(Inquiry, reason: String)

    var inquiry: Inquiry {
        switch self {
        case .ledger: .ledger
        case .configs(let picture): .configs(topic: picture.topic)
        case .producers(let picture): .producers(topic: picture.topic)
        case .offsets(let inquiry, _), .batch(let inquiry, _), .segments(let inquiry, _), .journey(let inquiry, _),
            .none(let inquiry, _):
            inquiry
        }
    }
}

/// The question that is out or was answered last. There is one at a time: that of the screen.
struct Asked: Hashable, Sendable {
    var inquiry: Inquiry
    /// Nil while it is out.
    var answeredAt: Instant?
    /// Why there is no answer.
    var reason: String?
    /// What was answered, where only the screen that asked needs it.
    var answer: Answer?

    var nextTime: Instant? { answeredAt.map { $0 + inquiry.interval } }
}
