import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// A history that passes over what has not changed tells the same as one that looks at everything.
@Suite struct HistoryTests {
    private static func instant(_ seconds: Double) -> Instant {
        Instant(
            monotonicNanoseconds: Int64(seconds * 1e9), wallClockMilliseconds: 1_700_000_000_000 + Int64(seconds * 1e3))
    }

    private func topic(_ name: String, end: Int64?, heardAt: Instant? = nil) -> ClusterSnapshot.Topic {
        var partition = ClusterSnapshot.Partition(
            index: 0, leader: 1, leaderEpoch: 0, isr: [1],
            replicas: [ClusterSnapshot.Replica(broker: 1, state: .leader, logEndOffset: end)])
        partition.logEndOffset = end
        partition.highWatermark = end
        var topic = ClusterSnapshot.Topic(
            name: name, id: Uuid(high: 1, low: 1), isInternal: false, partitions: [partition])
        topic.heardAt = heardAt
        return topic
    }

    private func group(_ id: String, of topics: [(name: String, committed: Int64?, end: Int64?)])
        -> ClusterSnapshot.Group
    {
        ClusterSnapshot.Group(
            id: id, state: "Stable",
            partitions: topics.map { topic in
                var row = ClusterSnapshot.GroupPartition(partition: TopicPartition(topic: topic.name, partition: 0))
                row.committed = topic.committed
                row.highWatermark = topic.end
                return row
            })
    }

    // MARK: Series

    @Test func `a value that holds is there for every sample`() {
        var series = Series<Int>(capacity: 4)
        #expect(series.values(until: 3) == [])
        series.append(1, sample: 3)
        #expect(series.values(until: 3) == [1])
        #expect(series.values(until: 5) == [1, 1, 1])
        series.append(1, sample: 5)
        series.append(2, sample: 6)
        #expect(series.values(until: 6) == [1, 1, 1, 2])
        series.append(3, sample: 8)
        #expect(series.values(until: 8) == [1, 2, 2, 3])
        #expect(series.values(until: 1_000_000) == [3, 3, 3, 3])
    }

    // MARK: Rates

    @Test func `what is told of every five seconds has the rate of five seconds`() {
        // Of a large cluster most topics are asked for seldom: five times the rate once and nothing after would be shown.
        var history = History()
        var end: Int64 = 0
        for second in 0..<20 {
            var snapshot = ClusterSnapshot(takenAt: Self.instant(Double(second)), clusterID: "c")
            if second % 5 == 0 { end += 500 }
            let heard = Self.instant(Double(second - second % 5))
            snapshot.topics = [topic("t", end: end, heardAt: heard)]
            snapshot.heardAt = Self.instant(Double(second))
            history.observe(snapshot, now: snapshot.takenAt)
            if second >= 5 {
                #expect(history.rate(ofTopic: "t") == 100)
                #expect(history.recordsPerSecond.last == 100)
            }
        }
        #expect(history.rates(ofTopic: "t").count == 20)
    }

    @Test func `a rate falls to nothing when no record comes, and is not known where nobody tells`() {
        var history = History()
        func look(_ second: Double, end: Int64, heardAt: Double?) {
            var snapshot = ClusterSnapshot(takenAt: Self.instant(second), clusterID: "c")
            snapshot.heardAt = heardAt.map(Self.instant)
            snapshot.topics = [topic("t", end: end, heardAt: heardAt.map(Self.instant))]
            history.observe(snapshot, now: snapshot.takenAt)
        }
        look(0, end: 0, heardAt: 0)
        look(1, end: 10, heardAt: 1)
        #expect(history.recordsPerSecond.last == 10)
        // An old picture says nothing of the present.
        look(2, end: 10, heardAt: 1)
        #expect(history.recordsPerSecond.last == 10)
        look(30, end: 10, heardAt: 1)
        #expect(history.recordsPerSecond.last == .some(nil))
        look(31, end: 10, heardAt: 31)
        #expect(history.recordsPerSecond.last == 0)
        // A source that tells at once has told that nothing has changed.
        var inside = History()
        for second in 0..<3 {
            var snapshot = ClusterSnapshot(takenAt: Self.instant(0), clusterID: "c")
            snapshot.topics = [topic("t", end: second == 0 ? 0 : 10)]
            inside.observe(snapshot, now: Self.instant(Double(second)))
        }
        #expect(inside.rates(ofTopic: "t") == [nil, 10, 0])
    }

    @Test func `pictures that come at uneven times show an even rate`() {
        // Of a large cluster they come every second or so: what fell between two of them is not what one second brought.
        var history = History()
        var snapshot = ClusterSnapshot(takenAt: Self.instant(0), clusterID: "c")
        let taken = [0, 0.3, 1.9, 2.2, 3.8, 4.9, 5.3, 6.9]
        for second in 0..<7 {
            let at = taken.last { $0 <= Double(second) } ?? 0
            snapshot.takenAt = Self.instant(at)
            snapshot.topics = [topic("t", end: Int64(at * 100))]
            history.observe(snapshot, now: Self.instant(Double(second)))
        }
        let rates = history.rates(ofTopic: "t").compactMap { $0 }
        #expect(rates.count == 5 && rates.allSatisfy { abs($0 - 100) < 1 }, "\(rates)")
    }

