import KafkaProtocol

/// What one voter of the metadata quorum is at a moment. `QuorumState` has the table of how it changes.
package enum QuorumRole: Hashable, Sendable {
    /// Knows no leader and has given no vote in this epoch.
    case unattached(electionAt: Instant)
    /// Knows no leader, and has given its vote in this epoch, perhaps to itself.
    case voted(for: BrokerID, electionAt: Instant)
    /// Asks whether it would be elected, without a new epoch (KIP-996): whoever was away does not disturb those who have a
    /// leader.
    case prospective(Ballot)
    /// Asks for votes in an epoch of its own.
    case candidate(Ballot)
    case leader(Leadership)
    case follower(Following)
    /// Led this epoch, and leads it no more.
    case resigned(electionAt: Instant)
}

/// An election under way, as the one who stands in it counts.
package struct Ballot: Hashable, Sendable {
    /// Sorted; begins with its own.
    package var granted: [BrokerID]
    package var refused: [BrokerID] = []
    package var until: Instant

    func hasAnswered(_ voter: BrokerID) -> Bool { granted.contains(voter) || refused.contains(voter) }
}

/// A follower's view of its leader.
package struct Following: Hashable, Sendable {
    package var leader: BrokerID
    /// The leader is given up when it is not heard of until then.
    package var fetchBy: Instant
    /// It has answered a fetch since this node began to follow it.
    package var hasFetched = false
}

/// What a leader knows of the others.
///
/// Invariant: an end offset is one that the follower has said in this epoch, and never falls.
package struct Leadership: Hashable, Sendable {
    /// Where the epoch's first record, the leader change, lies.
    package let epochStartOffset: Int64
    package let grantedBy: [BrokerID]
    package let began: Instant
    /// The other voters, sorted.
    package internal(set) var followers: [Replica]
    /// Brokers that read the log without a vote, sorted.
    package internal(set) var observers: [Replica] = []
    /// When voters that have not fetched are told of the epoch next.
    package internal(set) var announceAt: Instant

    package struct Replica: Hashable, Sendable {
        package let id: BrokerID
        /// All before it is durable there; -1 while it is not known.
        package internal(set) var endOffset: Int64 = -1
        package internal(set) var lastFetch: Instant?
        package internal(set) var lastCaughtUp: Instant?
        /// The high watermark that it was last told.
        package internal(set) var toldHighWatermark: Int64 = -1

        init(_ id: BrokerID) { self.id = id }
    }

    init(epochStartOffset: Int64, grantedBy: [BrokerID], followers: [BrokerID], now: Instant, announceAt: Instant) {
        self.epochStartOffset = epochStartOffset
        self.grantedBy = grantedBy
        self.followers = followers.map { Replica($0) }
        self.announceAt = announceAt
        began = now
    }

    /// A voter or observer has asked for records from `offset` on.
    mutating func fetched(_ id: BrokerID, from offset: Int64, logEndOffset: Int64, now: Instant) {
        func note(_ replica: inout Replica) {
            replica.endOffset = max(replica.endOffset, offset)
            if offset >= logEndOffset { replica.lastCaughtUp = now }
            replica.lastFetch = now
        }
        if let index = followers.firstIndex(where: { $0.id == id }) { return note(&followers[index]) }
        if !observers.contains(where: { $0.id == id }) {
            observers.insert(Replica(id), at: observers.lowerBound { $0.id < id })
        }
        if let index = observers.firstIndex(where: { $0.id == id }) { note(&observers[index]) }
    }

    /// It was heard of, without having said how far it is.
    mutating func heard(_ id: BrokerID, now: Instant) {
        if let index = followers.firstIndex(where: { $0.id == id }) { followers[index].lastFetch = now }
    }

    mutating func told(_ id: BrokerID, highWatermark: Int64) {
        if let index = followers.firstIndex(where: { $0.id == id }) {
            followers[index].toldHighWatermark = highWatermark
        }
    }

    /// Observers that were not heard of for so long have gone.
    mutating func forgetObservers(after timeout: Duration, now: Instant) {
        observers.removeAll { $0.lastFetch.map { $0 + timeout < now } ?? true }
    }

    func follower(_ id: BrokerID) -> Replica? { followers.first { $0.id == id } }

    /// What a majority has, given how far the leader itself has come. Nil while that says nothing about this epoch.
    func highWatermark(ownEnd: Int64, majority: Int) -> Int64? {
        let counted = reachedByMajority(ownEnd: ownEnd, majority)
        guard counted >= 0 else { return nil }
        if Rule.commitsOwnEpochByCount.holds {
            // Records of older epochs are committed by the first record of this one and never by themselves: another
            // leader could still replace them.
            return counted > epochStartOffset ? counted : nil
        }
        return counted
    }

    /// The furthest offset that so many have reached. Voters are few, and this is asked in every step: no list is sorted.
    private func reachedByMajority(ownEnd: Int64, _ majority: Int) -> Int64 {
        func reached(_ offset: Int64) -> Bool {
            followers.count { $0.endOffset >= offset } + (ownEnd >= offset ? 1 : 0) >= majority
        }
        var furthest = reached(ownEnd) ? ownEnd : Int64.min
        for follower in followers where follower.endOffset > furthest && reached(follower.endOffset) {
            furthest = follower.endOffset
        }
        return furthest
    }

    /// When it has last been heard of a majority, itself among them; nil where it is a majority alone.
    func lastMajority(_ majority: Int) -> Instant? {
        guard majority > 1 else { return nil }
        let heard = followers.map { $0.lastFetch ?? began }.sorted(by: >)
        return heard[majority - 2]
    }
}
