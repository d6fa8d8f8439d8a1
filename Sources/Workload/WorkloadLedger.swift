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

    package init(mostRecords: Int = 1_000_000) {
        history = Mutex(DeliveryHistory(mostRecords: mostRecords))
    }

    package var verdict: DeliveryVerdict { history.withLock { $0.verdict() } }

    /// Costs nothing, other than a verdict.
    package var doubled: Int64 { history.withLock { Int64($0.doubled) } }

    package func processedAgain(by group: String) -> Int64? {
        history.withLock { Int64($0.processedAgain(by: group)) }
    }

    /// Somebody who belongs to no group reads the log from its start to its end.
    package func read(_ records: [ConsumedRecord], by name: String) {
        var names = RecordIDReader()
        read(records, records.map { names.id(of: $0) }, by: name)
    }

    func read(_ records: [ConsumedRecord], _ ids: [RecordID?], by name: String) {
        deliver(records, ids, to: Reader(name, of: nil))
    }

    /// All producers have ended, and every partition was read to its end.
    package func finalRead() { note(.finalRead) }

    /// Records before it may rightly be gone.
    package func retired(_ partition: TopicPartition, before offset: Int64) {
        note(.retired(partition, before: offset))
    }

    /// The group's coordinator says so: a member that died never heard of its last commits. A group of whose members
    /// nothing was heard is somebody else's, and what it has done is not known.
    package func committed(_ offset: Int64, of partition: TopicPartition, by group: String) {
        history.withLock { history in
            if history.knows(group: group) { history.note(.committed(group: group, partition, offset: offset)) }
        }
    }

    private func note(_ event: DeliveryEvent) { history.withLock { $0.note(event) } }

    // MARK: WorkloadObserver

    package func attempted(_ sequences: ClosedRange<UInt>, of producer: String, topic: String) {
        let sequences = Int(clamping: sequences.lowerBound)...Int(clamping: sequences.upperBound)
        history.withLock { $0.attempted(producer, sequences) }
    }

    package func settled(_ id: RecordID, topic: String, _ outcome: ProducerOutcome) {
        let fate: SendOutcome =
            switch outcome {
            case .acknowledged(let partition, let offset?): .acknowledged(partition, offset: offset)
            case .acknowledged(_, nil), .unknown: .unknown
            case .failed, .dropped, .lostInBuffer: .failed
            }
        history.withLock { $0.settled(id.producer, Int(clamping: id.sequence), fate) }
    }

    package func delivered(_ records: [ConsumedRecord], _ ids: [RecordID?], to member: GroupMember, poll: Int) {
        deliver(records, ids, to: Reader(member.name, of: member.group))
    }

    private func deliver(_ records: [ConsumedRecord], _ ids: [RecordID?], to reader: Reader) {
        history.withLock { history in
            for index in records.indices {
                guard let id = ids[index] else { continue }
                history.delivered(
                    to: reader, records[index].partition, records[index].offset, id.producer,
                    Int(clamping: id.sequence))
            }
        }
    }

    package func processed(_ record: ConsumedRecord, _ id: RecordID?, by member: GroupMember, _ outcome: WorkOutcome) {
        guard let id else { return }
        history.withLock { history in
            switch outcome {
            case .done, .deadLettered: history.processed(by: member.group, id.producer, Int(clamping: id.sequence))
            case .skippedDuplicate:
                history.knewAsProcessed(by: member.group, id.producer, Int(clamping: id.sequence))
            case .swallowed: break
            }
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
