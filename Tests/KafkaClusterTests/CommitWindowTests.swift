import KafkaCluster
import KafkaProtocol
import Testing

/// A window for each rule of Burrow's, and for each exception to it.
@Suite struct CommitWindowTests {
    /// Commits five seconds apart, the last at `now`.
    private func window(_ commits: [(offset: Int64, lag: Int64?)]) -> CommitWindow {
        var window = CommitWindow()
        for (index, commit) in commits.enumerated() {
            let at = Int64(index) * 5000
            window.note(offset: commit.offset, committedAt: at, lag: commit.lag, now: at)
        }
        return window
    }

    private func now(after commits: Int) -> Int64 { Int64(commits - 1) * 5000 }

    @Test func `who was level once is well, whatever the lag is now`() {
        // Rules 1 and 6: bursts are no trouble.
        let commits: [(Int64, Int64?)] = [(10, 50), (60, 0), (60, 40), (60, 90)]
        #expect(window(commits).status(lag: 120, now: now(after: 4)) == .ok)
        #expect(window([(10, 50), (20, 60)]).status(lag: 0, now: 1_000_000) == .ok, "level now")
    }

    @Test func `who was level once and commits no more has stopped`() {
        // With auto-commit off nothing leaves the window: what was well before would be well for ever.
        var window = window([(10, 50), (60, 0), (70, 40)])
        func look(at now: Int64, lag: Int64) -> CommitStatus? {
            window.note(offset: 70, committedAt: 10_000, lag: lag, now: now)
            return window.status(lag: lag, now: now)
        }
        #expect(look(at: 15_000, lag: 90) == .ok)
        #expect(look(at: 20_000, lag: 140) == .ok, "ten seconds")
        #expect(look(at: 20_001, lag: 140) == .silent)
        #expect(look(at: 55_001, lag: 140) == .stopped, "as ten commits take")
        // A record that comes after hours of rest accuses nobody.
        #expect(look(at: 60_000, lag: 0) == .ok)
        #expect(look(at: 9_000_000, lag: 1) == .ok)
        #expect(look(at: 9_010_001, lag: 5) == .silent)
        #expect(window.begin(of: .silent) == .at(9_000_000))
        #expect(look(at: 9_045_001, lag: 5) == .stopped)
    }

    @Test func `who has no members has stopped as soon as there is something to read`() {
        // Rule 2: by its commits it would be well for as long again as they span, or slow.
        let commits: [(Int64, Int64?)] = (0..<10).map { ($0 * 10, 50 + $0) }
        var window = window(commits)
        #expect(window.status(lag: 60, now: 45_500) == .slow)
        window.note(offset: 90, committedAt: 45_000, lag: 60, isDeserted: true, now: 45_500)
        #expect(window.status(lag: 60, now: 45_500) == .stopped)
        #expect(window.begin(of: .stopped) == .at(45_000), "its last commit")
        #expect(window.status(lag: 0, now: 45_500) == .ok)
        // What a user commits for it is no sign of life, back or on.
        window.note(offset: 20, committedAt: 50_000, lag: 130, isDeserted: true, now: 50_000)
        #expect(window.status(lag: 130, now: 50_500) == .stopped)
        #expect(window.begin(of: .stopped) == .at(45_000))
        window.note(offset: 20, committedAt: 50_000, lag: 130, now: 51_000)
        #expect(window.status(lag: 130, now: 51_000) == .rewound, "somebody has joined")
        // One look is enough.
        var first = CommitWindow()
        first.note(offset: 10, committedAt: nil, lag: 50, isDeserted: true, now: 7_000)
        #expect(first.status(lag: 50, now: 7_000) == .stopped)
        #expect(first.begin(of: .stopped) == .before(7_000))
    }

    @Test func `a commit before the one that preceded it is a rewind`() {
        // Rule 3: records will come twice, though the lag may look harmless.
        #expect(window([(10, 50), (90, 20), (40, 70)]).status(lag: 70, now: now(after: 3)) == .rewound)
    }

    @Test func `who has come again to where it was is rewound no more`() {
        // Ten commits may be ten minutes: the alarm would outlast the trouble.
        let before: [(Int64, Int64?)] = [(10, 50), (90, 20), (40, 70), (60, 60)]
        #expect(window(before).status(lag: 60, now: now(after: 4)) == .rewound)
        #expect(window(before + [(90, 40)]).status(lag: 40, now: now(after: 5)) == .ok)
        #expect(window(before + [(120, 10)]).status(lag: 10, now: now(after: 5)) == .ok)
        #expect(window(before + [(120, 10), (30, 90)]).status(lag: 90, now: now(after: 6)) == .rewound, "again")
    }

