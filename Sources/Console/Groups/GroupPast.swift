import KafkaCluster
import KafkaProtocol

/// How a group has fared in the last minutes, in all and in each of its partitions.
struct GroupPast: Hashable, Sendable {
    struct Place: Hashable, Sendable {
        var partition: TopicPartition
        var lags = Ring<Int64?>(capacity: History.samples)
        var commits = CommitWindow()
    }

    private(set) var lags = Ring<Int64?>(capacity: History.samples)
    /// As the group's partitions were in the last picture, and in their order.
    private var places: [Place] = []

    mutating func note(_ group: ClusterSnapshot.Group, now: Int64) {
        lags.append(group.lag)
        if !places.elementsEqual(group.partitions, by: { $0.partition == $1.partition }) {
            // Some came or went.
            let known = self
            places = group.partitions.map { known.place($0.partition) ?? Place(partition: $0.partition) }
        }
        for (index, partition) in group.partitions.enumerated() {
            places[index].lags.append(partition.lag)
            guard let committed = partition.committed else {
                places[index].commits = CommitWindow()
                continue
            }
            places[index].commits.note(
                offset: committed, committedAt: partition.committedAt, lag: partition.lag, now: now)
        }
    }

    /// `index` is where it probably stands.
    func place(_ partition: TopicPartition, near index: Int = 0) -> Place? {
        if places.indices.contains(index), places[index].partition == partition { return places[index] }
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].partition < partition { low = middle + 1 } else { high = middle }
        }
        return low < places.count && places[low].partition == partition ? places[low] : nil
    }
}
