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
    private let history: Mutex<DeliveryHistory>

    package init(mostRecords: Int = 1_000_000) { history = Mutex(DeliveryHistory(mostRecords: mostRecords)) }

    package var verdict: DeliveryVerdict { history.withLock { $0.verdict() } }

    /// Somebody who belongs to no group reads the log from its start to its end.
    package func read(_ records: [ConsumedRecord], by name: String) {
        history.withLock { history in
            for record in records { Self.deliver(record, to: Reader(name, of: nil), &history) }
        }
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

    private func note(_ event: DeliveryEvent) { history.withLock { $0.note(event) } }

    private static func deliver(_ record: ConsumedRecord, to reader: Reader, _ history: inout DeliveryHistory) {
        guard let id = RecordID(of: record) else { return }
        history.note(
            .delivered(
                reader, record.partition, offset: record.offset, producer: id.producer,
                sequence: Int(clamping: id.sequence)
            ))
    }

    // MARK: WorkloadObserver

    package func attempted(_ id: RecordID, topic: String, partition: Int32?, at: Instant) {
        note(.attempted(producer: id.producer, sequence: Int(clamping: id.sequence)))
    }

    package func settled(_ id: RecordID, _ outcome: ProducerOutcome, at: Instant) {
        let fate: SendOutcome =
            switch outcome {
            case .acknowledged(let partition, let offset?): .acknowledged(partition, offset: offset)
            case .acknowledged(_, nil), .unknown: .unknown
            case .failed, .dropped, .lostInBuffer: .failed
            }
        note(.settled(producer: id.producer, sequence: Int(clamping: id.sequence), fate))
    }

    package func delivered(_ record: ConsumedRecord, to member: GroupMember, poll: Int, at: Instant) {
        history.withLock { Self.deliver(record, to: Reader(member.name, of: member.group), &$0) }
    }

    package func processed(_ record: ConsumedRecord, by member: GroupMember, _ outcome: WorkOutcome, at: Instant) {
        guard let id = RecordID(of: record) else { return }
        switch outcome {
        case .done, .deadLettered:
            note(.processed(group: member.group, producer: id.producer, sequence: Int(clamping: id.sequence)))
        case .skippedDuplicate, .swallowed: break
        }
    }

    package func committing(_ offsets: [GroupPosition], by member: GroupMember, attempt: Int, at: Instant) {}

    package func committed(_ results: [PartitionOffset], by member: GroupMember, attempt: Int, at: Instant) {
        for result in results where result.error == nil {
            if let offset = result.offset { note(.committed(group: member.group, result.partition, offset: offset)) }
        }
    }

    package func assigned(_ partitions: [TopicPartition], to member: GroupMember, at: Instant) {
        repositioned(partitions, of: member, at: at)
    }

    package func repositioned(_ partitions: [TopicPartition], of member: GroupMember, at: Instant) {
        for partition in partitions { note(.repositioned(Reader(member.name, of: member.group), partition)) }
    }

    package func revoked(_ partitions: [TopicPartition], from member: GroupMember, lost: Bool, at: Instant) {}
    package func crashed(_ member: GroupMember, at: Instant) {}
}
