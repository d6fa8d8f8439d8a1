import KafkaProtocol

/// Partitions about to be created, checked or placed, with the records that create them.
package struct TopicPlan: Hashable, Sendable {
    /// One list of replicas a partition, the preferred leader first.
    package var assignments: [[BrokerID]]

    /// More partitions than this in one request would hold the controller up (as in Kafka).
    package static let mostPartitionsPerRequest = 10_000

    /// The records of the partitions from `first` on. A partition begins with all its replicas that are alive in its ISR,
    /// led by the first of them.
    package func records(
        topicId: Uuid, first: Int, image: MetadataImage
    ) throws(ControllerError) -> [MetadataRecord] {
        var records: [MetadataRecord] = []
        for (position, replicas) in assignments.enumerated() {
            let isr = replicas.filter(image.isActive)
            guard let leader = isr.first else {
                throw ControllerError(
                    .invalidReplicaAssignment,
                    "All brokers specified in the manual partition assignment for partition \(first + position) are "
                        + "fenced or in controlled shutdown.")
            }
            var record = PartitionRecord()
            record.partitionId = Int32(first + position)
            record.topicId = topicId
            record.replicas = replicas
            record.isr = isr
            record.leader = leader
            record.leaderEpoch = 0
            record.partitionEpoch = 0
            record.directories = replicas.map(image.logDirectory)
            records.append(.partition(record))
        }
        return records
    }

    /// Checks one list of replicas that a user gave; `replicationFactor` is that of the lists before it.
    package static func check(
        _ replicas: [BrokerID], replicationFactor: Int?, image: MetadataImage
    ) throws(ControllerError) {
        func refuse(_ message: String) -> ControllerError { ControllerError(.invalidReplicaAssignment, message) }
        guard !replicas.isEmpty else {
            throw refuse("The manual partition assignment includes an empty replica list.")
        }
        var seen: Set<BrokerID> = []
        for replica in replicas {
            guard image.broker(replica) != nil else {
                throw refuse(
                    "The manual partition assignment includes broker \(replica), but no such broker is registered.")
            }
            guard seen.insert(replica).inserted else {
                throw refuse("The manual partition assignment includes the broker \(replica) more than once.")
            }
        }
        if let replicationFactor, replicas.count != replicationFactor {
            throw refuse(
                "The manual partition assignment includes a partition with \(replicas.count) replica(s), but this is "
                    + "not consistent with previous partitions, which have \(replicationFactor) replica(s).")
        }
    }
}
