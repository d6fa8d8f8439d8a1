import KafkaClient
import KafkaCluster
import KafkaProtocol

/// Sees every record of the workload come and go: what a ledger is made from. Called on the clients' own threads, at once:
/// who wants the time reads a clock, which for each record would cost as much as a ledger.
package protocol WorkloadObserver: Sendable {
    /// A producer has handed these records to its client, or tries to, and has not heard of any of them yet.
    func attempted(_ sequences: ClosedRange<UInt>, of producer: String, topic: String)
    /// What came of it, once for each attempt.
    func settled(_ id: RecordID, topic: String, _ outcome: ProducerOutcome)
    /// A member's poll, the how-manieth says `poll`, has returned these records to the application. Their names are beside
    /// them: nil for a record that is not the workload's.
    func delivered(_ records: [ConsumedRecord], _ ids: [RecordID?], to member: GroupMember, poll: Int)
    /// The application is through with the record.
    func processed(_ record: ConsumedRecord, _ id: RecordID?, by member: GroupMember, _ outcome: WorkOutcome)
    /// The member is about to commit these; attempts count from 1.
    func committing(_ offsets: [GroupPosition], by member: GroupMember, attempt: Int)
    /// The answer to an attempt, for each partition. A member that dies hears none.
    func committed(_ results: [PartitionOffset], by member: GroupMember, attempt: Int)
    func assigned(_ partitions: [TopicPartition], to member: GroupMember)
    /// The member reads on from elsewhere, as it was told.
    func repositioned(_ partitions: [TopicPartition], of member: GroupMember)
    /// `lost`: the group has given them to others already.
    func revoked(_ partitions: [TopicPartition], from member: GroupMember, lost: Bool)
    func crashed(_ member: GroupMember)
    /// Records of the topic that it found in the log more than once; nil where it does not look.
    func doubled(in topic: String) -> Int64?
    /// How often the group has processed a record that it had processed before; nil where it does not look.
    func processedAgain(by group: String) -> Int64?
}

extension WorkloadObserver {
    package func doubled(in topic: String) -> Int64? { nil }
    package func processedAgain(by group: String) -> Int64? { nil }
}

/// One member of a group of the workload. Its name is the client id and never used again.
package struct GroupMember: Hashable, Sendable {
    package var group: String
    package var name: String
    /// Counted from 1.
    package var number: Int
}

/// How an application is through with a record.
package enum WorkOutcome: Hashable, Sendable {
    /// The work is done.
    case done
    /// Its id was known: it had been done before.
    case skippedDuplicate
    /// It failed, and the application went on: what the record was for has not happened.
    case swallowed
    /// It failed so often that the record was put aside.
    case deadLettered(topic: String)
}
