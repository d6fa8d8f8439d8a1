import KafkaProtocol
import NIOCore

/// What SyncGroup does: the leader hands in the assignment, it is written, and everyone gets their part.
extension ClassicGroup {
    package mutating func sync(
        _ request: SyncGroupRequest, context: RequestContext, now: Instant, into actions: inout [Action]
    ) {
        func refuse(_ error: ErrorCode) {
            var response = SyncGroupResponse()
            response.errorCode = error
            actions.append(.answerSync(context, response))
        }
        if isDead { return refuse(.coordinatorNotAvailable) }
        let validity = validate(memberId: request.memberId, instanceId: request.groupInstanceId)
        guard validity == .none else { return refuse(validity) }
        guard request.generationId == generation else { return refuse(.illegalGeneration) }
        if let type = request.protocolType, type != protocolType { return refuse(.inconsistentGroupProtocol) }
        if let name = request.protocolName, name != protocolName { return refuse(.inconsistentGroupProtocol) }
        switch state {
        case .empty, .dead: refuse(.unknownMemberId)
        case .preparingRebalance: refuse(.rebalanceInProgress)
        case .completingRebalance(var syncing):
            syncing.unsynced.remove(request.memberId)
            syncing.waiting[request.memberId] = context
            if request.memberId == leader, syncing.assignments == nil {
                let given = Dictionary(
                    request.assignments.map { ($0.memberId, ByteBuffer(buffer: $0.assignment)) },
                    uniquingKeysWith: { $1 })
                syncing.assignments = given
                actions.append(.write(record(assignments: given, now: now), .assignment(generation: generation)))
            }
            state = .completingRebalance(syncing)
        case .stable(var unsynced):
            unsynced.remove(request.memberId)
            state = .stable(unsynced: unsynced)
            keepAlive(request.memberId, into: &actions)
            actions.append(.answerSync(context, syncAnswer(to: request.memberId)))
        }
    }

    private func syncAnswer(to memberId: String) -> SyncGroupResponse {
        var response = SyncGroupResponse()
        response.protocolType = protocolType
        response.protocolName = protocolName
        response.assignment = members[memberId]?.assignment ?? ByteBuffer()
        return response
    }

    /// The assignment is committed, or could not be written: then the members join again.
    mutating func assignmentWritten(
        generation written: Int32, error: ErrorCode, now: Instant, into actions: inout [Action]
    ) {
        // A member that came or went meanwhile has begun another generation, and the waiting have been answered.
        guard case .completingRebalance(let syncing) = state, written == generation,
            let assignments = syncing.assignments
        else { return }
        guard error == .none else {
            answerSyncs(syncing, error, into: &actions)
            state = .completingRebalance(Syncing(unsynced: syncing.unsynced))
            rebalance(initialDelay: .zero, now: now, into: &actions)
            return completeJoinIfAllAreHere(now: now, into: &actions)
        }
        for memberId in members.keys { members[memberId]?.assignment = assignments[memberId] ?? ByteBuffer() }
        state = .stable(unsynced: syncing.unsynced)
        for (memberId, context) in syncing.waiting {
            keepAlive(memberId, into: &actions)
            actions.append(.answerSync(context, syncAnswer(to: memberId)))
        }
        if syncing.unsynced.isEmpty { actions.append(.cancelTimer(.sync)) }
        actions.append(change)
    }
}
