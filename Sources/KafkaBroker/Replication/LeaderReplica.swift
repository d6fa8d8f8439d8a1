import KafkaProtocol

/// The leader's side of one partition: how far each follower has copied, who is in sync, and how far all have come.
///
/// Holds no log, socket or clock. What it knows of the log is handed in with each event.
///
/// Invariants: the high watermark never decreases while this replica leads; at most one AlterPartition is under way;
/// a pending shrink changes nothing until the controller has committed it, a pending expansion counts for the high
/// watermark at once (the *maximal* ISR), so that no record is acknowledged that a member-to-be could lack.
///
/// ```
/// ISR state        event                                   next                    action
/// committed        follower caught up, eligible            pendingExpansion        alterPartition
/// committed        members behind for too long             pendingShrink           alterPartition
/// pending…         controller: committed, newer epoch      committed(new)          -
/// pending…         controller: refused, may not be retried committed(old)          -
/// pending…         controller: no answer                   pending… (same)         alterPartition again
/// any              metadata with a newer partition epoch   committed(new)          -
/// ```
package struct LeaderReplica: Sendable {
    package struct Follower: Hashable, Sendable {
        package var id: BrokerID
        /// -1 until it has fetched from this leader.
        package var logEndOffset: Int64 = -1
        package var logStartOffset: Int64 = -1
        /// When it last had everything that the leader had at that time; nil for never.
        package var lastCaughtUp: Instant?
        /// The leader's log end offset when the follower last fetched, and when that was: a follower that now fetches
        /// from there was caught up then, however fast the leader's log grows.
        var lastFetchLeaderLogEndOffset: Int64 = -1
        var lastFetch: Instant?
        /// The registration under which it fetches; -1 when it did not say.
        package var brokerEpoch: Int64 = -1

        func isCaughtUp(leaderLogEndOffset: Int64, now: Instant, lagMax: Duration) -> Bool {
            if logEndOffset == leaderLogEndOffset { return true }
            guard let lastCaughtUp else { return false }
            return now - lastCaughtUp <= lagMax
        }
    }

    package enum ISRState: Hashable, Sendable {
        case committed([BrokerID])
        case pendingExpansion(committed: [BrokerID], adding: BrokerID)
        case pendingShrink(committed: [BrokerID], remaining: [BrokerID])
    }

    /// The change of the ISR that the controller is to commit.
    package struct Alteration: Hashable, Sendable {
        package var isr: [Member]
        package var leaderEpoch: Int32
        package var partitionEpoch: Int32

        package struct Member: Hashable, Sendable {
            package var id: BrokerID
            /// -1 for the leader's own place: the request carries the leader's epoch itself.
            package var brokerEpoch: Int64
        }
    }

    /// How the cluster sees a broker, as far as it decides about joining an ISR.
    package struct Eligibility: Hashable, Sendable {
        /// Registered, unfenced and not in controlled shutdown.
        package var isActive: Bool
        package var brokerEpoch: Int64

        package init(isActive: Bool, brokerEpoch: Int64) {
            self.isActive = isActive
            self.brokerEpoch = brokerEpoch
        }
    }

    package let id: BrokerID
    package private(set) var leaderEpoch: Int32
    package private(set) var partitionEpoch: Int32
    /// The log end offset when this epoch began.
    package let epochStartOffset: Int64
    package private(set) var highWatermark: Int64
    package private(set) var followers: [Follower]
    package private(set) var isrState: ISRState
    private let lagMax: Duration
    package var minInsyncReplicas: Int

    /// A replica that begins to lead. In-sync followers count as caught up at this moment, so that they have a whole
    /// lag period to come.
    package init(
        id: BrokerID, leaderEpoch: Int32, partitionEpoch: Int32, replicas: [BrokerID], isr: [BrokerID],
        epochStartOffset: Int64, highWatermark: Int64, minInsyncReplicas: Int, lagMax: Duration, now: Instant
    ) {
        self.id = id
        self.leaderEpoch = leaderEpoch
        self.partitionEpoch = partitionEpoch
        self.epochStartOffset = epochStartOffset
        self.highWatermark = highWatermark
        self.minInsyncReplicas = minInsyncReplicas
        self.lagMax = lagMax
        isrState = .committed(isr)
        followers = replicas.filter { $0 != id }.map { replica in
            var follower = Follower(id: replica)
            if isr.contains(replica) { follower.lastCaughtUp = now }
            return follower
        }
    }

    /// The ISR as the controller has committed it.
    package var committedISR: [BrokerID] {
        switch isrState {
        case .committed(let isr), .pendingExpansion(let isr, _), .pendingShrink(let isr, _): isr
        }
    }

    /// Whom this leader counts on.
    private var currentISR: [BrokerID] {
        switch isrState {
        case .committed(let isr), .pendingExpansion(let isr, _): isr
        case .pendingShrink(let isr, let remaining): Rule.pendingShrinkWaits.holds ? isr : remaining
        }
    }

    /// Everyone who is or may already be in sync: the committed ISR and a pending expansion.
    package var maximalISR: [BrokerID] {
        guard case .pendingExpansion(let isr, let adding) = isrState else { return currentISR }
        return isr + [adding]
    }

    package var isAlterationPending: Bool {
        switch isrState {
        case .committed: false
        case .pendingExpansion, .pendingShrink: true
        }
    }

    package var minISR: MinISR { MinISR(setting: minInsyncReplicas, replicas: followers.count + 1) }
    package var effectiveMinISR: Int { minISR.effective }
    package var isUnderMinISR: Bool { currentISR.count < effectiveMinISR }
    /// Whether the high watermark may move; else it is frozen, for acks=1 too: what consumers read must survive.
    package var mayCommit: Bool { Rule.checksMinISRAtCompletion.holds ? !isUnderMinISR : true }
    /// False while the ISR is too small for what was appended with acks=all to count as such, however far it was
    /// copied.
    package var hasEnoughReplicas: Bool {
        Rule.checksMinISRAtCompletion.holds ? maximalISR.count >= effectiveMinISR : true
    }

    /// The lowest log start among the replicas that are alive; -1 while one of them has not told its own.
    package func lowWatermark(logStartOffset: Int64, isAlive: (BrokerID) -> Bool) -> Int64 {
        followers.reduce(logStartOffset) { isAlive($1.id) ? min($0, $1.logStartOffset) : $0 }
    }

    package func isReplica(_ broker: BrokerID) -> Bool { followers.contains { $0.id == broker } }

    // MARK: Events

    /// A follower fetches from `offset`, so it has everything before it. Answers false when the fetch comes from an
    /// older life of the broker than one that has fetched or `registeredEpoch`, which the metadata tells of, or from a
    /// broker that is no replica; then it changes nothing.
    package mutating func followerFetched(
        _ broker: BrokerID, from offset: Int64, logStartOffset: Int64, brokerEpoch: Int64, registeredEpoch: Int64 = -1,
        leaderLogEndOffset: Int64, now: Instant
    ) -> Bool {
        guard let index = followers.firstIndex(where: { $0.id == broker }) else { return false }
        let newestEpoch = max(followers[index].brokerEpoch, registeredEpoch)
        if Rule.checksBrokerEpoch.holds, brokerEpoch >= 0, brokerEpoch < newestEpoch { return false }
        if offset >= leaderLogEndOffset {
            followers[index].lastCaughtUp = now
        } else if followers[index].lastFetch != nil, offset >= followers[index].lastFetchLeaderLogEndOffset {
            let candidate = followers[index].lastFetch
            if let candidate, followers[index].lastCaughtUp.map({ $0 < candidate }) ?? true {
                followers[index].lastCaughtUp = candidate
            }
        }
        followers[index].logEndOffset = offset
        followers[index].logStartOffset = logStartOffset
        followers[index].lastFetchLeaderLogEndOffset =
            max(leaderLogEndOffset, followers[index].lastFetchLeaderLogEndOffset)
        followers[index].lastFetch = now
        followers[index].brokerEpoch = brokerEpoch
        return true
    }

    /// The leader's log has grown from here on: whoever had everything before was caught up until now.
    package mutating func appended(from formerLogEndOffset: Int64, now: Instant) {
        for index in followers.indices where followers[index].logEndOffset == formerLogEndOffset {
            followers[index].lastCaughtUp = now
        }
    }

    /// Advances the high watermark as far as everyone who counts has copied. Answers whether it moved.
    package mutating func advanceHighWatermark(
        leaderLogEndOffset: Int64, now: Instant, eligibility: (BrokerID) -> Eligibility?
    ) -> Bool {
        guard mayCommit else { return false }
        var candidate = leaderLogEndOffset
        let maximalISR = maximalISR
        let waiting = Rule.highWatermarkNeedsISR.holds ? followers : []
        for follower in waiting where follower.logEndOffset < candidate {
            let counts =
                maximalISR.contains(follower.id)
                || (follower.isCaughtUp(leaderLogEndOffset: leaderLogEndOffset, now: now, lagMax: lagMax)
                    && isEligible(follower, eligibility(follower.id)))
            if counts { candidate = follower.logEndOffset }
        }
        guard candidate > highWatermark else { return false }
        highWatermark = candidate
        return true
    }

    /// The expansion to ask for, if this follower may join the ISR now.
    package mutating func expansion(by broker: BrokerID, eligibility: (BrokerID) -> Eligibility?) -> Alteration? {
        guard case .committed(let isr) = isrState, !isr.contains(broker),
            let follower = followers.first(where: { $0.id == broker }),
            follower.logEndOffset >= highWatermark,
            Rule.expansionNeedsEpochStart.holds ? follower.logEndOffset >= epochStartOffset : true,
            isEligible(follower, eligibility(broker))
        else { return nil }
        isrState = .pendingExpansion(committed: isr, adding: broker)
        return pendingAlteration
    }

    /// Followers outside the ISR that may be let in though they do not fetch just now. One that has fallen behind must
    /// fetch first: under a frozen high watermark it would else come and go for as long as it hears nothing.
    package func caughtUpOutsiders(leaderLogEndOffset: Int64, now: Instant) -> [BrokerID] {
        followers.lazy.filter { follower in
            !committedISR.contains(follower.id)
                && follower.isCaughtUp(leaderLogEndOffset: leaderLogEndOffset, now: now, lagMax: lagMax)
        }.map(\.id)
    }

    /// The shrink to ask for, if members have been behind for longer than `replica.lag.time.max.ms`.
    package mutating func shrink(leaderLogEndOffset: Int64, now: Instant) -> Alteration? {
        guard case .committed(let isr) = isrState else { return nil }
        let remaining = isr.filter { member in
            guard let follower = followers.first(where: { $0.id == member }) else { return true }
            return follower.isCaughtUp(leaderLogEndOffset: leaderLogEndOffset, now: now, lagMax: lagMax)
        }
        if remaining.count == isr.count { return nil }
        isrState = .pendingShrink(committed: isr, remaining: remaining)
        return pendingAlteration
    }

    /// What is under way at the controller, to be sent (again).
    package var pendingAlteration: Alteration? {
        let isr: [BrokerID]
        switch isrState {
        case .committed: return nil
        case .pendingExpansion(let committed, let adding): isr = committed + [adding]
        case .pendingShrink(_, let remaining): isr = remaining
        }
        let members = isr.map { member in
            let epoch = followers.first { $0.id == member }?.brokerEpoch ?? -1
            return Alteration.Member(id: member, brokerEpoch: epoch)
        }
        return Alteration(isr: members, leaderEpoch: leaderEpoch, partitionEpoch: partitionEpoch)
    }

    /// The controller has committed an ISR, told by its answer or by the metadata log, whichever comes first. An epoch
    /// that is not newer says nothing new, except that an answer may confirm what the log has already told.
    package mutating func committed(isr: [BrokerID], partitionEpoch newEpoch: Int32, now: Instant) -> Bool {
        guard newEpoch > partitionEpoch else { return false }
        let former = committedISR
        partitionEpoch = newEpoch
        isrState = .committed(isr)
        for index in followers.indices
        where isr.contains(followers[index].id) && !former.contains(followers[index].id) {
            if followers[index].lastCaughtUp == nil { followers[index].lastCaughtUp = now }
        }
        return true
    }

    /// The controller refused the change for good: the committed ISR holds, and a later fetch or check tries anew.
    package mutating func alterationRefused() { isrState = .committed(committedISR) }

    /// The replicas were reassigned within the same leader epoch.
    package mutating func replicasChanged(to replicas: [BrokerID]) {
        followers = replicas.filter { $0 != id }.map { replica in
            followers.first { $0.id == replica } ?? Follower(id: replica)
        }
    }

    private func isEligible(_ follower: Follower, _ eligibility: Eligibility?) -> Bool {
        guard let eligibility, eligibility.isActive else { return false }
        guard Rule.checksBrokerEpoch.holds else { return true }
        return follower.brokerEpoch == -1 || follower.brokerEpoch == eligibility.brokerEpoch
    }
}
