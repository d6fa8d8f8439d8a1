import KafkaClient
import KafkaProtocol

/// Sees every record of the workload come and go: what a ledger is made from. Called on the clients' own threads.
package protocol WorkloadObserver: Sendable {
    /// A producer is about to hand a record to its client. The partition is nil where the client chooses it.
    func attempted(_ id: RecordID, topic: String, partition: Int32?, at: Instant)
    /// What came of it, once for each attempt.
    func settled(_ id: RecordID, _ outcome: ProducerOutcome, at: Instant)
    /// A member of a group has been handed a record.
    func consumed(_ record: ConsumedRecord, group: String, member: String)
}