    @Test func `who kept up has rewound too when it goes back`() {
        // A reset of a group that was level in two partitions of three must not show in the third alone.
        #expect(window([(10, 50), (90, 0), (40, 70)]).status(lag: 70, now: now(after: 3)) == .rewound)
        #expect(window([(10, 0), (90, 0), (40, 70), (60, 60)]).status(lag: 60, now: now(after: 4)) == .rewound)
        #expect(window([(10, 0), (90, 0), (40, 70), (90, 60)]).status(lag: 60, now: now(after: 4)) == .ok)
    }

    @Test func `a rewind lasts until the consumer is back, however often it commits on the way`() {
        // Ten commits are ten seconds in one partition, and a minute in another.
        let way = (1...25).map { (offset: Int64($0) * 10, lag: Int64?(500)) }
        let back = window([(300, 100)] + way)
        #expect(back.status(lag: 500, now: now(after: 26)) == .rewound)
        #expect(back.begin(of: .rewound) == .at(5_000), "long out of the window")
        #expect(window([(300, 100)] + way + [(300, 400)]).status(lag: 400, now: now(after: 27)) == .ok)
    }

    @Test func `who has read all there is has not rewound, wherever the log once ended`() {
        // A topic that was deleted and made anew begins at zero again.
        let anew = window([(300, 100), (20, 5), (25, 0), (26, 4)])
        #expect(anew.status(lag: 4, now: now(after: 4)) == .ok)
        #expect(window([(300, 100), (20, 0), (20, 4)]).status(lag: 4, now: now(after: 3)) == .ok)
    }

    @Test func `who has not committed for longer than ten commits take has stopped`() {
        // Rule 4: the window is its own measure, so no threshold need be set; and who has seen three says what who has
        // seen ten says.
        let ten: [(Int64, Int64?)] = (0..<10).map { ($0 * 10, 50) }
        for commits in [Array(ten.prefix(3)), ten] {
            let last = now(after: commits.count)
            #expect(window(commits).status(lag: 70, now: last + 45_000) == .silent)
            #expect(window(commits).status(lag: 70, now: last + 45_001) == .stopped)
            #expect(window(commits).begin(of: .stopped) == .at(last))
        }
    }

    @Test func `who commits no more never looks well while records wait`() {
        // Rule 5: a user switched auto-commit off, and read OK for forty seconds.
        let commits: [(Int64, Int64?)] = (0..<10).map { ($0 * 10, 50) }
        let window = window(commits)
        #expect(window.status(lag: 70, now: 45_000 + 10_000) == .ok)
        #expect(window.status(lag: 70, now: 45_000 + 10_001) == .silent)
        #expect(window.status(lag: 0, now: 45_000 + 10_001) == .ok, "there is nothing to commit")
        #expect(window.begin(of: .silent) == .at(45_000), "its last commit")
        // Who kept up, too.
        let level = self.window([(10, 0), (20, 5), (30, 6)])
        #expect(level.status(lag: 90, now: 20_000) == .ok)
        #expect(level.status(lag: 90, now: 20_001) == .silent)
    }

    @Test func `who commits once a minute is not silent after ten seconds`() {
        // A threshold of its own would accuse it all day.
        var window = CommitWindow()
        for minute in 0..<4 {
            let at = Int64(minute) * 60_000
            window.note(offset: Int64(minute), committedAt: at, lag: 50, now: at)
        }
        #expect(window.status(lag: 50, now: 180_000 + 120_000) == .ok)
        #expect(window.status(lag: 50, now: 180_000 + 120_001) == .silent)
    }

    @Test func `who commits the same offset again and again is stalled`() {
        // Rule 7: its process lives, its work does not.
        let commits: [(Int64, Int64?)] = [(10, 50), (10, 60), (10, 60), (10, 75)]
        #expect(window(commits).status(lag: 80, now: now(after: 4)) == .stalled)
    }

    /// A commit for each lag, ten records on.
    private func status(atLags lags: [Int64?]) -> CommitStatus? {
        let commits = lags.enumerated().map { (offset: Int64($0.offset + 1) * 10, lag: $0.element) }
        return window(commits).status(lag: 70, now: now(after: commits.count))
    }

    @Test func `who commits and never gains on the end is slow`() {
        // Rule 8, and its exception: gaining once is enough.
        #expect(status(atLags: [50, 50, 52, 52, 55, 60, 60, 61, 65, 70]) == .slow)
        #expect(status(atLags: [50, 50, 52, 52, 55, 54, 60, 61, 65, 70]) == .ok)
        #expect(status(atLags: [50, 50, 52, 52, nil, 60, 60, 61, 65, 70]) == .ok, "nobody knows")
    }

