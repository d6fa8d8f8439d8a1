import KafkaProtocol

/// Places the replicas of new partitions: round robin over the brokers from a random start, so that leaders spread evenly
/// and each broker follows each other one. Racks are not looked at.
///
/// A fenced broker is used only where the others do not suffice, and is never the first replica, which leads.
package struct ReplicaPlacement: Hashable, Sendable {
    /// Sorted by id.
    package var usable: [BrokerID]
    /// Registered, but fenced or without a working directory; sorted by id.
    package var fenced: [BrokerID]

    package init(_ image: MetadataImage) {
        usable = image.brokers.filter { !$0.fenced && $0.hasLogDirectory }.map(\.id)
        fenced = image.brokers.filter { $0.fenced || !$0.hasLogDirectory }.map(\.id)
    }

    /// One list of replicas a partition, the preferred leader first.
    package func place(
        partitions: Int, replicationFactor: Int, using random: inout some RandomNumberGenerator
    ) throws(PlacementError) -> [[BrokerID]] {
        guard !usable.isEmpty else { throw .everyBrokerFenced }
        let brokers = usable.count + fenced.count
        guard replicationFactor <= brokers else {
            throw .tooFewBrokers(replicationFactor: replicationFactor, brokers: brokers)
        }
        let start = Int.random(in: 0..<usable.count, using: &random)
        let fencedStart = fenced.isEmpty ? 0 : Int.random(in: 0..<fenced.count, using: &random)
        return (0..<partitions).map { partition in
            (0..<replicationFactor).map { replica in
                replica < usable.count
                    ? usable[(start + partition + replica) % usable.count]
                    : fenced[(fencedStart + partition + replica - usable.count) % fenced.count]
            }
        }
    }
}

/// Why replicas cannot be placed; the description follows "Unable to replicate the partition N time(s): ".
package enum PlacementError: Error, Hashable, Sendable, CustomStringConvertible {
    case everyBrokerFenced
    case tooFewBrokers(replicationFactor: Int, brokers: Int)

    package var description: String {
        switch self {
        case .everyBrokerFenced: "All brokers are currently fenced."
        case .tooFewBrokers(let replicationFactor, let brokers):
            "The target replication factor of \(replicationFactor) cannot be reached because only \(brokers) broker(s) "
                + "are registered."
        }
    }
}
