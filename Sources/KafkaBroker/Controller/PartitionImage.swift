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
