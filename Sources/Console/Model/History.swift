import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// What changes over time, computed from successive snapshots: rates and lag, once a second, for two minutes.
///
/// A value that could not be known at a sample stays nil in its series. A sample costs as much as there is that has
/// changed: a value that holds is not written again, and a group that shares its storage with the picture before is
/// passed over.
package struct History: Hashable, Sendable {
    package static let samples = 120
    package static let interval = Duration.seconds(1)
    /// Who has not been told anything for so long knows no rate.
    private static let patience = Duration.seconds(15)

    /// Records per second of the whole cluster.
    package private(set) var recordsPerSecond = Ring<Double?>(capacity: samples)
    private var topics: [String: TopicPast] = [:]
    private var groups: [String: GroupPast] = [:]
    /// Of topics that are read.
    private var readings: [String: Reading] = [:]
    private var sampledAt: Instant?
    /// When the cluster looked as it did in the last sample.
    private var lookedAt: Instant?
    /// Of when it was what the last sample shows.
    private var toldAt: Instant?
    /// How many samples were taken.
    private var count = 0
    /// The groups of the last sample, and when time alone may change how each fares.
    private var seen: [ClusterSnapshot.Group] = []
    private var turns: [String: Int64] = [:]
    /// The first of these, or one before it.
    private var firstTurn = Int64.max

    fileprivate struct TopicPast: Hashable, Sendable {
        /// Records per second; nil before two samples.
        var rates = Series<Double?>(capacity: History.samples)
        var end: Int64?
        var heardAt: Instant?
    }

    /// A topic as its groups see it.
    fileprivate struct Reading: Hashable, Sendable {
        var ends: [Int32: EndOffsets] = [:]
        /// How far the groups that read it are behind, in all, and which these are.
        var readers = TopicReaders()
    }

    /// For a picture that is drawn once: by a short look nobody is called well who may fall behind.
    package var judgesCertain = false

    package init() {}

    package func rate(ofTopic topic: String) -> Double? { topics[topic]?.rates.last ?? nil }
    package func rates(ofTopic topic: String) -> [Double?] { topics[topic]?.rates.values(until: count) ?? [] }
    package func lags(ofGroup group: String) -> [Int64?] { groups[group]?.lags.values(until: count) ?? [] }
    package func lags(ofGroup group: String, partition: TopicPartition) -> [Int64?] {
        groups[group]?.lags(partition)?.values(until: count) ?? []
    }

    package func readers(ofTopic topic: String) -> TopicReaders? { readings[topic]?.readers }

    /// How the group fares in a partition; nil before enough is known.
    package func status(ofGroup group: String, _ partition: ClusterSnapshot.GroupPartition, now: Instant?)
        -> CommitStatus?
    {
        guard let now = now?.wallClockMilliseconds, let commits = groups[group]?.commits else { return nil }
        return judgesCertain ? commits.certainStatus(partition, now: now) : commits.status(partition, now: now)
    }

    /// Since when the group fares like this in the partition; nil while all is well.
    package func begin(of status: CommitStatus, ofGroup group: String, _ partition: TopicPartition) -> StatusBegin? {
        groups[group]?.commits.window(partition)?.begin(of: status)
    }

    /// The worst of its partitions now, and since when the first of those as bad has been so.
    package func worst(of group: ClusterSnapshot.Group, now: Instant?) -> (status: CommitStatus, begin: StatusBegin?)? {
        guard let now = now?.wallClockMilliseconds, let commits = groups[group.id]?.commits else { return nil }
        return judgesCertain ? commits.certainWorst(of: group, now: now) : commits.worst(of: group, now: now)
    }

    /// How few commits were seen of those that would tell how the group fares; nil where all is known that can be.
    func commitsOfDoubt(about group: ClusterSnapshot.Group, now: Instant?) -> Int? {
        now.flatMap { groups[group.id]?.commits.commitsOfDoubt(about: group, now: $0.wallClockMilliseconds) }
    }

    /// The worst of its partitions, as of the last sample.
    package func status(ofGroup group: String) -> CommitStatus? { groups[group]?.commits.status }

    /// How long ago the first record was written that the group has not committed.
    package func lagTime(
        _ partition: ClusterSnapshot.GroupPartition, of group: String, now: Instant?
    ) -> LagTime? {
        guard let now, let committed = partition.committed else { return nil }
        let age = readings[partition.partition.topic]?.ends[partition.partition.partition]?
            .age(ofOffset: committed, now: now, end: partition.highWatermark, heldUntil: toldAt)
        // Ends are kept for minutes: who stands still for longer is known by its commits.
        guard case .atLeast(let known)? = age,
            let since = groups[group]?.commits.window(partition.partition)?.unreadSince
        else { return age }
        return .atLeast(max(known, .milliseconds(now.wallClockMilliseconds.saturatingSubtract(since))))
    }

    /// The longest of its partitions.
    package func lagTime(of group: ClusterSnapshot.Group, now: Instant?) -> LagTime? {
        group.partitions.compactMap { lagTime($0, of: group.id, now: now) }.max { $0.duration < $1.duration }
    }

    /// Whether the next sample would show something new even if no snapshot comes: a rate has to fall to zero, and who
    /// commits nothing is judged by the time alone.
    var isMoving: Bool { !turns.isEmpty || recordsPerSecond.last.map { ($0 ?? 0) > 0 } ?? false }

    /// When the next sample is due.
    var nextSample: Instant? { sampledAt.map { $0 + Self.interval } }

    /// Takes a sample if the last is a second old. Returns whether it did.
    @discardableResult
    package mutating func observe(_ snapshot: ClusterSnapshot, now: Instant) -> Bool {
        // A little early is near enough: ticks and snapshots do not come at exact seconds.
        if let sampledAt, now - sampledAt < Self.interval - .milliseconds(20) { return false }
        count += 1
        // A source that is told at once sends no picture as long as nothing changes.
        let looked = snapshot.lookedAt ?? snapshot.takenAt
        let told = looked == lookedAt ? now : looked
        let heardAt = snapshot.heardAt ?? told
        observe(snapshot.topics, at: heardAt, now)
        observe(snapshot.groups, at: heardAt, now)
        (sampledAt, lookedAt, toldAt) = (now, looked, heardAt)
        return true
    }

    private mutating func observe(_ listed: [ClusterSnapshot.Topic], at instant: Instant, _ now: Instant) {
        var sum: Double?
        for topic in listed {
            let heardAt = topic.heardAt ?? instant
            // Of one that nobody tells of any more, the last rate is not the present one.
            let end = now - heardAt < Self.patience ? topic.endOffset : nil
            let rate = topics[topic.name, default: TopicPast()].note(end, at: heardAt, sample: count)
            if let rate { sum = (sum ?? 0) + rate }
        }
        recordsPerSecond.append(sum)
        guard topics.count > listed.count else { return }
        // What is gone from the picture is gone from here.
        let names = Set(listed.map(\.name))
        topics = topics.filter { names.contains($0.key) }
    }

    // MARK: Groups

    /// What it tells is of `instant`: between two pictures a tick takes another sample of the first.
    private mutating func observe(_ listed: [ClusterSnapshot.Group], at instant: Instant, _ now: Instant) {
        judgeWhoTurns(now.wallClockMilliseconds)
        // They mostly share their storage, and then they are the same at no cost.
        if listed == seen { return }
        var former = SortedWalk(seen) { $0.id }
        for group in listed {
            let before = former.next(group.id) { forget($0) }
            if before != group { note(group, after: before, at: instant) }
        }
        former.end { forget($0) }
        seen = listed
    }

    /// Those whose time has come, though nothing else has changed.
    private mutating func judgeWhoTurns(_ now: Int64) {
        guard now >= firstTurn else { return }
        let due = turns.filter { $0.value <= now }.keys.sorted()
        firstTurn = turns.values.filter { $0 > now }.min() ?? .max
        for group in due {
            groups[group]?.judge(now)
            noteTurn(of: group)
        }
    }

    private mutating func noteTurn(of group: String) {
        let turn = groups[group]?.commits.turn
        turns[group] = turn
        firstTurn = min(firstTurn, turn ?? .max)
    }

    private mutating func forget(_ group: ClusterSnapshot.Group) {
        groups[group.id] = nil
        turns[group.id] = nil
        for row in group.partitions { lookAway(from: row.partition) }
        for rows in group.partitions.topicRanges {
            forget(group.id, of: group.partitions[rows.lowerBound].partition.topic)
        }
    }

    /// Nobody may look at its end from now on.
    private mutating func lookAway(from partition: TopicPartition) {
        readings[partition.topic]?.ends[partition.partition]?.lookAway()
    }

    private mutating func forget(_ group: String, of topic: String) {
        readings[topic]?.readers.remove(group)
        if readings[topic]?.readers.isEmpty ?? false { readings[topic] = nil }
    }

    private mutating func note(
        _ group: ClusterSnapshot.Group, after old: ClusterSnapshot.Group?, at instant: Instant
    ) {
        groups[group.id, default: GroupPast()].note(group, sample: count, now: instant.wallClockMilliseconds)
        noteTurn(of: group.id)
        var topics: Set<String> = []
        for rows in group.partitions.topicRanges {
            let topic = group.partitions[rows.lowerBound].partition.topic
            topics.insert(topic)
            readings[topic, default: Reading()].note(
                group.partitions[rows], of: group.id, at: instant, heldUntil: toldAt)
        }
        guard let old else { return }
        if old.partitions.map(\.partition) != group.partitions.map(\.partition) {
            let kept = Set(group.partitions.map(\.partition))
            for row in old.partitions where !kept.contains(row.partition) { lookAway(from: row.partition) }
        }
        for rows in old.partitions.topicRanges {
            let topic = old.partitions[rows.lowerBound].partition.topic
            if !topics.contains(topic) { forget(group.id, of: topic) }
        }
    }
}

