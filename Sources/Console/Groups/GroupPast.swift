import KafkaCluster
import KafkaProtocol

/// How a group has fared in the last minutes, in all and in each of its partitions.
struct GroupPast: Hashable, Sendable {
    private struct Place: Hashable, Sendable {
        var partition: TopicPartition
        var lags = Series<Int64?>(capacity: History.samples)
    }

    private(set) var lags = Series<Int64?>(capacity: History.samples)
    private(set) var commits = GroupCommits()
    /// As the group's partitions were in the last picture, and in their order.
    private var places: [Place] = []

    mutating func note(_ group: ClusterSnapshot.Group, sample: Int, now: Int64) {
        lags.append(group.lag, sample: sample)
        // By index: there may be tens of thousands in all, and each copy costs more than what is asked of it.
        let partitions = group.partitions
        let isAsBefore =
            places.count == partitions.count
            && places.indices.allSatisfy { places[$0].partition == partitions[$0].partition }
        if !isAsBefore {
            // Some came or went.
            let known = self
            places = group.partitions.map { known.place($0.partition) ?? Place(partition: $0.partition) }
        }
        for index in partitions.indices { places[index].lags.append(partitions[index].lag, sample: sample) }
        commits.note(group, now: now)
    }

    /// How it fares now, where nothing has changed but the time.
    mutating func judge(_ now: Int64) { commits.judge(now) }

    func lags(_ partition: TopicPartition) -> Series<Int64?>? { place(partition)?.lags }

    private func place(_ partition: TopicPartition) -> Place? {
        let index = places.lowerBound { $0.partition < partition }
        return index < places.count && places[index].partition == partition ? places[index] : nil
    }
}
