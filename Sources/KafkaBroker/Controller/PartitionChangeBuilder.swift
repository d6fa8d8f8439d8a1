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
    package var targetLeaderRecoveryState: LeaderRecoveryState
    private let isAcceptableLeader: (BrokerID) -> Bool

    package init(
        _ partition: PartitionImage, key: PartitionKey, election: Election = .clean,
        isAcceptableLeader: @escaping (BrokerID) -> Bool
    ) {
        self.key = key
        self.partition = partition
        self.election = election
        self.targetIsr = partition.isr
        self.targetLeaderRecoveryState = partition.leaderRecoveryState
        self.isAcceptableLeader = isAcceptableLeader
    }

    /// The record that brings the partition there; nil when it is there already. A record that names a leader, even the
    /// same one, begins a new leader epoch; every record begins a new partition epoch.
    package func build() -> PartitionChangeRecord? {
        var record = PartitionChangeRecord()
        record.topicId = key.topicId
        record.partitionId = key.partition
        var changes = false

        let (leader, unclean) = elect()
        if leader != partition.leader {
            record.leader = leader
            changes = true
        }
        if unclean {
            record.isr = [leader]
            changes = true
            if partition.leaderRecoveryState != .recovering {
                record.leaderRecoveryState = LeaderRecoveryState.recovering.rawValue
            }
        } else {
            if !targetIsr.isEmpty, targetIsr != partition.isr {
                record.isr = targetIsr
                changes = true
            }
            if targetLeaderRecoveryState != partition.leaderRecoveryState {
                record.leaderRecoveryState = targetLeaderRecoveryState.rawValue
                changes = true
            }
        }
        return changes ? record : nil
    }

    private func elect() -> (leader: BrokerID, unclean: Bool) {
        if election == .preferred, isValidLeader(partition.preferredLeader) {
            return (partition.preferredLeader, false)
        }
        if isValidLeader(partition.leader) { return (partition.leader, false) }
        if let first = partition.replicas.first(where: isValidLeader) { return (first, false) }
        let mayLeaveISR = Rule.electsWithinISR.holds ? election == .unclean : true
        if mayLeaveISR, let first = partition.replicas.first(where: isAcceptableLeader) { return (first, true) }
        return (.none, false)
    }

    private func isValidLeader(_ replica: BrokerID) -> Bool {
        targetIsr.contains(replica) && isAcceptableLeader(replica)
    }
}