    @Test func `a few commits do not make a group slow`() {
        // The lag of a group that keeps up goes up and down between commits: three samples rise every now and then.
        for count in 2..<CommitWindow.size {
            #expect(status(atLags: (0..<Int64(count)).map { 50 + $0 }) == .ok)
        }
        let sawtooth: [Int64] = [20, 24, 30, 22, 26, 21, 28, 29, 31, 20]
        for count in 2...sawtooth.count { #expect(status(atLags: Array(sawtooth.prefix(count))) == .ok) }
    }

    @Test func `who has the same remainder at each commit keeps pace`() {
        // What came while it committed: two records for ever are nothing to worry about.
        #expect(status(atLags: Array(repeating: 2, count: 10)) == .ok)
    }

    @Test func `all is well only for who has seen enough`() {
        // After two commits one who falls behind looks as well as any other; who was level once is well all the same.
        let few = window([(10, 50), (20, 60)])
        #expect(few.status(lag: 60, now: 5_000) == .ok && few.certainStatus(lag: 60, now: 5_000) == nil)
        #expect(few.certainStatus(lag: 0, now: 5_000) == .ok)
        #expect(few.certainStatus(lag: 60, now: 60_000) == .stopped)
        #expect(window([(10, 0), (20, 60)]).certainStatus(lag: 60, now: 5_000) == .ok)
        let all = window((0..<10).map { (Int64($0), 9) })
        #expect(all.certainStatus(lag: 9, now: now(after: 10)) == .ok)
    }

    @Test func `one commit says nothing until it is old`() {
        // A group that has just begun must not be accused.
        let one = window([(10, 50)])
        #expect(one.status(lag: 50, now: 9_000) == nil)
        #expect(one.status(lag: 50, now: 10_001) == .silent)
        #expect(one.status(lag: 50, now: 45_001) == .stopped)
        #expect(CommitWindow().status(lag: 50, now: 10_001) == nil)
        #expect(window([(10, 50), (20, 40)]).status(lag: nil, now: 5_000) == nil, "nobody knows the end")
    }

    @Test func `commits within a second count as one, but a step back does not hide in it`() {
        // Who commits each record would else be judged by the last tenth of a second.
        var window = CommitWindow()
        for index in 0..<40 {
            let at = Int64(index) * 100
            window.note(offset: Int64(index), committedAt: at, lag: 5, now: at)
        }
        #expect(window.commits.count == 4)
        #expect(window.commits.last?.offset == 39)
        window.note(offset: 3, committedAt: 3_950, lag: 40, now: 3_950)
        #expect(window.status(lag: 40, now: 4_000) == .rewound)
    }

    @Test func `since when a consumer is in trouble is told as far as it was seen`() {
        // "It stands still" is half a report; since when tells which deployment it was.
        #expect(window([(10, 50), (20, 40)]).begin(of: .ok) == nil)
        #expect(window([(10, 50), (20, 60), (30, 70)]).begin(of: .stopped) == .at(10_000), "its last commit")
        #expect(window([(10, 50), (90, 20), (40, 70), (60, 60)]).begin(of: .rewound) == .at(10_000), "the step back")
        #expect(window([(10, 50), (20, 60), (20, 70), (20, 80)]).begin(of: .stalled) == .at(5_000))
        let falls = [60, 50, 50, 52, 52, 55, 60, 60, 61, 65, 70].enumerated()
            .map { (offset: Int64($0.offset + 1) * 10, lag: Int64?($0.element)) }
        #expect(window(falls).begin(of: .slow) == .at(20_000), "the last commit at which it had hardly risen")
    }

    @Test func `who is slow is so since the lag began to rise, however long it had not fallen before`() {
        // "Slow since 21:00" sent people to look for what had happened at 21:00, when all was well.
        func begin(_ lags: [Int64?]) -> (CommitStatus?, StatusBegin?) {
            let window = window(lags.enumerated().map { (offset: Int64($0.offset + 1) * 10, lag: $0.element) })
            return (window.status(lag: lags.last ?? nil, now: now(after: lags.count)), window.begin(of: .slow))
        }
        func at(_ commit: Int) -> (CommitStatus, StatusBegin) { (.slow, .at(Int64(commit) * 5000)) }
        let rise = (1...40).map { Int64?(3 + $0 * 20) }
        let level = [2] + Array(repeating: Int64?(3), count: 60)
        for count in 1...rise.count {
            #expect(begin(level + rise.prefix(count)) == at(60), "after \(count) commits")
        }
        // One record more now and then is nothing that happened.
        let creeping = (0..<60).map { Int64?(2 + Int64($0) / 8) }
        let fast = (1...40).map { Int64?(9 + $0 * 40) }
        for count in 1...fast.count {
            #expect(begin(creeping + fast.prefix(count)) == at(59), "after \(count) commits")
        }
        // A sawtooth has its begin at the last time that it fell.
        let sawtooth: [Int64?] = [20, 24, 30, 22, 26, 21, 28, 29, 31, 20]
        #expect(begin(sawtooth + (1...30).map { 20 + $0 * 7 }) == at(9))
        // What rises faster and faster began when it began.
        #expect(
            begin(level + (1...60).map { Int64?(3 + $0 * $0) }).1 == .at(63 * 5000), "when it was nine records more")
        // Nobody can say that it fell while it was not known.
        #expect(begin(level + rise.prefix(20) + [nil] + rise.dropFirst(20)) == at(60))
        // Who has gained once begins anew.
        #expect(begin(level + rise.prefix(20) + [300] + (1...12).map { 300 + $0 * 20 }) == at(81))
    }

