import KafkaProtocol
import NIOCore

/// What JoinGroup does in each state. Group id, session timeout and size are checked before.
extension ClassicGroup {
    package mutating func join(
        _ request: JoinGroupRequest, context: RequestContext, clientHost: String, newMemberId: String,
        initialDelay: Duration, now: Instant, into actions: inout [Action]
    ) {
        func refuse(_ error: ErrorCode, memberId: String = request.memberId) {
            actions.append(.answerJoin(context, Self.refusal(error, memberId: memberId)))
        }
        if isDead { return refuse(.coordinatorNotAvailable) }
        guard supports(protocolType: request.protocolType, protocols: request.protocols.map(\.name)) else {
            return refuse(.inconsistentGroupProtocol)
        }
        if members.isEmpty { protocolType = request.protocolType }
        let joining = Newcomer(request: request, context: context, clientHost: clientHost)
        if request.memberId.isEmpty {
            joinWithoutId(joining, newMemberId, initialDelay, now, into: &actions)
        } else {
            joinWithId(joining, initialDelay, now, into: &actions)
        }
    }

    struct Newcomer {
        let request: JoinGroupRequest
        let context: RequestContext
        let clientHost: String

        func member(id: String) -> GroupMember {
            let rebalance = request.rebalanceTimeoutMs < 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs
            return GroupMember(
                id: id, instanceId: request.groupInstanceId, clientId: context.clientId ?? "",
                clientHost: clientHost, rebalanceTimeout: .milliseconds(rebalance),
                sessionTimeout: .milliseconds(request.sessionTimeoutMs), protocols: protocols)
        }

        /// Copies: what a frame holds is a view on it, and would keep all of it for as long as the member lives.
        var protocols: [GroupMember.SupportedProtocol] {
            request.protocols.map { .init(name: $0.name, metadata: ByteBuffer(buffer: $0.metadata)) }
        }

        /// What a rejoin may change.
        func update(_ member: inout GroupMember) {
            let fresh = self.member(id: member.id)
            member.protocols = fresh.protocols
            member.rebalanceTimeout = fresh.rebalanceTimeout
            member.sessionTimeout = fresh.sessionTimeout
            member.clientId = fresh.clientId
            member.clientHost = fresh.clientHost
        }
    }

    static func refusal(_ error: ErrorCode, memberId: String) -> JoinGroupResponse {
        var response = JoinGroupResponse()
        response.errorCode = error
        response.memberId = memberId
        return response
    }

    private mutating func joinWithoutId(
        _ newcomer: Newcomer, _ newMemberId: String, _ initialDelay: Duration, _ now: Instant,
        into actions: inout [Action]
    ) {
        if let instanceId = newcomer.request.groupInstanceId {
            guard let previous = staticMembers[instanceId] else {
                return add(
                    newcomer.member(id: newMemberId), context: newcomer.context, initialDelay: initialDelay, now: now,
                    into: &actions)
            }
            return returnStatic(newcomer, from: previous, to: newMemberId, now, into: &actions)
        }
        if newcomer.context.version >= 4 {
            // KIP-394: a client that never reads its answer would otherwise leave a member behind at each attempt.
            pendingMembers.insert(newMemberId)
            let timeout = Duration.milliseconds(newcomer.request.sessionTimeoutMs)
            actions.append(.setTimer(.pendingMember(newMemberId), after: timeout))
            actions.append(.answerJoin(newcomer.context, Self.refusal(.memberIdRequired, memberId: newMemberId)))
            return
        }
        add(
            newcomer.member(id: newMemberId), context: newcomer.context, initialDelay: initialDelay, now: now,
            into: &actions)
    }

    private mutating func joinWithId(
        _ newcomer: Newcomer, _ initialDelay: Duration, _ now: Instant, into actions: inout [Action]
    ) {
        let request = newcomer.request
        func refuse(_ error: ErrorCode) {
            actions.append(.answerJoin(newcomer.context, Self.refusal(error, memberId: request.memberId)))
        }
        if pendingMembers.contains(request.memberId) {
            // A pending id was given to a dynamic member; a static one never waits for an id.
            guard request.groupInstanceId == nil else { return refuse(.unknownMemberId) }
            return add(
                newcomer.member(id: request.memberId), context: newcomer.context, initialDelay: initialDelay, now: now,
                into: &actions)
        }
        let validity = validate(memberId: request.memberId, instanceId: request.groupInstanceId)
        guard validity == .none, let member = members[request.memberId] else {
            return refuse(validity == .none ? .unknownMemberId : validity)
        }
        let isUnchanged = member.protocols == newcomer.protocols
        switch state {
        case .completingRebalance where isUnchanged:
            // It missed the answer to its join; nothing is changed by telling it again.
            actions.append(.answerJoin(newcomer.context, joinAnswer(to: member.id)))
        case .stable where isUnchanged && member.id != leader:
            actions.append(.answerJoin(newcomer.context, joinAnswer(to: member.id)))
        case .preparingRebalance, .completingRebalance, .stable:
            rejoin(member.id, context: newcomer.context, update: newcomer.update, now: now, into: &actions)
        case .empty, .dead:
            refuse(.unknownMemberId)
        }
    }

