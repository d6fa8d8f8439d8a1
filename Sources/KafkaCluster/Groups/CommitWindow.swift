import KafkaProtocol

/// How a consumer fares in one partition, by what it commits.
package enum CommitStatus: String, Hashable, Sendable, CaseIterable {
    case ok = "OK"
    /// It commits, and falls behind all the while.
    case slow
    /// It has not committed for longer than it used to, though there is more to read: it may yet.
    case silent = "no commit"
    /// It commits the same offset again and again, though there is more to read.
    case stalled
    /// It has ceased to commit, or has no members who could, though there is more to read.
    case stopped
    /// It has gone back, and has not come again to where it was, nor to the end.
    case rewound

    /// As in Burrow: falling behind is a warning, as is what Burrow does not know; the others are errors.
    package var isError: Bool { self == .stalled || self == .stopped || self == .rewound }

    /// Worse ones are larger.
    package var rank: Int {
        switch self {
        case .ok: 0
        case .slow: 1
        case .silent: 2
        case .stalled: 3
        case .stopped: 4
        case .rewound: 5
        }
    }
}

/// When a consumer began to fare as it does, as far as was seen; in milliseconds since 1970.
package enum StatusBegin: Hashable, Sendable {
    case at(Int64)
    /// It was so already when the console began to look.
    case before(Int64)

    package var time: Int64 {
        switch self {
        case .at(let time), .before(let time): time
        }
    }
}

