import KafkaCluster
import KafkaProtocol

/// How a group has fared in the last minutes, in all and in each of its partitions.
struct GroupPast: Hashable, Sendable {
    struct Place: Hashable, Sendable {
        var partition: TopicPartition
        var lags = Series<Int64?>(capacity: History.samples)
        var commits = CommitWindow()
    }

    private(set) var lags = Series<Int64?>(capacity: History.samples)
    /// As the group's partitions were in the last picture, and in their order.
    private var places: [Place] = []
    /// The worst of its partitions; nil where of none enough is known.
    private(set) var status: CommitStatus?
    /// Whether time alone changes nothing of it.
    private(set) var isSettled = false

    mutating func note(_ group: ClusterSnapshot.Group, sample: Int, now: Int64) {
        lags.append(group.lag, sample: sample)
        let isDeserted = group.isDeserted
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
        for index in partitions.indices {
            places[index].lags.append(partitions[index].lag, sample: sample)
            guard let committed = partitions[index].committed else {
                places[index].commits = CommitWindow()
                continue
            }
            places[index].commits.note(
                offset: committed, committedAt: partitions[index].committedAt, lag: partitions[index].lag,
                isDeserted: isDeserted, now: now)
        }
        judge(now)
    }

    /// How it fares now, where nothing has changed but the time.
    mutating func judge(_ now: Int64) {
        (status, isSettled) = (nil, true)
        for index in places.indices {
            let lag = places[index].lags.last ?? nil
            let own = places[index].commits.status(lag: lag, now: now)
            // Who has nothing to read needs no time, and who has stopped has stopped until it commits.
            if let lag, lag > 0, own != .stopped { isSettled = false }
            if let own, status.map({ $0.rank < own.rank }) ?? true { status = own }
        }
    }

    func place(_ partition: TopicPartition) -> Place? {
        let index = places.lowerBound { $0.partition < partition }
        return index < places.count && places[index].partition == partition ? places[index] : nil
    }
}
