import DeliveryLedger
import KafkaBroker
import KafkaProtocol

/// The record that a journey is of.
package enum JourneySubject: Hashable, Sendable {
    /// Without an epoch, the newest that was written at this offset.
    case record(TopicPartition, offset: Int64, leaderEpoch: Int32?)
    /// The next that klamm's producer of this topic sends. Wishes are numbered: each is for another record.
    case next(topic: String, wish: Int)

    package var topic: String {
        switch self {
        case .record(let partition, _, _): partition.topic
        case .next(let topic, _): topic
        }
    }
}

/// All that is known of a record, from whoever knows it.
package struct JourneyFacts {
    /// What the record itself says of its time, in milliseconds since 1970.
    package struct Stamp: Hashable, Sendable {
        package var milliseconds: Int64
        /// By the leader as it wrote it, not by the producer.
        package var isAppendTime: Bool

        package init(milliseconds: Int64, isAppendTime: Bool) {
            self.milliseconds = milliseconds
            self.isAppendTime = isAppendTime
        }
    }

    package var snapshot: ClusterSnapshot
    /// Nil as long as no broker has told where it lies.
    package var partition: TopicPartition?
    package var offset: Int64?
    package var leaderEpoch: Int32?
    package var stamp: Stamp?
    /// By broker; nil in a cluster whose brokers klamm does not run.
    package var replicas: [(broker: BrokerID, trace: ReplicaTrace)]?
    /// Nil for a record that klamm did not send, or did not follow.
    package var sending: SendTrace?
    /// klamm's own groups that read the topic.
    package var groups: [GroupTrace] = []
    package var loss: Loss?

    package init(snapshot: ClusterSnapshot) { self.snapshot = snapshot }

    /// The leader epoch that was given, else that of the newest record which a broker marked there.
    package var recordEpoch: Int32? {
        leaderEpoch ?? replicas?.compactMap(\.trace.written?.leaderEpoch).max()
    }

    /// The loss, unless the record has come back.
    var lastingLoss: Loss? { loss.flatMap { $0.returnedAt == nil ? $0 : nil } }

    /// Of the records that went to this place the one that was written when this one was: another may have stood there
    /// before, or may stand there now.
    package mutating func take(_ sends: [SendTrace]) {
        guard sending == nil else { return }
        let written = replicas?.lazy.compactMap(\.trace.written).first { $0.acks != nil }?.moment
        sending = sends.last { send in
            guard let written else { return sends.count == 1 }
            return send.sent <= written.to && send.reportedAt.map { $0 >= written.from } ?? true
        }
    }
}

/// What klamm's own producer knows of one record that it sent.
package struct SendTrace: Hashable, Sendable {
    package enum Report: Hashable, Sendable {
        case acknowledged(TopicPartition, offset: Int64?)
        case failed(String)
        case unknown(String?)
        /// The buffer was full, and the application did not wait, or not any longer.
        case dropped
        /// The producer crashed before it was sent.
        case lostInBuffer
    }

    /// `orders-k3x-1:7001`.
    package var name: String
    package var topic: String
    package var acks: Acks
    package var sent: Instant
    /// When librdkafka had taken it.
    package var buffered: Instant?
    package var report: Report?
    package var reportedAt: Instant?

    package init(name: String, topic: String, acks: Acks, sent: Instant) {
        self.name = name
        self.topic = topic
        self.acks = acks
        self.sent = sent
    }
}

/// What one of klamm's own groups did with one record.
package struct GroupTrace: Hashable, Sendable {
    package struct Poll: Hashable, Sendable {
        package var moment: Moment
        /// Counted from 1.
        package var member: Int

        package init(moment: Moment, member: Int) {
            self.moment = moment
            self.member = member
        }
    }

    package struct Work: Hashable, Sendable {
        package enum Outcome: Int16, Hashable, Sendable { case done, skippedDuplicate, swallowed, deadLettered }

        package var moment: Moment
        package var outcome: Outcome

        package init(moment: Moment, outcome: Outcome) {
            self.moment = moment
            self.outcome = outcome
        }
    }

    package var group: String
    package var polls: [Poll] = []
    package var works: [Work] = []
    /// The position after the record.
    package var commits: [Moment] = []

    package init(group: String) { self.group = group }
}
