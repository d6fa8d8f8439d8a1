import KafkaProtocol

/// SyncGroup, key 14, versions 0-5.
///
/// Answered when the leader's assignment is committed to `__consumer_offsets`; at once in a stable group. Errors:
/// UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, INCONSISTENT_GROUP_PROTOCOL, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID.
extension GroupCoordinator {
    mutating func syncGroup(
        _ request: SyncGroupRequest, _ context: RequestContext, _ now: Instant, _ actions: inout [CoordinatorAction]
    ) {
        var refusal = SyncGroupResponse()
        refusal.errorCode = availability(of: request.groupId)
        // A member cannot know a group that this coordinator has not loaded: it lost its place when the group ended.
        if refusal.errorCode == .none, groups[request.groupId] == nil { refusal.errorCode = .unknownMemberId }
        // While loading, the generation that the member joined is lost; it must join again (as in Kafka).
        if refusal.errorCode == .coordinatorLoadInProgress { refusal.errorCode = .rebalanceInProgress }
        guard refusal.errorCode == .none else { return respond(context, refusal, &actions) }
        _ = withGroup(request.groupId, now, &actions) { group, asked in
            group.sync(request, context: context, now: now, into: &asked)
        }
    }
}
