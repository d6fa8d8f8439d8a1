import KafkaClient
import KafkaCluster
import KafkaProtocol

/// What the application knows of one record's fate. Each record that it meant to send comes to exactly one of these.
package enum ProducerOutcome: Hashable, Sendable {
    /// A broker has answered for it, as acks asked.
    case acknowledged(TopicPartition, offset: Int64?)
    /// It is certainly in no log: never sent, or refused.
    case failed(ClientError)
    /// Nobody can say: the answer did not come, or nobody was asked. The error says what the client knows.
    case unknown(ClientError?)
    /// The buffer was full, and the application did not wait, or not any longer. The client never had it.
    case dropped
    /// It was in the client's buffer when the producer crashed, and had not been sent.
    case lostInBuffer

    /// Whether it tells that the way to the broker is open; whoever asks for no answer is told nothing else.
    var isAnswer: Bool {
        switch self {
        case .acknowledged, .unknown(nil): true
        case .failed, .unknown, .dropped, .lostInBuffer: false
        }
    }

    /// What a report tells an application that sends in this way. A producer that has crashed hears nothing: what was
    /// not in flight is gone, the rest is unknown.
    init(_ report: DeliveryReport, topic: String, mode: SendMode, acks: Acks, hasCrashed: Bool) {
        switch (report.error, report.persistence) {
        case (let error?, .notPersisted) where hasCrashed && error.isPurge: self = .lostInBuffer
        case _ where hasCrashed || mode == .fireAndForget: self = .unknown(nil)
        case (nil, _) where acks == .none: self = .unknown(nil)
        case (nil, _):
            self = .acknowledged(TopicPartition(topic: topic, partition: report.partition), offset: report.offset)
        case (let error?, .notPersisted): self = .failed(error)
        case (let error?, .possiblyPersisted), (let error?, .persisted): self = .unknown(error)
        }
    }
}

extension ClientError {
    /// The producer itself gave the record up.
    fileprivate var isPurge: Bool { code == .purgedFromQueue || code == .purgedInFlight }
}
