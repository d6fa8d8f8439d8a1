import DeliveryLedger
import KafkaClient
import KafkaCluster
import KafkaProtocol
import Synchronization

/// The ledger of the workload's records: tells the history what the clients do, and judges it.
///
/// A record that was put aside counts as processed: its application has dealt with it. One whose error was swallowed does
/// not: what it was for has not happened.
package final class WorkloadLedger: WorkloadObserver {
    private struct State {
        var history: DeliveryHistory
        var names = RecordIDReader()

        mutating func deliver(_ records: [ConsumedRecord], to reader: Reader) {
            for record in records {
                guard let id = names.id(of: record) else { continue }
                history.delivered(
                    to: reader, record.partition, record.offset, id.producer, Int(clamping: id.sequence))
            }
        }
    }
    private let state: Mutex<State>

    package init(mostRecords: Int = 1_000_000) {
        state = Mutex(State(history: DeliveryHistory(mostRecords: mostRecords)))
    }

    package var verdict: DeliveryVerdict { state.withLock { $0.history.verdict() } }

    /// Somebody who belongs to no group reads the log from its start to its end.
    package func read(_ records: [ConsumedRecord], by name: String) {
        state.withLock { $0.deliver(records, to: Reader(name, of: nil)) }
    }

    /// All producers have ended, and every partition was read to its end.
    package func finalRead() { note(.finalRead) }

    /// Records before it may rightly be gone.
    package func retired(_ partition: TopicPartition, before offset: Int64) {
        note(.retired(partition, before: offset))
    }

    /// The group's coordinator says so: a member that died never heard of its last commits.
    package func committed(_ offset: Int64, of partition: TopicPartition, by group: String) {
        note(.committed(group: group, partition, offset: offset))
    }

    private func note(_ event: DeliveryEvent) { state.withLock { $0.history.note(event) } }

    // MARK: WorkloadObserver

    package func attempted(_ id: RecordID, topic: String, partition: Int32?) {
        state.withLock { $0.history.attempted(id.producer, Int(clamping: id.sequence)) }
    }

    package func settled(_ id: RecordID, topic: String, _ outcome: ProducerOutcome) {
        let fate: SendOutcome =
            switch outcome {
            case .acknowledged(let partition, let offset?): .acknowledged(partition, offset: offset)
            case .acknowledged(_, nil), .unknown: .unknown
            case .failed, .dropped, .lostInBuffer: .failed
            }
        state.withLock { $0.history.settled(id.producer, Int(clamping: id.sequence), fate) }
    }

    package func delivered(_ records: [ConsumedRecord], to member: GroupMember, poll: Int) {
        state.withLock { $0.deliver(records, to: Reader(member.name, of: member.group)) }
    }

    package func processed(_ record: ConsumedRecord, by member: GroupMember, _ outcome: WorkOutcome) {
        switch outcome {
        case .done, .deadLettered:
            state.withLock { state in
                guard let id = state.names.id(of: record) else { return }
                state.history.processed(by: member.group, id.producer, Int(clamping: id.sequence))
            }
        case .skippedDuplicate, .swallowed: break
        }
    }

    package func committing(_ offsets: [GroupPosition], by member: GroupMember, attempt: Int) {}

    package func committed(_ results: [PartitionOffset], by member: GroupMember, attempt: Int) {
        for result in results where result.error == nil {
            if let offset = result.offset { note(.committed(group: member.group, result.partition, offset: offset)) }
        }
    }

    package func assigned(_ partitions: [TopicPartition], to member: GroupMember) {
        repositioned(partitions, of: member)
    }

    package func repositioned(_ partitions: [TopicPartition], of member: GroupMember) {
        for partition in partitions { note(.repositioned(Reader(member.name, of: member.group), partition)) }
    }

    package func revoked(_ partitions: [TopicPartition], from member: GroupMember, lost: Bool) {}
    package func crashed(_ member: GroupMember) {}
}