/// The last commits of a group in one partition, judged by the rules of Burrow (github.com/linkedin/Burrow, wiki
/// "Consumer Lag Evaluation Rules"; core/internal/evaluator/caching.go), which need no threshold for lag:
///
/// 1. If the lag is zero now, all is well.
/// 2. Else, if the group's members are gone, it has stopped: nobody commits. Burrow knows the commits alone and calls it well, or
///    slow, until rule 4 applies.
/// 3. Else, if it went back, and has not come since to where it was, nor to the end of the log, the consumer has rewound. Burrow
///    asks for rule 6 first: a reset of a group that kept up would show in those partitions alone in which it was behind. And
///    Burrow says so until the step back has left the window, even of who has long passed where it was: of partitions that
///    are committed to at a different pace, each would end at another time.
/// 4. Else, if no commit has come since there has been something to read, for longer than ten commits take at its pace, and for
///    ten seconds, it has stopped. Burrow asks nothing of the kind of who was level at a commit in the window, and calls it
///    well for ever: without commits nothing leaves the window. And of fewer than ten commits it takes the time that these
///    took, so that who has looked for a while would say otherwise.
/// 5. Else, if no commit has come for twice as long as between any two in the window, and for ten seconds, it is silent. Burrow
///    calls it well until rule 4 applies, and ten commits may be ten minutes.
/// 6. Else, if the lag was zero at any commit in the window, all is well.
/// 7. Else, if all commits are of the same offset, it is stalled.
/// 8. Else, if the window is full, the lag was never smaller at a commit than at the one before, and it is larger now than at
///    the first, it is slow. Of an ordinary sawtooth two or three samples often rise, and who keeps pace has much the same
///    remainder at each commit: Burrow calls both slow.
/// 9. Else all is well.
///
/// Commits less than a second apart count as one, as Burrow's `min-distance` has it. Of a cluster that does not tell
/// when something was committed, a commit is known by its offset alone: one of the same offset again is not seen, and
/// who is stalled reads as stopped.
package struct CommitWindow: Hashable, Sendable {
    /// As many as Burrow keeps.
    package static let size = 10
    private static let leastDistance: Int64 = 1000
    /// As long as people wait before they wonder, in milliseconds.
    private static let patience: Int64 = 10_000

    package struct Commit: Hashable, Sendable {
        package var offset: Int64
        /// Milliseconds since 1970.
        package var at: Int64
        /// How much there was to read beyond it; nil where that is not known.
        package var lag: Int64?
    }

    package private(set) var commits: [Commit] = []
    /// Since when there has been something to read at each look; nil where there was nothing at the last.
    private var behindSince: Int64?
    /// When the first commit was that was ever noted, and whether somebody told it.
    private var firstAt: Int64 = 0
    private var isFirstTold = false
    /// When the offset was first committed that is committed now.
    private var sameSince: Int64 = 0
    /// Nil while the lag does not rise.
    private var rise: Rise?
    private var rewind: Rewind?
    /// When the last commit was that a member can have made; nil while there are members, or may be.
    private var desertedSince: Int64?

    private struct Rewind: Hashable, Sendable {
        var from: Int64
        /// Of the first step back.
        var at: Int64
    }

    private struct Rise: Hashable, Sendable {
        /// What the lag was while all was well.
        var healthy: Int64
        /// Of the last commit at which it was about that, and what it was there.
        var begin: Int64
        var lag: Int64
    }

    package init() {}

    /// Since when the first record that is not committed has certainly been there; nil where all was read at the last look.
    package var unreadSince: Int64? { behindSince.map { max($0, sameSince) } }

    /// What is committed now. The time is that of the commit, or, where nobody tells it, when it was first seen.
    package mutating func note(
        offset: Int64, committedAt: Int64?, lag: Int64?, isDeserted: Bool = false, now: Int64
    ) {
        // What is committed from here on is a user's doing.
        defer { desertedSince = isDeserted ? desertedSince ?? commits.last?.at : nil }
        if let lag { behindSince = lag == 0 ? nil : behindSince ?? now }
        // Who has read all there is is nowhere back, however far the log of a topic of this name once went.
        if lag == 0 { rewind = nil }
        let commit = Commit(offset: offset, at: committedAt ?? now, lag: lag)
        guard let last = commits.last else {
            (firstAt, isFirstTold, sameSince) = (commit.at, committedAt != nil, commit.at)
            commits.append(commit)
            return
        }
        // Whose clock was set back has said nothing of now before.
        if committedAt != nil, last.at - commit.at > Self.patience, offset != last.offset {
            self = Self()
            return note(offset: offset, committedAt: committedAt, lag: lag, isDeserted: isDeserted, now: now)
        }
        if committedAt == nil ? last.offset == offset : last.at >= commit.at && last.offset == offset { return }
        if offset != last.offset { sameSince = commit.at }
        if offset < last.offset, lag != 0 {
            rewind = Rewind(from: max(last.offset, rewind?.from ?? 0), at: rewind?.at ?? commit.at)
        } else if let rewind, offset >= rewind.from {
            self.rewind = nil
        }
        defer { noteRise() }
        if commit.at - last.at < Self.leastDistance, offset >= last.offset {
            commits[commits.count - 1].offset = offset
            commits[commits.count - 1].lag = lag
            return
        }
        commits.append(commit)
        if commits.count > Self.size { commits.removeFirst() }
    }

    /// Nil before there are two commits to compare, unless there is nothing to read or the only one is long past.
    package func status(lag: Int64?, now: Int64) -> CommitStatus? {
        guard let lag, let first = commits.first, let last = commits.last else { return nil }
        if lag == 0 { return .ok }
        if desertedSince != nil { return .stopped }
        if rewind != nil { return .rewound }
        if now > stopsAfter(first, last) { return .stopped }
        if now > isSilentAfter(last) { return .silent }
        if wasLevel { return .ok }
        guard commits.count > 1 else { return nil }
        if commits.allSatisfy({ $0.offset == last.offset }) { return .stalled }
        return hasFallenBehind ? .slow : .ok
    }

    /// When its status may become another by the time alone, in milliseconds since 1970; nil where it does not.
    package func turn(lag: Int64?, after now: Int64) -> Int64? {
        guard let lag, lag > 0, desertedSince == nil, rewind == nil, let first = commits.first, let last = commits.last
        else { return nil }
        return [isSilentAfter(last), stopsAfter(first, last)].filter { $0 >= now }.min()?.saturatingAdd(1)
    }

    private func stopsAfter(_ first: Commit, _ last: Commit) -> Int64 {
        silentSince(last).saturatingAdd(max(Self.patience, wholeSpan(from: first, to: last)))
    }

    private func isSilentAfter(_ last: Commit) -> Int64 {
        silentSince(last).saturatingAdd(max(Self.patience, pace.saturatingAdd(pace)))
    }

    /// The same, but that all is well only where that is certain: by the few commits of a short look alone one who falls
    /// behind looks as well as any other.
    package func certainStatus(lag: Int64?, now: Int64) -> CommitStatus? {
        let status = status(lag: lag, now: now)
        guard status == .ok, lag != 0, commits.count < Self.size, !wasLevel else { return status }
        return nil
    }

    /// Whether there was nothing to read at a commit in the window.
    private var wasLevel: Bool { commits.contains { $0.lag == 0 } }

    /// Since when it could have committed, and has not: who was level had nothing to commit until there was more to
    /// read.
    private func silentSince(_ last: Commit) -> Int64 { wasLevel ? max(last.at, behindSince ?? last.at) : last.at }

    /// How long ten commits take, by those that there are; of one as at Kafka's own pace of five seconds.
    private func wholeSpan(from first: Commit, to last: Commit) -> Int64 {
        let gaps = Int64(Self.size - 1)
        guard commits.count > 1 else { return gaps * 5_000 }
        return last.at.saturatingSubtract(first.at) / Int64(commits.count - 1) * gaps
    }

    /// The longest from a commit to the next, in milliseconds. Who had read all there was rests until there is more.
    private var pace: Int64 {
        var longest: Int64 = 0
        for index in commits.indices.dropFirst() where commits[index - 1].lag != 0 {
            longest = max(longest, commits[index].at.saturatingSubtract(commits[index - 1].at))
        }
        return longest
    }

    /// Brings up to date since when the lag rises. As long as it never falls the rise is one, but for a little more at some
    /// time long before it rose in earnest: nothing happened then.
    private mutating func noteRise() {
        guard commits.count == Self.size, let first = commits.first, let least = first.lag, let most = commits.last?.lag
        else { return }
        guard hasFallenBehind else {
            // Of what is not known nobody can say that it fell.
            if commits.allSatisfy({ $0.lag != nil }) { rise = nil }
            return
        }
        var healthy = least
        if let rise {
            if rise.begin >= first.at {
                healthy = rise.healthy
            } else {
                let isLongAgo = first.at.saturatingSubtract(rise.begin) >= commits[Self.size - 1].at - first.at
                guard isLongAgo, most.saturatingSubtract(least) / Self.earnestness > least.saturatingSubtract(rise.lag)
                else { return }
            }
        }
        // A record or two more are no part of the rise that follows.
        let about = healthy.saturatingAdd(most.saturatingSubtract(healthy) / Self.tolerance)
        guard let begin = commits.last(where: { $0.lag.map { $0 <= about } ?? false }) else { return }
        rise = Rise(healthy: healthy, begin: begin.at, lag: begin.lag ?? least)
    }

    /// So many times as much as in all the time before is a rise of another kind.
    private static let earnestness: Int64 = 4
    /// The part of a rise by which the lag may be more at a commit that still counts as one before it.
    private static let tolerance: Int64 = 10

    /// Since when it fares like this; nil while all is well.
    package func begin(of status: CommitStatus) -> StatusBegin? {
        guard let last = commits.last else { return nil }
        switch status {
        case .ok: return nil
        case .slow: return seen(rise?.begin ?? commits[0].at, isTold: false)
        case .stalled: return seen(sameSince, isTold: false)
        case .silent: return seen(silentSince(last), isTold: isFirstTold)
        case .stopped:
            // Who was level was well until there was something to read again.
            let end = desertedSince ?? last.at
            return seen(wasLevel ? max(end, behindSince ?? end) : end, isTold: isFirstTold)
        case .rewound: return .at(rewind?.at ?? last.at)
        }
    }

    /// What the first commit began may have begun before it, unless that commit itself is meant and somebody told its
    /// time.
    private func seen(_ at: Int64, isTold: Bool) -> StatusBegin {
        at == firstAt && !isTold ? .before(at) : .at(at)
    }

    /// Whether the lag has risen over all that a window holds, and never fell in between. Without a list of its own: a
    /// console asks this of tens of thousands of partitions for one picture.
    private var hasFallenBehind: Bool {
        guard commits.count == Self.size, let begin = commits[0].lag else { return false }
        var most = begin
        for commit in commits.dropFirst() {
            guard let lag = commit.lag, lag >= most else { return false }
            most = lag
        }
        return most > begin
    }
}
