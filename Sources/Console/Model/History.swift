import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// What changes over time, computed from successive snapshots: rates and lag, once a second, for two minutes.
///
/// A value that could not be known at a sample stays nil in its ring. With 10,000 partitions that are all read, the rings
/// hold some 70 MB; a sample changes them in place.
package struct History: Hashable, Sendable {
    package static let samples = 120
    package static let interval = Duration.seconds(1)

    /// Records per second of the whole cluster.
    package private(set) var recordsPerSecond = Ring<Double?>(capacity: samples)
    private var topics: [String: TopicPast] = [:]
    private var groups: [String: GroupPast] = [:]
    /// Of topics that are read.
    private var readings: [String: Reading] = [:]
    private var sampledAt: Instant?

    private struct TopicPast: Hashable, Sendable {
        /// Records per second; nil before two samples.
        var rates = Ring<Double?>(capacity: History.samples)
        var end: Int64?
    }

    /// A topic as its groups see it.
    private struct Reading: Hashable, Sendable {
        var ends: [Int32: EndOffsets] = [:]
        /// How far the groups that read it are behind, in all, and which these are.
        var readers = TopicReaders()
    }

    package init() {}

    package func rate(ofTopic topic: String) -> Double? { topics[topic]?.rates.last ?? nil }
    package func rates(ofTopic topic: String) -> [Double?] { topics[topic]?.rates.values ?? [] }
    package func lags(ofGroup group: String) -> [Int64?] { groups[group]?.lags.values ?? [] }
    package func lags(ofGroup group: String, partition: TopicPartition) -> [Int64?] {
        groups[group]?.place(partition)?.lags.values ?? []
    }

    package func readers(ofTopic topic: String) -> TopicReaders? { readings[topic]?.readers }

    /// How the group fares in a partition; nil before enough is known.
    package func status(ofGroup group: String, _ partition: ClusterSnapshot.GroupPartition, now: Instant?)
        -> CommitStatus?
    {
        guard let now else { return nil }
        return groups[group]?.place(partition.partition)?.commits.status(
            lag: partition.lag, now: now.wallClockMilliseconds)
    }

    /// Since when the group fares like this in the partition; nil while all is well.
    package func begin(of status: CommitStatus, ofGroup group: String, _ partition: TopicPartition) -> StatusBegin? {
        groups[group]?.place(partition)?.commits.begin(of: status)
    }

    /// The worst of its partitions now, and since when the first of those as bad has been so.
    package func worst(of group: ClusterSnapshot.Group, now: Instant?) -> (status: CommitStatus, begin: StatusBegin?)? {
        let all = group.partitions.compactMap { partition in
            status(ofGroup: group.id, partition, now: now).map { ($0, partition.partition) }
        }
        guard let worst = all.max(by: { $0.0.rank < $1.0.rank })?.0 else { return nil }
        let begins = all.filter { $0.0 == worst }.compactMap { begin(of: worst, ofGroup: group.id, $0.1) }
        return (worst, begins.min { $0.time < $1.time })
    }

    /// The worst of its partitions, as of the last sample.
    package func status(ofGroup group: String) -> CommitStatus? { groups[group]?.status }

    /// How long ago the first record was written that the group has not committed.
    package func lagTime(_ partition: ClusterSnapshot.GroupPartition, now: Instant?) -> LagTime? {
        guard let now, let committed = partition.committed else { return nil }
        return readings[partition.partition.topic]?.ends[partition.partition.partition]?
            .age(ofOffset: committed, now: now)
    }

    /// The longest of its partitions.
    package func lagTime(of group: ClusterSnapshot.Group, now: Instant?) -> LagTime? {
        group.partitions.compactMap { lagTime($0, now: now) }.max { $0.duration < $1.duration }
    }

    /// Whether the next sample would show something new even if no snapshot comes: a rate has to fall to zero.
    var isMoving: Bool { recordsPerSecond.last.map { ($0 ?? 0) > 0 } ?? false }

    /// When the next sample is due.
    var nextSample: Instant? { sampledAt.map { $0 + Self.interval } }

    /// Takes a sample if the last is a second old. Returns whether it did.
    @discardableResult
    mutating func observe(_ snapshot: ClusterSnapshot, now: Instant) -> Bool {
        guard let sampledAt else {
            sample(snapshot, seconds: nil, now)
            self.sampledAt = now
            return true
        }
        let passed = now - sampledAt
        // A little early is near enough: ticks and snapshots do not come at exact seconds.
        guard passed >= Self.interval - .milliseconds(20) else { return false }
        sample(snapshot, seconds: Double(passed.wholeMilliseconds) / 1000, now)
        self.sampledAt = now
        return true
    }

    /// What is gone from the picture is gone from here. Each past is taken out of the old table and put into the new, so
    /// that its rings are nobody else's and need not be copied.
    private mutating func sample(_ snapshot: ClusterSnapshot, seconds: Double?, _ now: Instant) {
        var (oldTopics, oldGroups, oldReadings) = (topics, groups, readings)
        (topics, groups, readings) = ([:], [:], [:])
        var measured: Double?
        for topic in snapshot.topics {
            var past = oldTopics.removeValue(forKey: topic.name) ?? TopicPast()
            let end = topic.endOffset
            var rate: Double?
            if let seconds, seconds > 0, let end, let old = past.end, end >= old {
                let added = Double(end.saturatingSubtract(old)) / seconds
                rate = added
                measured = (measured ?? 0) + added
            }
            past.rates.append(rate)
            past.end = end
            topics[topic.name] = past
        }
        recordsPerSecond.append(measured)
        for group in snapshot.groups {
            var past = oldGroups.removeValue(forKey: group.id) ?? GroupPast()
            past.note(group, now: now.wallClockMilliseconds)
            groups[group.id] = past
            note(group.partitions, of: group.id, oldReadings: &oldReadings, now)
        }
    }

    /// By index: a copy of each of tens of thousands of partitions would cost more than all the rest.
    private mutating func note(
        _ partitions: [ClusterSnapshot.GroupPartition], of group: String, oldReadings: inout [String: Reading],
        _ now: Instant
    ) {
        var index = 0
        while index < partitions.count {
            let topic = partitions[index].partition.topic
            var reading =
                readings.removeValue(forKey: topic) ?? oldReadings.removeValue(forKey: topic).map {
                    Reading(ends: $0.ends)
                } ?? Reading()
            reading.readers.add(group)
            while index < partitions.count, partitions[index].partition.topic == topic {
                if let lag = partitions[index].lag { reading.readers.add(lag: lag) }
                if let end = partitions[index].highWatermark {
                    reading.ends[partitions[index].partition.partition, default: EndOffsets()].note(end, at: now)
                }
                index += 1
            }
            readings[topic] = reading
        }
    }
}

/// Where a lag is heading, judged over ten seconds.
enum LagTrend: Hashable {
    case growing, steady, shrinking

    /// Nil without enough samples. Less than a twentieth, or five records, either way is noise.
    init?(_ lags: [Int64?]) {
        let window = lags.suffix(11)
        guard window.count == 11, let first = window.first ?? nil, let last = window.last ?? nil else { return nil }
        let noise = max(5, first / 20)
        self =
            last > first.saturatingAdd(noise) ? .growing : last < first.saturatingSubtract(noise) ? .shrinking : .steady
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
