import KafkaProtocol

/// JoinGroup, key 11, versions 0-9.
///
/// Answered when the generation is complete: when every member has joined, or the rebalance timeout is over. A newcomer
/// from version 4 on is first sent away with an id (MEMBER_ID_REQUIRED). Errors: INVALID_GROUP_ID,
/// INVALID_SESSION_TIMEOUT, UNKNOWN_MEMBER_ID, INCONSISTENT_GROUP_PROTOCOL, GROUP_MAX_SIZE_REACHED, FENCED_INSTANCE_ID;
/// UNKNOWN_SERVER_ERROR where the client's name leaves no room for a member's.
/// Does not serve groups of the KIP-848 protocol.
extension GroupCoordinator {
    mutating func joinGroup(
        _ request: JoinGroupRequest, _ context: RequestContext, _ clientHost: String, _ now: Instant,
        _ actions: inout [CoordinatorAction]
    ) {
        if let error = refusal(of: request) {
            return respond(context, ClassicGroup.refusal(error, memberId: request.memberId), &actions)
        }
        if groups[request.groupId] == nil {
            // Only offsets may be known of the group, or nothing at all.
            guard request.memberId.isEmpty else {
                return respond(context, ClassicGroup.refusal(.unknownMemberId, memberId: request.memberId), &actions)
            }
            groups[request.groupId] = ClassicGroup(id: request.groupId)
        }
        let name = request.groupInstanceId ?? context.clientId ?? ""
        let newMemberId = "\(name)-\(Uuid.random(using: &generator))"
        guard newMemberId.utf8.count <= Int16.max else {
            // No answer has room for it.
            return respond(context, ClassicGroup.refusal(.unknownServerError, memberId: request.memberId), &actions)
        }
        let delay = settings.groupInitialRebalanceDelay
        _ = withGroup(request.groupId, now, &actions) { group, asked in
            group.join(
                request, context: context, clientHost: clientHost, newMemberId: newMemberId, initialDelay: delay,
                now: now, into: &asked)
        }
    }

    private func refusal(of request: JoinGroupRequest) -> ErrorCode? {
        let availability = availability(of: request.groupId)
        guard availability == .none else { return availability }
        let session = Duration.milliseconds(request.sessionTimeoutMs)
        guard session >= settings.groupMinSessionTimeout, session <= settings.groupMaxSessionTimeout else {
            return .invalidSessionTimeout
        }
        if let group = groups[request.groupId], group.members[request.memberId] == nil,
            request.groupInstanceId.flatMap({ group.staticMembers[$0] }) == nil,
            !group.pendingMembers.contains(request.memberId),
            group.members.count + group.pendingMembers.count >= settings.groupMaxSize
        {
            return .groupMaxSizeReached
        }
        return nil
    }
}
