import KafkaProtocol

/// The replicas on this broker, each in a slot of its own that stays the same while it is here.
struct PartitionTable {
    private var slots: [Partition?] = []
    private var free: [Int] = []
    private var slotByPartition: [TopicPartition: Int] = [:]

    var count: Int { slotByPartition.count }

    subscript(slot: Int) -> Partition? { slots[slot] }
    subscript(partition: TopicPartition) -> Partition? { slotByPartition[partition].flatMap { slots[$0] } }

    /// In the order of their slots.
    var all: some Sequence<Partition> { slots.lazy.compactMap { $0 } }

    var nextSlot: Int { free.last ?? slots.count }

    mutating func add(_ partition: Partition) {
        precondition(partition.slot == nextSlot, "a partition is made for the slot that it gets")
        precondition(slotByPartition[partition.id] == nil, "a partition has one replica on a broker")
        if free.popLast() != nil {
            slots[partition.slot] = partition
        } else {
            slots.append(partition)
        }
        slotByPartition[partition.id] = partition.slot
    }

    mutating func remove(_ partition: Partition) {
        guard slotByPartition.removeValue(forKey: partition.id) != nil else { return }
        slots[partition.slot] = nil
        free.append(partition.slot)
    }
}
