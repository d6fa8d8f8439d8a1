import KafkaProtocol

/// What the workload tells of its records.
package enum DeliveryEvent: Hashable, Sendable {
    /// A producer hands a record to its client. The same record again is a re-send of the application's.
    case attempted(producer: String, sequence: Int)
    case settled(producer: String, sequence: Int, SendOutcome)
    /// A consumer was handed a record. A reader without a group is one that only looks.
    case delivered(Reader, TopicPartition, offset: Int64, producer: String, sequence: Int)
    /// The work for a record is done.
    case processed(group: String, producer: String, sequence: Int)
    /// The group's position is durable: it goes on there after whatever may happen.
    case committed(group: String, TopicPartition, offset: Int64)
    /// The consumer begins anew with this partition: by an assignment or a seek.
    case repositioned(Reader, TopicPartition)
    /// Records before it may rightly be gone: by retention, DeleteRecords or the cleaner.
    case retired(TopicPartition, before: Int64)
    /// Somebody has read each partition from its start to its end, after all producers had ended.
    case finalRead
}

package struct Reader: Hashable, Sendable {
    package var group: String?
    package var name: String

    package init(_ name: String, of group: String?) {
        self.name = name
        self.group = group
    }
}

package enum SendOutcome: Hashable, Sendable {
    case acknowledged(TopicPartition, offset: Int64)
    /// Certainly not in the log.
    case failed
    /// A timeout, NOT_ENOUGH_REPLICAS_AFTER_APPEND, or nobody was asked (acks=0).
    case unknown
}
