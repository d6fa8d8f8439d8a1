import KafkaProtocol

/// Heartbeats, leaving, expiry and the end of a group.
extension ClassicGroup {
    package mutating func heartbeat(_ request: HeartbeatRequest, into actions: inout [Action]) -> ErrorCode {
        if isDead { return .coordinatorNotAvailable }
        let validity = validate(memberId: request.memberId, instanceId: request.groupInstanceId)
        guard validity == .none else { return validity }
        guard request.generationId == generation else { return .illegalGeneration }
        switch state {
        case .empty, .dead: return .unknownMemberId
        case .preparingRebalance:
            keepAlive(request.memberId, into: &actions)
            return .rebalanceInProgress
        case .completingRebalance, .stable:
            keepAlive(request.memberId, into: &actions)
            return .none
        }
    }

    /// NONE when the member may commit offsets in this generation; a commit counts as a heartbeat.
    package mutating func validateCommit(
        memberId: String, instanceId: String?, generation committed: Int32, into actions: inout [Action]
    ) -> ErrorCode {
        // An admin tool, or a consumer that assigns its partitions by itself, uses the group's name only to keep
        // offsets; nobody may do so while members are at work.
        if committed < 0, isEmpty { return .none }
        if isDead { return .coordinatorNotAvailable }
        let validity = validate(memberId: memberId, instanceId: instanceId)
        guard validity == .none else { return validity }
        if Rule.fencesOldGenerations.holds, committed != generation { return .illegalGeneration }
        switch state {
        case .empty, .dead: return .unknownMemberId
        case .completingRebalance: return .rebalanceInProgress
        case .preparingRebalance, .stable:
            keepAlive(memberId, into: &actions)
            return .none
        }
    }

    /// One member of a LeaveGroup request.
    package mutating func leave(
        memberId: String, instanceId: String?, reason: String?, now: Instant, into actions: inout [Action]
    ) -> ErrorCode {
        if isDead { return .coordinatorNotAvailable }
        let reason = reason.flatMap { $0.isEmpty ? nil : "left: \($0)" } ?? "left"
        var leaving = memberId
        if let instanceId {
            // An administrator removes a static member by its instance id alone.
            guard let current = staticMembers[instanceId] else { return .unknownMemberId }
            guard memberId.isEmpty || memberId == current else { return .fencedInstanceId }
            leaving = current
        } else if pendingMembers.remove(memberId) != nil {
            actions.append(.cancelTimer(.pendingMember(memberId)))
            completeJoinIfAllAreHere(now: now, into: &actions)
            return .none
        }
        guard members[leaving] != nil else { return .unknownMemberId }
        remove(leaving, reason: reason, now: now, into: &actions)
        return .none
    }

    /// The member's session has ended. One that waits for an answer of ours is alive, unless it is new and has waited
    /// longer than any newcomer may.
    mutating func heartbeatTimerFired(_ memberId: String, now: Instant, into actions: inout [Action]) {
        guard let member = members[memberId] else { return }
        let isWaiting =
            switch state {
            case .preparingRebalance(let joining): joining.waiting[memberId] != nil
            case .completingRebalance(let syncing): syncing.waiting[memberId] != nil
            case .empty, .stable, .dead: false
            }
        if isWaiting, !member.isNew { return }
        remove(memberId, reason: "session timed out", now: now, into: &actions)
    }

    mutating func pendingMemberTimerFired(_ memberId: String, now: Instant, into actions: inout [Action]) {
        guard pendingMembers.remove(memberId) != nil else { return }
        completeJoinIfAllAreHere(now: now, into: &actions)
    }

    private mutating func remove(
        _ memberId: String, reason: String, now: Instant, into actions: inout [Action]
    ) {
        forget(memberId, reason: reason, into: &actions)
        switch state {
        case .stable, .completingRebalance:
            rebalance(initialDelay: .zero, now: now, into: &actions)
            completeJoinIfAllAreHere(now: now, into: &actions)
        case .preparingRebalance:
            completeJoinIfAllAreHere(now: now, into: &actions)
        case .empty, .dead: break
        }
    }

    /// Takes the member out of the group's books; whoever it still waits with is told that it is unknown.
    mutating func forget(_ memberId: String, reason: String, into actions: inout [Action]) {
        guard let member = members.removeValue(forKey: memberId) else { return }
        if let instanceId = member.instanceId, staticMembers[instanceId] == memberId {
            staticMembers[instanceId] = nil
        }
        actions.append(.cancelTimer(.heartbeat(member: memberId)))
        switch state {
        case .preparingRebalance(var joining):
            if let context = joining.waiting.removeValue(forKey: memberId) {
                actions.append(.answerJoin(context, Self.refusal(.unknownMemberId, memberId: memberId)))
            }
            state = .preparingRebalance(joining)
        case .completingRebalance(var syncing):
            syncing.unsynced.remove(memberId)
            if let context = syncing.waiting.removeValue(forKey: memberId) {
                var response = SyncGroupResponse()
                response.errorCode = .unknownMemberId
                actions.append(.answerSync(context, response))
            }
            state = .completingRebalance(syncing)
        case .stable(var unsynced):
            unsynced.remove(memberId)
            state = .stable(unsynced: unsynced)
        case .empty, .dead: break
        }
        if leader == memberId { leader = members.keys.first }
        actions.append(.memberLeft(memberId, reason: reason))
    }

    /// The group ends here: deleted, or its coordinator moved. Whoever waits gets `error`.
    package mutating func end(_ error: ErrorCode, into actions: inout [Action]) {
        switch state {
        case .preparingRebalance(let joining):
            for (memberId, context) in joining.waiting {
                actions.append(.answerJoin(context, Self.refusal(error, memberId: memberId)))
            }
        case .completingRebalance(let syncing): answerSyncs(syncing, error, into: &actions)
        case .empty, .stable, .dead: break
        }
        actions += members.keys.map { .cancelTimer(.heartbeat(member: $0)) }
        actions += pendingMembers.sorted().map { .cancelTimer(.pendingMember($0)) }
        actions += [.cancelTimer(.join), .cancelTimer(.sync)]
        state = .dead
    }
}
