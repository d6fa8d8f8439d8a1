import KafkaProtocol

/// Who leads the metadata quorum, as one voter knows it: Raft's elections in Kafka's shape (KIP-595) with pre-votes
/// (KIP-996). It holds neither the log nor a disk: the end of the log comes in, what is to be done comes out.
///
/// | role               | event                                          | then                                    |
/// |--------------------|------------------------------------------------|-----------------------------------------|
/// | any                | a larger epoch is heard of                     | unattached, or follower of its leader   |
/// | unattached, voted, prospective, candidate | the leader of this epoch is heard of | follower                   |
/// | unattached, voted, resigned | its time is over                      | prospective                             |
/// | unattached, prospective | a candidate whose log is not behind asks  | voted                                   |
/// | prospective        | a majority would vote for it                   | candidate in the next epoch             |
/// | prospective        | a majority would not, or its time is over      | unattached or voted, for a random pause |
/// | candidate          | a majority votes for it                        | leader                                  |
/// | candidate          | a majority refuses, or its time is over        | voted, for a random pause               |
/// | follower           | its leader is silent for the fetch timeout     | prospective                             |
/// | follower           | its leader ends the epoch                      | unattached or voted, the first in line at once |
/// | leader             | a majority is silent, or it is asked to stop   | resigned                                |
///
/// Invariants: the epoch never falls; in one epoch the vote goes to one node, and is durable before anybody hears of it
/// (the caller performs `persist` before it answers); in one epoch a node leads at most once.
package struct QuorumState: Sendable {
    package enum Action: Hashable, Sendable {
        /// Epoch and vote must be durable before anything of this step goes out.
        case persist
        case requestVote(from: BrokerID, isPreVote: Bool)
        /// This node leads: it appends the record that begins the epoch.
        case beginLeading
        case announce(to: BrokerID)
        /// `successors` are the other voters, those that have copied most first.
        case endEpoch(to: BrokerID, successors: [BrokerID])
        case stopLeading
        /// There is a leader to fetch from.
        case follow
    }

    /// How far a log goes.
    package struct LogEnd: Hashable, Comparable, Sendable {
        package var epoch: Int32
        package var offset: Int64

        package init(epoch: Int32, offset: Int64) {
            self.epoch = epoch
            self.offset = offset
        }

        package static func < (left: Self, right: Self) -> Bool {
            (left.epoch, left.offset) < (right.epoch, right.offset)
        }
    }

    package let settings: QuorumSettings
    package private(set) var epoch: Int32
    /// To whom this node has given its vote in this epoch.
    package private(set) var vote: BrokerID?
    package internal(set) var role: QuorumRole
    /// Why this node stands for election, or stood; nil where it lost no leader, or others have gone on since.
    package private(set) var cause: ElectionCause?
    private var random: SeededGenerator

    /// Begins where the last life ended. One that led its epoch does not lead it again: its log may have lost its end.
    package init(_ settings: QuorumSettings, epoch: Int32, vote: BrokerID?, random: SeededGenerator, now: Instant) {
        self.settings = settings
        self.epoch = epoch
        self.vote = vote
        self.random = random
        // One after the other, so that the first start is one election. Nobody who has a leader is disturbed by it.
        let electionAt = now + .milliseconds(settings.voters.count == 1 ? 0 : 5 + 100 * settings.rank)
        role = vote.map { .voted(for: $0, electionAt: electionAt) } ?? .unattached(electionAt: electionAt)
    }

    /// The leader of this epoch, if it is known.
    package var leader: BrokerID? {
        switch role {
        case .leader: settings.nodeId
        case .follower(let following): following.leader
        case .unattached, .voted, .prospective, .candidate, .resigned: nil
        }
    }

    package var leadership: Leadership? {
        if case .leader(let leadership) = role { leadership } else { nil }
    }

    // MARK: Time

    package var nextDeadline: Instant? {
        switch role {
        case .unattached(let at), .voted(_, let at), .resigned(let at): at
        case .prospective(let ballot), .candidate(let ballot): ballot.until
        case .follower(let following): following.fetchBy
        case .leader(let leadership):
            leadership.lastMajority(settings.majority).map {
                min($0 + settings.checkQuorumTimeout, leadership.announceAt)
            }
        }
    }

    package mutating func deadlineReached(now: Instant) -> [Action] {
        guard let deadline = nextDeadline, deadline <= now else { return [] }
        switch role {
        case .follower(let following):
            cause = .silence(of: following.leader, settings.fetchTimeout, late: now - deadline)
            return stand(now: now)
        case .unattached, .voted, .resigned: return stand(now: now)
        case .prospective, .candidate:
            pause(now: now)
            return []
        case .leader(var leadership):
            if let heard = leadership.lastMajority(settings.majority), heard + settings.checkQuorumTimeout <= now {
                return resign(now: now)
            }
            leadership.announceAt = now + settings.fetchTimeout / 2
            let silent = leadership.followers.filter { follower in
                follower.lastFetch.map { $0 + settings.fetchTimeout / 2 <= now } ?? true
            }
            role = .leader(leadership)
            return silent.map { .announce(to: $0.id) }
        }
    }

    // MARK: Standing for election

    private mutating func stand(now: Instant) -> [Action] {
        guard settings.voters.count > 1 else { return becomeCandidate(now: now) }
        role = .prospective(Ballot(granted: [settings.nodeId], until: now + electionTimeout()))
        return settings.others.map { .requestVote(from: $0, isPreVote: true) }
    }

    private mutating func becomeCandidate(now: Instant) -> [Action] {
        let (next, overflow) = epoch.addingReportingOverflow(1)
        precondition(!overflow, "the controller epochs are used up")
        epoch = next
        vote = settings.nodeId
        let ballot = Ballot(granted: [settings.nodeId], until: now + electionTimeout())
        role = .candidate(ballot)
        if settings.majority == 1 { return [.persist] + lead(ballot, now: now) }
        return [.persist] + settings.others.map { .requestVote(from: $0, isPreVote: false) }
    }

    private mutating func lead(_ ballot: Ballot, now: Instant) -> [Action] {
        // The caller says where the epoch begins, once it has appended its first record.
        role = .leader(
            Leadership(
                epochStartOffset: .max, grantedBy: ballot.granted, followers: settings.others, now: now,
                announceAt: now + settings.fetchTimeout / 2))
        return [.beginLeading] + settings.others.map { .announce(to: $0) }
    }

    /// The record that begins the epoch lies at `offset`.
    mutating func beganLeading(at offset: Int64, now: Instant) {
        guard case .leader(let leadership) = role else { return }
        role = .leader(
            Leadership(
                epochStartOffset: offset, grantedBy: leadership.grantedBy, followers: settings.others, now: now,
                announceAt: leadership.announceAt))
    }

    /// An election without a winner: again after a while that is unlikely to be another's.
    private mutating func pause(now: Instant) {
        role = idle(until: now + settings.retryBackoff + randomPart(of: settings.electionBackoffMax))
    }

    private func idle(until: Instant) -> QuorumRole {
        vote.map { .voted(for: $0, electionAt: until) } ?? .unattached(electionAt: until)
    }

    /// A voter has answered what was asked in `askedEpoch`.
    package mutating func voteAnswered(
        by voter: BrokerID, askedEpoch: Int32, isPreVote: Bool, granted: Bool, now: Instant
    ) -> [Action] {
        guard askedEpoch == epoch, settings.others.contains(voter) else { return [] }
        switch role {
        case .prospective(var ballot):
            guard isPreVote, !ballot.hasAnswered(voter) else { return [] }
            count(voter, granted, in: &ballot)
            if ballot.granted.count >= settings.majority { return becomeCandidate(now: now) }
            role = .prospective(ballot)
            if isLost(ballot) { pause(now: now) }
            return []
        case .candidate(var ballot):
            guard !isPreVote, !ballot.hasAnswered(voter) else { return [] }
            count(voter, granted, in: &ballot)
            if ballot.granted.count >= settings.majority { return lead(ballot, now: now) }
            role = .candidate(ballot)
            if isLost(ballot) { pause(now: now) }
            return []
        case .unattached, .voted, .leader, .follower, .resigned: return []
        }
    }

    private func count(_ voter: BrokerID, _ granted: Bool, in ballot: inout Ballot) {
        if granted {
            ballot.granted.insert(voter, at: ballot.granted.lowerBound { $0 < voter })
        } else {
            ballot.refused.append(voter)
        }
    }

    private func isLost(_ ballot: Ballot) -> Bool {
        ballot.refused.count > settings.voters.count - settings.majority
    }

    /// The voters that have not answered yet, and whether they are asked before an epoch begins.
    package var unanswered: (voters: [BrokerID], isPreVote: Bool)? {
        switch role {
        case .prospective(let ballot): (settings.others.filter { !ballot.hasAnswered($0) }, true)
        case .candidate(let ballot): (settings.others.filter { !ballot.hasAnswered($0) }, false)
        case .unattached, .voted, .leader, .follower, .resigned: nil
        }
    }

    // MARK: Voting

    /// What a candidate says of itself.
    package struct Candidacy: Hashable, Sendable {
        package var candidate: BrokerID
        package var epoch: Int32
        package var logEnd: LogEnd
        package var isPreVote: Bool

        package init(candidate: BrokerID, epoch: Int32, logEnd: LogEnd, isPreVote: Bool) {
            self.candidate = candidate
            self.epoch = epoch
            self.logEnd = logEnd
            self.isPreVote = isPreVote
        }
    }

    package mutating func voteRequested(
        _ candidacy: Candidacy, ownEnd: LogEnd, now: Instant
    ) -> (isGranted: Bool, actions: [Action]) {
        guard candidacy.epoch >= epoch, settings.others.contains(candidacy.candidate) else { return (false, []) }
        var actions = epochHeard(candidacy.epoch, leader: nil, now: now)
        let isBehind = candidacy.logEnd < ownEnd
        if candidacy.isPreVote { return (!isBehind && wouldVote, actions) }
        switch role {
        case .unattached, .prospective, .voted:
            guard !isBehind, vote == nil || vote == candidacy.candidate else { return (false, actions) }
            vote = candidacy.candidate
            role = .voted(for: candidacy.candidate, electionAt: now + electionTimeout())
            if !actions.contains(.persist) { actions.append(.persist) }
            return (true, actions)
        case .candidate, .leader, .follower, .resigned: return (false, actions)
        }
    }

    /// Whether another election may be worth while. Who has a leader says no.
    private var wouldVote: Bool {
        switch role {
        case .unattached, .voted, .prospective, .candidate, .resigned: true
        case .leader: false
        case .follower(let following): !following.hasFetched
        }
    }

    // MARK: Epochs and leaders

    /// Somebody knows this epoch, and perhaps its leader.
    package mutating func epochHeard(_ other: Int32, leader: BrokerID?, now: Instant) -> [Action] {
        guard other >= epoch else { return [] }
        let leader = leader.flatMap { settings.others.contains($0) ? $0 : nil }
        var actions: [Action] = []
        if other > epoch {
            if case .leader = role { actions.append(.stopLeading) }
            epoch = other
            vote = nil
            cause = nil
            role = .unattached(electionAt: now + electionTimeout())
            actions.append(.persist)
        }
        guard let leader else { return actions }
        switch role {
        case .unattached, .voted, .prospective, .candidate, .resigned:
            role = .follower(Following(leader: leader, fetchBy: now + fetchTimeout()))
            cause = nil
            actions.append(.follow)
        case .leader, .follower: break
        }
        return actions
    }

    /// The leader gives its epoch up.
    package mutating func epochEnded(
        by leader: BrokerID, epoch ended: Int32, successors: [BrokerID], now: Instant
    ) -> [Action] {
        let actions = epochHeard(ended, leader: nil, now: now)
        guard ended == epoch else { return actions }
        switch role {
        case .follower(let following) where following.leader == leader: break
        case .unattached, .voted: break
        case .follower, .prospective, .candidate, .leader, .resigned: return actions
        }
        cause = .resignation(of: leader)
        let place = successors.firstIndex(of: settings.nodeId) ?? successors.count
        role = idle(until: now + .milliseconds(100 * place))
        return actions
    }

    /// The leader has answered a fetch of this epoch.
    package mutating func leaderAnswered(now: Instant) {
        guard case .follower(var following) = role else { return }
        following.hasFetched = true
        following.fetchBy = now + fetchTimeout()
        role = .follower(following)
    }

    /// Gives leadership up, and tells the others, the best of them first.
    package mutating func resign(now: Instant) -> [Action] {
        guard case .leader(let leadership) = role else { return [] }
        role = .resigned(electionAt: now + electionTimeout())
        cause = .resignation(of: settings.nodeId)
        let successors = leadership.followers.sorted { ($1.endOffset, $0.id) < ($0.endOffset, $1.id) }.map(\.id)
        return [.stopLeading] + successors.map { .endEpoch(to: $0, successors: successors) }
    }

    // MARK: Randomness

    private mutating func electionTimeout() -> Duration {
        settings.electionTimeout + randomPart(of: settings.electionTimeout)
    }

    private mutating func fetchTimeout() -> Duration {
        settings.fetchTimeout + randomPart(of: settings.fetchTimeout / 4)
    }

    private mutating func randomPart(of duration: Duration) -> Duration {
        .nanoseconds(Int64.random(in: 0...max(0, duration.wholeNanoseconds), using: &random))
    }
}