extension History.TopicPast {
    /// Returns the rate as it is now. `end` was told at `instant`: pictures come at uneven times, and the rate is that
    /// of the time between them. What was told before tells nothing new, and the rate holds.
    fileprivate mutating func note(_ end: Int64?, at instant: Instant, sample: Int) -> Double? {
        guard let end else {
            rates.append(nil, sample: sample)
            return nil
        }
        // The times of pictures that follow each other closely tell no rate.
        if let heardAt, instant - heardAt < .milliseconds(500) { return rates.last ?? nil }
        defer { (self.end, heardAt) = (end, instant) }
        var rate: Double?
        if let since = heardAt, let old = self.end, end >= old {
            rate = Double(end.saturatingSubtract(old)) / (Double((instant - since).wholeMilliseconds) / 1000)
        }
        rates.append(rate, sample: sample)
        return rate
    }
}

extension History.Reading {
    fileprivate mutating func note(
        _ rows: ArraySlice<ClusterSnapshot.GroupPartition>, of group: String, at now: Instant, heldUntil: Instant?
    ) {
        // By index: a copy of each of tens of thousands of partitions would cost more than all the rest.
        for index in rows.indices {
            ends[rows[index].partition.partition, default: EndOffsets()].note(
                rows[index].highWatermark, at: now, heldUntil: heldUntil)
        }
        readers.set(group, lag: rows.lag)
    }
}

