import KafkaProtocol

/// A partition by its topic's identifier: names come back with new identifiers, identifiers never come back.
package struct PartitionKey: Hashable, Sendable, Comparable {
    package var topicId: Uuid
    package var partition: Int32

    package init(topicId: Uuid, partition: Int32) {
        self.topicId = topicId
        self.partition = partition
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.topicId, left.partition) < (right.topicId, right.partition)
    }
}

/// One partition as the metadata log has it.
///
/// Invariants: the ISR is never empty and is a part of the replicas; the leader is a replica or none; both epochs only
/// grow.
package struct PartitionImage: Hashable, Sendable {
    /// In assignment order: the first is the preferred leader.
    package var replicas: [BrokerID]
    /// The log directory of each replica; empty where nobody said.
    package var directories: [Uuid]
    package var isr: [BrokerID]
    package var addingReplicas: [BrokerID]
    package var removingReplicas: [BrokerID]
    /// `.none` while no replica may lead.
    package var leader: BrokerID
    package var leaderRecoveryState: LeaderRecoveryState
    /// Grows whenever a leader is chosen, be it the same one or none.
    package var leaderEpoch: Int32
    /// Grows with every change.
    package var partitionEpoch: Int32

    package init(
        replicas: [BrokerID], isr: [BrokerID], leader: BrokerID, leaderEpoch: Int32 = 0, partitionEpoch: Int32 = 0,
        leaderRecoveryState: LeaderRecoveryState = .recovered, addingReplicas: [BrokerID] = [],
        removingReplicas: [BrokerID] = [], directories: [Uuid] = []
    ) {
        self.replicas = replicas
        self.directories = directories
        self.isr = isr
        self.addingReplicas = addingReplicas
        self.removingReplicas = removingReplicas
        self.leader = leader
        self.leaderRecoveryState = leaderRecoveryState
        self.leaderEpoch = leaderEpoch
        self.partitionEpoch = partitionEpoch
    }

    package var preferredLeader: BrokerID { replicas.first ?? .none }
    package var hasPreferredLeader: Bool { leader == preferredLeader }
    package var isBeingReassigned: Bool { !addingReplicas.isEmpty || !removingReplicas.isEmpty }

    /// The partition after the record; nil when its epochs are used up, or the record says what we do not know.
    package func changed(by record: PartitionChangeRecord) -> Self? {
        var new = self
        let (partitionEpoch, partitionOverflow) = partitionEpoch.addingReportingOverflow(1)
        let (leaderEpoch, leaderOverflow) = leaderEpoch.addingReportingOverflow(1)
        guard !partitionOverflow, !leaderOverflow else { return nil }
        new.partitionEpoch = partitionEpoch
        if let isr = record.isr { new.isr = isr }
        if record.leader != PartitionChangeRecord.leaderUnchanged {
            new.leader = record.leader
            new.leaderEpoch = leaderEpoch
        }
        if let replicas = record.replicas { new.replicas = replicas }
        if let removing = record.removingReplicas { new.removingReplicas = removing }
        if let adding = record.addingReplicas { new.addingReplicas = adding }
        if record.leaderRecoveryState != -1 {
            guard let state = LeaderRecoveryState(rawValue: record.leaderRecoveryState) else { return nil }
            new.leaderRecoveryState = state
        }
        if let directories = record.directories { new.directories = directories }
        return new
    }
}

/// Whether the leader was chosen outside the ISR and has not yet said that it has recovered.
package enum LeaderRecoveryState: Int8, Hashable, Sendable {
    case recovered = 0
    case recovering = 1
}

/// One topic: its partitions are numbered from 0 without gaps, so that the index is the number.
package struct TopicImage: Hashable, Sendable {
    package var name: String
    package var id: Uuid
    package internal(set) var partitions: [PartitionImage] = []

    package init(name: String, id: Uuid) {
        self.name = name
        self.id = id
    }

    /// Nil for a partition that does not exist; any number from a peer may be asked for.
    package func partition(_ index: Int32) -> PartitionImage? {
        index >= 0 && index < partitions.count ? partitions[Int(index)] : nil
    }

    /// Whether clients may not delete or write it as they like (Kafka's internal topics).
    package var isInternal: Bool { name == "__consumer_offsets" || name == "__transaction_state" }
}