    // MARK: Groups

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `groups that hold are as if they had been looked at`(seed: UInt64) {
        var random = Generator(state: seed)
        var history = History()
        // What each look at everything would have noted.
        var lags: [String: [Int64?]] = [:]
        var commits: [String: [String: CommitWindow]] = [:]
        var ends: [String: Int64] = ["a": 5, "b": 5, "c": 5]
        var committed: [String: [String: Int64]] = [:]
        for second in 0..<150 {
            let now = Self.instant(Double(second))
            if Int.random(in: 0..<3, using: &random) == 0 {
                let (name, group) = (
                    ["a", "b", "c"].randomElement(using: &random) ?? "", "g\(Int.random(in: 0..<3, using: &random))"
                )
                switch Int.random(in: 0..<8, using: &random) {
                case 0...3: ends[name, default: 0] += Int64.random(in: 1..<10, using: &random)
                case 4...5:
                    committed[group, default: [:]][name] = Int64.random(in: 0...(ends[name] ?? 0), using: &random)
                case 6: committed[group]?[name] = nil
                default: committed[group] = nil
                }
            }
            var snapshot = ClusterSnapshot(takenAt: now, clusterID: "c")
            snapshot.topics = ends.sorted { $0.key < $1.key }.map { topic($0, end: $1) }
            snapshot.groups = committed.sorted { $0.key < $1.key }.map { id, offsets in
                group(id, of: offsets.sorted { $0.key < $1.key }.map { ($0, $1, ends[$0]) })
            }
            history.observe(snapshot, now: now)
            lags = lags.filter { committed[$0.key] != nil }
            commits = commits.filter { committed[$0.key] != nil }
            for group in snapshot.groups {
                lags[group.id, default: []].append(group.lag)
                commits[group.id] = commits[group.id, default: [:]].filter { committed[group.id]?[$0.key] != nil }
                var worst: CommitStatus?
                for row in group.partitions {
                    commits[group.id, default: [:]][row.partition.topic, default: CommitWindow()].note(
                        offset: row.committed ?? 0, committedAt: nil, lag: row.lag, now: now.wallClockMilliseconds)
                    let own = commits[group.id]?[row.partition.topic]?.status(
                        lag: row.lag, now: now.wallClockMilliseconds)
                    #expect(history.status(ofGroup: group.id, row, now: now) == own)
                    if let own, worst.map({ $0.rank < own.rank }) ?? true { worst = own }
                }
                #expect(history.status(ofGroup: group.id) == worst)
                #expect(history.lags(ofGroup: group.id) == (lags[group.id] ?? []).suffix(History.samples))
            }
            for name in ends.keys {
                let readers = snapshot.groups.filter { $0.partitions.contains { $0.partition.topic == name } }
                #expect(history.readers(ofTopic: name)?.groups ?? [] == readers.map(\.id))
                let lag = readers.flatMap(\.partitions).filter { $0.partition.topic == name }.compactMap(\.lag)
                #expect(history.readers(ofTopic: name)?.lag == (lag.isEmpty ? nil : lag.reduce(0, +)))
            }
        }
    }

    @Test func `a reset shows in every partition whose commit went back, and ends as each is back`() {
        // Seen from outside, a second between looks: the group kept up in all partitions but one, and commits to each as it
        // reads.
        let names = ["a", "b", "c"]
        var history = History()
        func look(_ second: Int, _ committed: [Int64], end: Int64) -> [CommitStatus?] {
            let now = Self.instant(Double(second))
            var snapshot = ClusterSnapshot(takenAt: now, clusterID: "c")
            snapshot.topics = names.map { topic($0, end: end) }
            snapshot.groups = [group("g", of: zip(names, committed).map { ($0, $1, end) })]
            history.observe(snapshot, now: now)
            return snapshot.groups[0].partitions.map { history.status(ofGroup: "g", $0, now: now) }
        }
        for second in 0..<20 {
            let end = Int64(second) * 10
            _ = look(second, [end, max(0, end - 5), second % 4 == 0 ? end : end / 2], end: end)
        }
        #expect(look(20, [0, 0, 0], end: 200) == [.rewound, .rewound, .rewound])
        // The first is committed to each second, the second each five seconds.
        for second in 21..<41 {
            let at = Int64(second - 20)
            let statuses = look(second, [at * 4, at / 5 * 20, 0], end: 200)
            #expect(statuses == [.rewound, .rewound, .rewound], "\(second)")
        }
        #expect(history.status(ofGroup: "g") == .rewound)
        #expect(look(41, [195, 100, 0], end: 200) == [.ok, .rewound, .rewound])
        #expect(look(42, [195, 200, 200], end: 200) == [.ok, .ok, .ok])
    }