    /// A static member is back under its instance id: it takes the place of its former self. In a stable group whose
    /// assignor stays the same this needs no rebalance (KIP-345).
    private mutating func returnStatic(
        _ newcomer: Newcomer, from previousId: String, to memberId: String, _ now: Instant,
        into actions: inout [Action]
    ) {
        guard let previous = members[previousId] else { return }
        let wasLeader = leader == previousId
        replaceStatic(previousId, by: memberId, update: newcomer.update, into: &actions)
        switch state {
        case .stable where electProtocol() == protocolName:
            var answer = joinAnswer(to: memberId)
            answer.members = []
            if newcomer.context.version >= 9 {
                // KIP-814: a leader learns the members, and that it need not assign anew.
                answer.skipAssignment = wasLeader
                if wasLeader { answer.members = joinedMembers }
            } else if wasLeader {
                // An older client would assign anew if it read its own id here.
                answer.leader = previousId
            }
            let purpose = WritePurpose.staticMember(
                StaticReturn(context: newcomer.context, previous: previous, memberId: memberId, answer: answer))
            actions.append(.write(record(now: now), purpose))
        case .preparingRebalance, .completingRebalance, .stable:
            rejoin(memberId, context: newcomer.context, update: { _ in }, now: now, into: &actions)
        case .empty, .dead:
            actions.append(.answerJoin(newcomer.context, Self.refusal(.unknownMemberId, memberId: memberId)))
        }
    }

    /// Gives the member its new id, in its old place; whoever still waits under the old one is fenced.
    private mutating func replaceStatic(
        _ previousId: String, by memberId: String, update: (inout GroupMember) -> Void, into actions: inout [Action]
    ) {
        guard let index = members.index(forKey: previousId) else { return }
        var member = members.elements[index].value
        member.id = memberId
        update(&member)
        members.remove(at: index)
        members.updateValue(member, forKey: memberId, insertingAt: index)
        if let instanceId = member.instanceId { staticMembers[instanceId] = memberId }
        if leader == previousId { leader = memberId }
        actions.append(.cancelTimer(.heartbeat(member: previousId)))
        keepAlive(memberId, into: &actions)
        fenceWaiting(previousId, replacedBy: memberId, into: &actions)
    }

    private mutating func fenceWaiting(_ previousId: String, replacedBy memberId: String, into actions: inout [Action])
    {
        switch state {
        case .preparingRebalance(var joining):
            if let context = joining.waiting.removeValue(forKey: previousId) {
                actions.append(.answerJoin(context, Self.refusal(.fencedInstanceId, memberId: previousId)))
            }
            state = .preparingRebalance(joining)
        case .completingRebalance(var syncing):
            if let context = syncing.waiting.removeValue(forKey: previousId) {
                var response = SyncGroupResponse()
                response.errorCode = .fencedInstanceId
                actions.append(.answerSync(context, response))
            }
            if syncing.unsynced.remove(previousId) != nil { syncing.unsynced.insert(memberId) }
            state = .completingRebalance(syncing)
        case .stable(var unsynced):
            if unsynced.remove(previousId) != nil { unsynced.insert(memberId) }
            state = .stable(unsynced: unsynced)
        case .empty, .dead: break
        }
    }

    /// The record of a static member's return is committed, or could not be written: then the former self holds again.
    mutating func staticReturnWritten(_ back: StaticReturn, error: ErrorCode, into actions: inout [Action]) {
        guard error != .none else {
            actions.append(.answerJoin(back.context, back.answer))
            return
        }
        if let index = members.index(forKey: back.memberId) {
            members.remove(at: index)
            members.updateValue(back.previous, forKey: back.previous.id, insertingAt: index)
            if let instanceId = back.previous.instanceId { staticMembers[instanceId] = back.previous.id }
            if leader == back.memberId { leader = back.previous.id }
            actions.append(.cancelTimer(.heartbeat(member: back.memberId)))
            keepAlive(back.previous.id, into: &actions)
        }
        actions.append(.answerJoin(back.context, Self.refusal(error, memberId: back.memberId)))
    }
}
