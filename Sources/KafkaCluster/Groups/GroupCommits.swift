import KafkaProtocol

/// What a group commits in each of its partitions, and how it fares by that.
package struct GroupCommits: Hashable, Sendable {
    private struct Place: Hashable, Sendable {
        var partition: TopicPartition
        var window = CommitWindow()
        /// As the last picture has it.
        var lag: Int64?
    }

    /// As the group's partitions were in the last picture, and in their order.
    private var places: [Place] = []
    /// The worst of its partitions; nil where of none enough is known.
    package private(set) var status: CommitStatus?
    /// When time alone may make it another, in milliseconds since 1970; nil where it does not.
    package private(set) var turn: Int64?

    package init() {}

    /// `now` is in milliseconds since 1970.
    package mutating func note(_ group: ClusterSnapshot.Group, now: Int64) {
        let isDeserted = group.isDeserted
        // By index: there may be tens of thousands in all, and each copy costs more than what is asked of it.
        let partitions = group.partitions
        let isAsBefore =
            places.count == partitions.count
            && places.indices.allSatisfy { places[$0].partition == partitions[$0].partition }
        if !isAsBefore {
            // Some came or went.
            let known = self
            places = partitions.map { Place(partition: $0.partition, window: known.window($0.partition) ?? .init()) }
        }
        for index in partitions.indices {
            places[index].lag = partitions[index].lag
            guard let committed = partitions[index].committed else {
                places[index].window = CommitWindow()
                continue
            }
            places[index].window.note(
                offset: committed, committedAt: partitions[index].committedAt, lag: partitions[index].lag,
                isDeserted: isDeserted, now: now)
        }
        judge(now)
    }

    /// How it fares now, where nothing has changed but the time.
    package mutating func judge(_ now: Int64) {
        (status, turn) = (nil, nil)
        for index in places.indices {
            let lag = places[index].lag
            if let own = places[index].window.status(lag: lag, now: now), status.map({ $0.rank < own.rank }) ?? true {
                status = own
            }
            if let own = places[index].window.turn(lag: lag, after: now) { turn = min(turn ?? own, own) }
        }
    }

    /// Nil where the group has no such partition.
    package func window(_ partition: TopicPartition) -> CommitWindow? {
        let index = places.lowerBound { $0.partition < partition }
        return index < places.count && places[index].partition == partition ? places[index].window : nil
    }

    /// How the group fares in one of its partitions; nil before enough is known.
    package func status(_ partition: ClusterSnapshot.GroupPartition, now: Int64) -> CommitStatus? {
        window(partition.partition)?.status(lag: partition.lag, now: now)
    }

    /// The same, but that all is well only where that is certain.
    package func certainStatus(_ partition: ClusterSnapshot.GroupPartition, now: Int64) -> CommitStatus? {
        window(partition.partition)?.certainStatus(lag: partition.lag, now: now)
    }

    /// As `worst`, but that all is well only where that is certain of each partition.
    package func certainWorst(
        of group: ClusterSnapshot.Group, now: Int64
    ) -> (status: CommitStatus, begin: StatusBegin?)? {
        guard let worst = worst(of: group, now: now) else { return nil }
        return worst.status == .ok && commitsOfDoubt(about: group, now: now) != nil ? nil : worst
    }

    /// How few commits were seen of a partition of which only more of them tell how the group fares; nil where all is known
    /// that can be.
    package func commitsOfDoubt(about group: ClusterSnapshot.Group, now: Int64) -> Int? {
        group.partitions.compactMap { partition in
            guard partition.lag != nil, partition.lag != 0, certainStatus(partition, now: now) == nil else {
                return nil
            }
            return window(partition.partition)?.commits.count ?? 0
        }.min()
    }

    /// The worst of its partitions now, and since when the first of those as bad has been so.
    package func worst(
        of group: ClusterSnapshot.Group, now: Int64
    ) -> (status: CommitStatus, begin: StatusBegin?)? {
        let all = group.partitions.compactMap { partition in
            status(partition, now: now).map { ($0, partition.partition) }
        }
        guard let worst = all.max(by: { $0.0.rank < $1.0.rank })?.0 else { return nil }
        let begins = all.filter { $0.0 == worst }.compactMap { window($0.1)?.begin(of: worst) }
        return (worst, begins.min { $0.time < $1.time })
    }
}

/// How all groups of a cluster fare, for who wants no more of the past than that.
package struct GroupVerdicts: Hashable, Sendable {
    private var groups: [String: GroupCommits] = [:]

    package init() {}

    package mutating func note(_ snapshot: ClusterSnapshot) {
        var known = groups
        groups = [:]
        for group in snapshot.groups {
            // Taken out, so that its windows are changed in place.
            var commits = known.removeValue(forKey: group.id) ?? GroupCommits()
            commits.note(group, now: snapshot.takenAt.wallClockMilliseconds)
            groups[group.id] = commits
        }
    }

    package func commits(of group: String) -> GroupCommits { groups[group] ?? GroupCommits() }
}