    @Test func `what was so already when the console began to look is older than that`() {
        // Made up precision is worse than none.
        let slow = (1...12).map { (offset: Int64($0), lag: Int64?(40 + Int64($0) * 10)) }
        #expect(window(slow).begin(of: .slow) == .before(0))
        #expect(
            window(Array(repeating: (10, 50), count: 30)).begin(of: .stalled) == .before(0), "long out of the window")
        #expect(window([(10, 50)]).begin(of: .stopped) == .at(0), "its commit tells when it was")
        var untold = CommitWindow()
        untold.note(offset: 10, committedAt: nil, lag: 50, now: 7_000)
        #expect(untold.begin(of: .stopped) == .before(7_000))
        untold.note(offset: 20, committedAt: nil, lag: 60, now: 9_000)
        #expect(untold.begin(of: .stopped) == .at(9_000))
    }

    @Test func `who was level has stopped since there was something to read`() {
        // A topic may rest for hours: its readers have not stopped in the first of them.
        var window = window([(10, 50), (60, 0)])
        window.note(offset: 60, committedAt: 5_000, lag: 0, now: 60_000)
        window.note(offset: 60, committedAt: 5_000, lag: 4, now: 61_000)
        window.note(offset: 60, committedAt: 5_000, lag: 9, now: 110_000)
        #expect(window.status(lag: 9, now: 110_000) == .stopped)
        #expect(window.begin(of: .stopped) == .at(61_000))
    }

    @Test(arguments: 0..<50 as Range<UInt64>) func `it is known when time alone makes another status`(seed: UInt64) {
        // Until then a console does not look again, and a thousand groups at rest cost it nothing.
        var random = SeededGenerator(seed: seed)
        var window = CommitWindow()
        var (now, offset, lag, turns) = (0 as Int64, 0 as Int64, 0 as Int64, 0)
        for _ in 0..<60 {
            now += Int64.random(in: 0...9_000, using: &random)
            offset = max(0, offset + Int64.random(in: -2...20, using: &random))
            lag = Bool.random(using: &random) ? 0 : Int64.random(in: 0...50, using: &random)
            window.note(
                offset: offset, committedAt: seed.isMultiple(of: 2) ? now : nil, lag: lag,
                isDeserted: Int.random(in: 0..<20, using: &random) == 0, now: now)
            let turn = window.turn(lag: lag, after: now) ?? .max
            let status = window.status(lag: lag, now: now)
            for later in stride(from: now, to: now + 200_000, by: 487) {
                if window.status(lag: lag, now: later) != status { #expect(later >= turn) }
            }
            guard turn < .max else { continue }
            #expect(turn > now)
            #expect(window.status(lag: lag, now: turn - 1) == status)
            if window.status(lag: lag, now: turn) != status { turns += 1 }
        }
        #expect(turns > 5)
    }

    @Test func `ten commits are kept`() {
        // What was an hour ago says nothing of now.
        let window = window((0..<30).map { (Int64($0), 9) })
        #expect(window.commits.map(\.offset) == Array(20..<30))
    }

    @Test func `where nobody tells when it was committed, only another offset is another commit`() {
        // Kafka's protocol does not tell: stalled then reads as stopped, which is as bad.
        var window = CommitWindow()
        for second in 0..<60 {
            window.note(offset: second < 10 ? Int64(second) : 9, committedAt: nil, lag: 5, now: Int64(second) * 1000)
        }
        #expect(window.commits.last?.at == 9_000)
        #expect(window.status(lag: 5, now: 60_000) == .stopped)
    }
}