    @Test func `a group is stopped once its members are gone, and one that never had any goes by its commits`() {
        // Consumers that choose their partitions themselves commit to a group that is always empty.
        var history = History()
        func look(_ second: Int, state: String, type: String) -> CommitStatus? {
            let now = Self.instant(Double(second))
            var snapshot = ClusterSnapshot(takenAt: now, clusterID: "c")
            snapshot.topics = [topic("t", end: 100 + Int64(second) * 10)]
            snapshot.groups = [group("g", of: [("t", Int64(min(second, 8)) * 10, 100 + Int64(second) * 10)])]
            snapshot.groups[0].state = state
            snapshot.groups[0].protocolType = type
            history.observe(snapshot, now: now)
            #expect(history.status(ofGroup: "g") == history.worst(of: snapshot.groups[0], now: now)?.status)
            return history.status(ofGroup: "g")
        }
        for second in 0..<8 { #expect(look(second, state: "Stable", type: "consumer") != .stopped) }
        #expect(look(8, state: "Empty", type: "consumer") == .stopped)
        #expect(look(9, state: "Stable", type: "consumer") == .ok)
        history = History()
        for second in 1..<9 { #expect(look(second, state: "Empty", type: "") == (second == 1 ? nil : .ok)) }
        #expect(look(20, state: "Empty", type: "") == .stopped)
    }

    @Test func `a record's age is right where ticks come before the pictures`() throws {
        // From outside a picture comes a little more than a second after the one before, and a tick a second after: it takes
        // a sample of the old picture. The ends in it are no newer for that.
        var history = History()
        var last: ClusterSnapshot.GroupPartition?
        var shown: ClusterSnapshot?
        for round in 0...30 {
            let at = Double(round) * 1.01
            if let shown { history.observe(shown, now: Self.instant(at - 0.005)) }
            let end = Int64(at * 50)
            var snapshot = ClusterSnapshot(takenAt: Self.instant(at), clusterID: "c")
            snapshot.heardAt = snapshot.takenAt
            snapshot.topics = [topic("t", end: end)]
            snapshot.groups = [group("g", of: [("t", 250, end)])]
            last = snapshot.groups[0].partitions[0]
            history.observe(snapshot, now: snapshot.takenAt)
            shown = snapshot
        }
        var row = try #require(last)
        let now = Self.instant(30.4)
        let old = try #require(history.lagTime(row, of: "", now: now)).duration
        #expect(old > .seconds(25.3) && old < .seconds(25.5), "written at 5 s, as 50 come in a second: \(old)")
        // Ten records before the end, which the last sample does not know.
        row.committed = try #require(row.highWatermark) - 10
        let new = try #require(history.lagTime(row, of: "", now: now)).duration
        #expect(new > .milliseconds(150) && new < .milliseconds(600), "\(new)")
        // A group that was level for long has not been behind for long.
        row.committed = row.highWatermark
        #expect(history.lagTime(row, of: "", now: now) == .about(.zero))
    }

    @Test func `who has stood still for longer than ends are kept is behind for as long`() throws {
        // "Behind > 2:00" stood beside "stopped since" eight minutes before.
        var history = History()
        var last: ClusterSnapshot.GroupPartition?
        for second in 0...500 {
            var snapshot = ClusterSnapshot(takenAt: Self.instant(Double(second)), clusterID: "c")
            let end = Int64(second * 10 + 1)
            snapshot.topics = [topic("t", end: end)]
            snapshot.groups = [group("g", of: [("t", Int64(min(second, 20) * 10), end)])]
            last = snapshot.groups[0].partitions[0]
            history.observe(snapshot, now: snapshot.takenAt)
        }
        let row = try #require(last)
        let age = history.lagTime(row, of: "g", now: Self.instant(500))
        #expect(age == .atLeast(.seconds(480)))
    }

    @Test func `a record's age is right after its partition had not grown for long`() throws {
        // Its end was the same at the look before: the record came after that look, not after the last growth.
        var history = History()
        var last: ClusterSnapshot.GroupPartition?
        for second in 0...100 {
            let end: Int64 = second < 90 ? 10 : 20
            var snapshot = ClusterSnapshot(takenAt: Self.instant(Double(second)), clusterID: "c")
            snapshot.topics = [topic("t", end: end)]
            snapshot.groups = [group("g", of: [("t", 10, end)])]
            last = snapshot.groups[0].partitions[0]
            history.observe(snapshot, now: snapshot.takenAt)
        }
        let age = history.lagTime(try #require(last), of: "", now: Self.instant(100))
        #expect(age == .about(.seconds(11)))
        // Where it could not be known in between, it may have come any time.
        var ends = EndOffsets()
        ends.note(10, at: Self.instant(0))
        ends.note(nil, at: Self.instant(1), heldUntil: Self.instant(0))
        ends.note(20, at: Self.instant(10), heldUntil: Self.instant(9))
        #expect(ends.age(ofOffset: 15, now: Self.instant(10)) == .about(.seconds(5)))
    }
}
