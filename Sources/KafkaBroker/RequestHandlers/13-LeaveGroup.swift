import KafkaProtocol

/// LeaveGroup, key 13, versions 0-5.
///
/// Takes one member (up to version 2) or several out of the group; the others rebalance. From version 3 on each member
/// has its own error: UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID.
extension GroupCoordinator {
    mutating func leaveGroup(
        _ request: LeaveGroupRequest, _ context: RequestContext, _ now: Instant, _ actions: inout [CoordinatorAction]
    ) {
        var response = LeaveGroupResponse()
        response.errorCode = availability(of: request.groupId)
        guard response.errorCode == .none else { return respond(context, response, &actions) }
        if context.version <= 2 {
            response.errorCode = leave(request.groupId, request.memberId, nil, nil, now, &actions)
        } else {
            for identity in request.members {
                var member = LeaveGroupResponse.MemberResponse()
                member.memberId = identity.memberId
                member.groupInstanceId = identity.groupInstanceId
                member.errorCode = leave(
                    request.groupId, identity.memberId, identity.groupInstanceId, identity.reason, now, &actions)
                response.members.append(member)
            }
        }
        respond(context, response, &actions)
    }

    private mutating func leave(
        _ group: String, _ memberId: String, _ instanceId: String?, _ reason: String?, _ now: Instant,
        _ actions: inout [CoordinatorAction]
    ) -> ErrorCode {
        withGroup(group, now, &actions) { group, asked in
            group.leave(memberId: memberId, instanceId: instanceId, reason: reason, now: now, into: &asked)
        } ?? .unknownMemberId
    }
}
