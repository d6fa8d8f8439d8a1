import KafkaClient

/// Sees every record of the workload come and go: what a ledger is made from. Called on the clients' own threads.
package protocol WorkloadObserver: Sendable {
    /// The producer has its word, or the lack of one, about a record.
    func delivered(_ id: RecordID, _ report: DeliveryReport)
    /// A member of a group has been handed a record.
    func consumed(_ record: ConsumedRecord, group: String, member: String)
}
