import KafkaProtocol

/// The partitions by what the controller asks about them, so that fencing a broker touches its own partitions only.
///
/// Kept up to date from the changes that replay reports; holds nothing that the image does not say. Sets are sorted
/// before they are walked through, since their own order differs from process to process.
package struct PartitionIndex: Hashable, Sendable {
    private var inSync: [BrokerID: Set<PartitionKey>] = [:]
    private var led: [BrokerID: Int] = [:]
    private var preferring: [BrokerID: Int] = [:]
    private var leaderless: Set<PartitionKey> = []
    private var astray: Set<PartitionKey> = []
    private var moving: Set<PartitionKey> = []

    package init() {}

    /// The partitions that have the broker in their ISR.
    package func partitions(withInSync broker: BrokerID) -> [PartitionKey] { (inSync[broker] ?? []).sorted() }
    package var partitionsWithoutLeader: [PartitionKey] { leaderless.sorted() }
    /// The partitions that another than the preferred replica leads, or none.
    package var partitionsNotLedByPreferred: [PartitionKey] { astray.sorted() }
    package var hasPartitionsNotLedByPreferred: Bool { !astray.isEmpty }

    /// The partitions whose replicas are being reassigned.
    package var partitionsBeingReassigned: [PartitionKey] { moving.sorted() }

    package func leaderCount(of broker: BrokerID) -> Int { led[broker] ?? 0 }
    /// How many partitions have the broker first in their assignment.
    package func preferredCount(of broker: BrokerID) -> Int { preferring[broker] ?? 0 }

    package mutating func apply(_ change: MetadataChange) {
        switch change {
        case .partitionAdded(let partition, let topicId, let image):
            add(image, PartitionKey(topicId: topicId, partition: partition.partition))
        case .partitionChanged(let partition, let topicId, let old, let new):
            let key = PartitionKey(topicId: topicId, partition: partition.partition)
            remove(old, key)
            add(new, key)
        case .topicRemoved(let topic):
            for (number, image) in topic.partitions.enumerated() {
                remove(image, PartitionKey(topicId: topic.id, partition: Int32(number)))
            }
        case .brokerRegistered, .brokerFenced, .brokerUnfenced, .brokerShuttingDown, .brokerUnregistered, .topicAdded,
            .configChanged, .producerIdsAllocated, .nothing:
            break
        }
    }

    private mutating func add(_ image: PartitionImage, _ key: PartitionKey) {
        for broker in image.isr { inSync[broker, default: []].insert(key) }
        preferring[image.preferredLeader, default: 0] += 1
        if image.leader == .none { leaderless.insert(key) } else { led[image.leader, default: 0] += 1 }
        if !image.hasPreferredLeader { astray.insert(key) }
        if image.isBeingReassigned { moving.insert(key) }
    }

    private mutating func remove(_ image: PartitionImage, _ key: PartitionKey) {
        for broker in image.isr { inSync[broker]?.remove(key) }
        preferring[image.preferredLeader, default: 0] -= 1
        if image.leader == .none { leaderless.remove(key) } else { led[image.leader, default: 0] -= 1 }
        if !image.hasPreferredLeader { astray.remove(key) }
        if image.isBeingReassigned { moving.remove(key) }
    }
}
