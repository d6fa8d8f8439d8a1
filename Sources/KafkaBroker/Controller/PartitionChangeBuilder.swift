import KafkaProtocol

/// Decides who leads a partition after its ISR or the state of its brokers changed, and writes that as a record.
///
/// The rule is Kafka's:
///
/// | election    | who leads                                                                  | ISR             |
/// |-------------|----------------------------------------------------------------------------|-----------------|
/// | any, clean  | the leader, if valid; else the first valid replica in assignment order     | the target      |
/// | preferred   | the first replica, if valid; else as above                                 | the target      |
/// | unclean     | as clean; else the first acceptable replica in assignment order            | only the leader |
/// | none is     | nobody: leader -1                                                          | see below       |
///
/// A replica is acceptable when its broker is alive and does not stop, valid when it is also in the target ISR. The ISR is
/// never emptied: when the target is empty it stays as it was, so that its last members alone may lead again.
///
/// A target ISR that holds all that a reassignment is waiting for completes it in the same record. When replicas go, the
/// leader epoch is raised even though the leader stays, so that nobody goes on fetching as one of them.
package struct PartitionChangeBuilder {
    package enum Election: Hashable, Sendable {
        case clean
        case preferred
        case unclean
    }

    package let key: PartitionKey
    package let partition: PartitionImage
    package let election: Election
    package var targetIsr: [BrokerID]
    package var targetReassignment: PartitionReassignment
    package var targetLeaderRecoveryState: LeaderRecoveryState
    /// Where a broker puts replicas that it gets.
    package var directory: (BrokerID) -> Uuid = { _ in .zero }
    private let isAcceptableLeader: (BrokerID) -> Bool

    package init(
        _ partition: PartitionImage, key: PartitionKey, election: Election = .clean,
        isAcceptableLeader: @escaping (BrokerID) -> Bool
    ) {
        self.key = key
        self.partition = partition
        self.election = election
        self.targetIsr = partition.isr
        self.targetReassignment = PartitionReassignment(partition)
        self.targetLeaderRecoveryState = partition.leaderRecoveryState
        self.isAcceptableLeader = isAcceptableLeader
    }

    /// The record that brings the partition there; nil when it is there already. A record that names a leader, even the
    /// same one, begins a new leader epoch; every record begins a new partition epoch.
    package func build() -> PartitionChangeRecord? {
        var target = self
        target.completeReassignment()
        return target.record()
    }

    private mutating func completeReassignment() {
        guard let isr = targetReassignment.isrOfCompleted(by: targetIsr) else { return }
        targetIsr = isr
        targetReassignment = PartitionReassignment(settledOn: targetReassignment.target)
    }

    private func record() -> PartitionChangeRecord? {
        var record = PartitionChangeRecord()
        record.topicId = key.topicId
        record.partitionId = key.partition
        let unchanged = record

        let (leader, unclean) = elect()
        let loses = !partition.replicas.allSatisfy(targetReassignment.replicas.contains)
        if leader != partition.leader || loses { record.leader = leader }
        if unclean {
            record.isr = [leader]
            if partition.leaderRecoveryState != .recovering {
                record.leaderRecoveryState = LeaderRecoveryState.recovering.rawValue
            }
        } else {
            if !targetIsr.isEmpty, targetIsr != partition.isr { record.isr = targetIsr }
            if targetLeaderRecoveryState != partition.leaderRecoveryState {
                record.leaderRecoveryState = targetLeaderRecoveryState.rawValue
            }
        }
        setReplicas(&record)
        return record == unchanged ? nil : record
    }

    private func setReplicas(_ record: inout PartitionChangeRecord) {
        let target = targetReassignment
        if target.replicas != partition.replicas {
            record.replicas = target.replicas
            record.directories = target.replicas.map { replica in
                let position = partition.replicas.firstIndex(of: replica)
                let known = position.flatMap { $0 < partition.directories.count ? partition.directories[$0] : nil }
                return known ?? directory(replica)
            }
        }
        if target.adding != partition.addingReplicas { record.addingReplicas = target.adding }
        if target.removing != partition.removingReplicas { record.removingReplicas = target.removing }
    }

    private func elect() -> (leader: BrokerID, unclean: Bool) {
        let replicas = targetReassignment.replicas
        if election == .preferred, let preferred = replicas.first, isValidLeader(preferred) {
            return (preferred, false)
        }
        if isValidLeader(partition.leader) { return (partition.leader, false) }
        if let first = replicas.first(where: isValidLeader) { return (first, false) }
        let mayLeaveISR = Rule.electsWithinISR.holds ? election == .unclean : true
        if mayLeaveISR, let first = replicas.first(where: isAcceptableLeader) { return (first, true) }
        return (.none, false)
    }

    private func isValidLeader(_ replica: BrokerID) -> Bool {
        targetIsr.contains(replica) && isAcceptableLeader(replica)
    }
}
