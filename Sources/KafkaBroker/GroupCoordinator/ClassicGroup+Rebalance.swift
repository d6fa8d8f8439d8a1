import KafkaProtocol
import NIOCore

/// How a generation begins: members are collected, a protocol and a leader chosen, and the joins answered.
extension ClassicGroup {
    /// A newcomer waits at most this long for its first generation, since it cannot send heartbeats meanwhile.
    static let newMemberTimeout = Duration.seconds(300)

    mutating func add(
        _ member: GroupMember, context: RequestContext, initialDelay: Duration, now: Instant,
        into actions: inout [Action]
    ) {
        if members.isEmpty { leader = member.id }
        if leader == nil { leader = member.id }
        members[member.id] = member
        if let instanceId = member.instanceId { staticMembers[instanceId] = member.id }
        if pendingMembers.remove(member.id) != nil { actions.append(.cancelTimer(.pendingMember(member.id))) }
        actions.append(.setTimer(.heartbeat(member: member.id), after: Self.newMemberTimeout))
        rebalance(initialDelay: initialDelay, now: now, into: &actions)
        wait(member.id, context, isNew: true)
        completeJoinIfAllAreHere(now: now, into: &actions)
    }

    /// Takes in what the member now says of itself, and lets it wait for the next generation.
    mutating func rejoin(
        _ memberId: String, context: RequestContext, update: (inout GroupMember) -> Void, now: Instant,
        into actions: inout [Action]
    ) {
        members[memberId].map { member in
            var member = member
            update(&member)
            members[memberId] = member
        }
        rebalance(initialDelay: .zero, now: now, into: &actions)
        wait(memberId, context, isNew: false)
        completeJoinIfAllAreHere(now: now, into: &actions)
    }

    private mutating func wait(_ memberId: String, _ context: RequestContext, isNew: Bool) {
        guard case .preparingRebalance(var joining) = state else {
            preconditionFailure("a member waits for a generation only while one is being prepared")
        }
        joining.waiting[memberId] = context
        if isNew { joining.initialDelay?.hasNewMember = true }
        state = .preparingRebalance(joining)
    }

    /// Begins a rebalance unless one has begun. Whoever waits for the old generation's assignment is sent back to join.
    mutating func rebalance(initialDelay: Duration, now: Instant, into actions: inout [Action]) {
        var joining = Joining()
        switch state {
        case .preparingRebalance, .dead: return
        case .empty:
            if initialDelay > .zero {
                let remaining = max(rebalanceTimeout - initialDelay, .zero)
                joining.initialDelay = InitialDelay(step: initialDelay, remaining: remaining)
                actions.append(.setTimer(.join, after: min(initialDelay, rebalanceTimeout)))
            } else {
                actions.append(.setTimer(.join, after: rebalanceTimeout))
            }
        case .completingRebalance(let syncing):
            answerSyncs(syncing, .rebalanceInProgress, into: &actions)
            actions.append(.setTimer(.join, after: rebalanceTimeout))
        case .stable:
            actions.append(.setTimer(.join, after: rebalanceTimeout))
        }
        actions.append(.cancelTimer(.sync))
        state = .preparingRebalance(joining)
        actions.append(change)
    }

    mutating func completeJoinIfAllAreHere(now: Instant, into actions: inout [Action]) {
        guard case .preparingRebalance(let joining) = state, joining.initialDelay == nil,
            pendingMembers.isEmpty, members.keys.allSatisfy({ joining.waiting[$0] != nil })
        else { return }
        completeJoin(now: now, into: &actions)
    }