/// Where a lag is heading, judged over ten seconds.
enum LagTrend: Hashable {
    case growing, steady, shrinking

    /// Nil without enough samples. Commits make a saw of a lag: it is heading somewhere when both its peaks and its troughs
    /// are. Less than a fortieth, or two records, from one half of the
    /// time to the other is noise.
    init?(_ lags: [Int64?]) {
        let window = lags.suffix(11).compactMap(\.self)
        guard window.count == 11, let early = window.prefix(6).extent, let late = window.suffix(6).extent else {
            return nil
        }
        let noise = max(2, early.upperBound / 40)
        func grows(_ from: Int64, _ to: Int64) -> Bool { to > from.saturatingAdd(noise) }
        if grows(early.lowerBound, late.lowerBound), grows(early.upperBound, late.upperBound) {
            self = .growing
        } else if grows(late.lowerBound, early.lowerBound), grows(late.upperBound, early.upperBound) {
            self = .shrinking
        } else {
            self = .steady
        }
    }
}

extension ArraySlice<Int64> {
    fileprivate var extent: ClosedRange<Int64>? {
        guard let least = self.min(), let most = self.max() else { return nil }
        return least...most
    }
}

extension ClusterSnapshot.Topic {
    /// Sum of the log end offsets; nil if one is unknown.
    var endOffset: Int64? { sum(\.logEndOffset) }

    /// Records in all partitions; nil if a bound is unknown.
    var records: Int64? {
        guard let end = endOffset, let start = sum(\.logStartOffset) else { return nil }
        return end.saturatingSubtract(start)
    }

    var sizeInBytes: Int64? { sum(\.sizeInBytes) }

    /// Partitions whose ISR lacks a replica.
    var underReplicated: Int { partitions.count { $0.isr.count < $0.replicas.count } }
    var leaderless: Int { partitions.count { $0.leader == nil } }

    private func sum(_ value: (ClusterSnapshot.Partition) -> Int64?) -> Int64? {
        var total: Int64 = 0
        for partition in partitions {
            guard let value = value(partition) else { return nil }
            total = total.saturatingAdd(value)
        }
        return total
    }
}
