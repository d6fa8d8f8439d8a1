import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// What changes over time, computed from successive snapshots: rates and lag, once a second, for two minutes.
///
/// A value that could not be known at a sample stays nil in its ring.
package struct History: Hashable, Sendable {
    package static let samples = 120
    package static let interval = Duration.seconds(1)

    package struct LagKey: Hashable, Sendable {
        package var group: String
        package var partition: TopicPartition
    }

    /// Records per second of the whole cluster.
    package private(set) var recordsPerSecond = Ring<Double?>(capacity: samples)
    /// Records per second by topic; nil before two samples.
    private var rates: [String: Ring<Double?>] = [:]
    private var groupLags: [String: Ring<Int64?>] = [:]
    private var partitionLags: [LagKey: Ring<Int64?>] = [:]
    private var commits: [LagKey: CommitWindow] = [:]
    private var ends: [TopicPartition: EndOffsets] = [:]
    /// By topic: how far the groups that read it are behind, in all, and which these are.
    private var readers: [String: TopicReaders] = [:]
    private var sampledAt: Instant?
    private var endOffsets: [String: Int64] = [:]

    package init() {}

    package func rate(ofTopic topic: String) -> Double? { rates[topic]?.last ?? nil }
    package func rates(ofTopic topic: String) -> [Double?] { rates[topic]?.values ?? [] }
    package func lags(ofGroup group: String) -> [Int64?] { groupLags[group]?.values ?? [] }
    package func lags(ofGroup group: String, partition: TopicPartition) -> [Int64?] {
        partitionLags[LagKey(group: group, partition: partition)]?.values ?? []
    }

    package func readers(ofTopic topic: String) -> TopicReaders? { readers[topic] }

    /// How the group fares in a partition; nil before enough is known.
    package func status(ofGroup group: String, _ partition: ClusterSnapshot.GroupPartition, now: Instant?)
        -> CommitStatus?
    {
        guard let now else { return nil }
        return commits[LagKey(group: group, partition: partition.partition)]?
            .status(lag: partition.lag, now: now.wallClockMilliseconds)
    }

    /// The worst of its partitions.
    package func status(of group: ClusterSnapshot.Group, now: Instant?) -> CommitStatus? {
        group.partitions.compactMap { status(ofGroup: group.id, $0, now: now) }.max { $0.rank < $1.rank }
    }

    /// How long ago the first record was written that the group has not committed.
    package func lagTime(_ partition: ClusterSnapshot.GroupPartition, now: Instant?) -> LagTime? {
        guard let now, let committed = partition.committed else { return nil }
        return ends[partition.partition]?.age(ofOffset: committed, now: now)
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

    private mutating func sample(_ snapshot: ClusterSnapshot, seconds: Double?, _ now: Instant) {
        let oldEnds = endOffsets
        let oldRates = rates
        let oldGroups = groupLags
        let oldPartitions = partitionLags
        (endOffsets, rates, groupLags, partitionLags) = ([:], [:], [:], [:])
        var measured: Double?
        for topic in snapshot.topics {
            let end = topic.endOffset
            endOffsets[topic.name] = end
            var rate: Double?
            if let seconds, seconds > 0, let end, let old = oldEnds[topic.name], end >= old {
                let added = Double(end.saturatingSubtract(old)) / seconds
                rate = added
                measured = (measured ?? 0) + added
            }
            rates[topic.name] = appending(rate, to: oldRates[topic.name])
        }
        recordsPerSecond.append(measured)
        let (oldCommits, oldEndings) = (commits, self.ends)
        (commits, self.ends, readers) = ([:], [:], [:])
        for group in snapshot.groups {
            groupLags[group.id] = appending(group.lag, to: oldGroups[group.id])
            for partition in group.partitions {
                let key = LagKey(group: group.id, partition: partition.partition)
                partitionLags[key] = appending(partition.lag, to: oldPartitions[key])
                if let committed = partition.committed {
                    var window = oldCommits[key] ?? CommitWindow()
                    window.note(
                        offset: committed, committedAt: partition.committedAt, lag: partition.lag,
                        now: now.wallClockMilliseconds)
                    commits[key] = window
                }
                if let end = partition.highWatermark, self.ends[partition.partition] == nil {
                    var ends = oldEndings[partition.partition] ?? EndOffsets()
                    ends.note(end, at: now)
                    self.ends[partition.partition] = ends
                }
            }
            let topics = Dictionary(grouping: group.partitions, by: \.partition.topic)
            for topic in topics.keys.sorted() {
                readers[topic, default: TopicReaders()].add(group.id, topics[topic] ?? [])
            }
        }
    }

    private func appending<Value>(_ value: Value?, to ring: Ring<Value?>?) -> Ring<Value?> {
        var ring = ring ?? Ring(capacity: Self.samples)
        ring.append(value)
        return ring
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