    /// The time to join is over.
    mutating func joinTimerFired(now: Instant, into actions: inout [Action]) {
        guard case .preparingRebalance(var joining) = state else { return }
        if var delay = joining.initialDelay {
            // Each newcomer during the delay prolongs it once, up to the rebalance timeout in all.
            if delay.hasNewMember, delay.remaining > .zero {
                let next = min(delay.remaining, delay.step)
                delay.remaining -= next
                delay.hasNewMember = false
                joining.initialDelay = delay
                state = .preparingRebalance(joining)
                actions.append(.setTimer(.join, after: next))
                return
            }
            joining.initialDelay = nil
            state = .preparingRebalance(joining)
        }
        completeJoin(now: now, into: &actions)
    }

    /// Ends the collecting: members that did not come are out (static ones stay until their session ends), and the
    /// others learn their generation.
    private mutating func completeJoin(now: Instant, into actions: inout [Action]) {
        guard case .preparingRebalance(let joining) = state else { return }
        for member in Array(members.values) where joining.waiting[member.id] == nil && member.instanceId == nil {
            forget(member.id, reason: "did not rejoin within its rebalance timeout", into: &actions)
        }
        if !members.isEmpty, joining.waiting.isEmpty {
            // Only static members, none of them here: nobody could make an assignment. Wait on.
            actions.append(.setTimer(.join, after: rebalanceTimeout))
            return
        }
        if leader.map({ joining.waiting[$0] == nil }) ?? true { leader = joining.waiting.keys.first }
        actions.append(.cancelTimer(.join))
        generation = generation == .max ? 1 : generation + 1
        guard !members.isEmpty else {
            leader = nil
            protocolName = nil
            state = .empty
            stateTimestamp = now.wallClockMilliseconds
            actions += [.write(record(now: now), .emptyGroup), change]
            return
        }
        protocolName = electProtocol()
        stateTimestamp = now.wallClockMilliseconds
        state = .completingRebalance(Syncing(unsynced: Set(members.keys)))
        for (memberId, context) in joining.waiting {
            members[memberId]?.isNew = false
            keepAlive(memberId, into: &actions)
            actions.append(.answerJoin(context, joinAnswer(to: memberId)))
        }
        actions += [.setTimer(.sync, after: rebalanceTimeout), change]
    }

    /// The current generation, as a member of it is told.
    func joinAnswer(to memberId: String) -> JoinGroupResponse {
        var response = JoinGroupResponse()
        response.generationId = generation
        response.protocolType = protocolType
        response.protocolName = protocolName
        response.leader = leader ?? ""
        response.memberId = memberId
        if memberId == leader { response.members = joinedMembers }
        return response
    }

    var joinedMembers: [JoinGroupResponse.JoinGroupResponseMember] {
        members.values.map { member in
            var entry = JoinGroupResponse.JoinGroupResponseMember()
            entry.memberId = member.id
            entry.groupInstanceId = member.instanceId
            entry.metadata = member.metadata(for: protocolName)
            return entry
        }
    }

    /// Members that have not fetched their assignment in time are out.
    mutating func syncTimerFired(now: Instant, into actions: inout [Action]) {
        let late: Set<String>
        switch state {
        case .completingRebalance(let syncing): late = syncing.unsynced
        case .stable(let unsynced): late = unsynced
        case .empty, .preparingRebalance, .dead: return
        }
        if late.isEmpty { return }
        for memberId in Array(members.keys) where late.contains(memberId) {
            forget(memberId, reason: "did not fetch its assignment within its rebalance timeout", into: &actions)
        }
        rebalance(initialDelay: .zero, now: now, into: &actions)
        completeJoinIfAllAreHere(now: now, into: &actions)
    }

    /// A fresh session for the member.
    func keepAlive(_ memberId: String, into actions: inout [Action]) {
        guard let member = members[memberId] else { return }
        actions.append(.setTimer(.heartbeat(member: memberId), after: member.sessionTimeout))
    }

    func answerSyncs(_ syncing: Syncing, _ error: ErrorCode, into actions: inout [Action]) {
        var response = SyncGroupResponse()
        response.errorCode = error
        for context in syncing.waiting.values { actions.append(.answerSync(context, response)) }
    }
}
