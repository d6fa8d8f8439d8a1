import KafkaProtocol

/// Heartbeat, key 12, versions 0-4.
///
/// Prolongs the member's session; REBALANCE_IN_PROGRESS tells it to join again. Errors: UNKNOWN_MEMBER_ID,
/// ILLEGAL_GENERATION, FENCED_INSTANCE_ID. While the group is being loaded the answer is NONE, as in Kafka, so that no
/// member gives up its partitions over a moved coordinator.
extension GroupCoordinator {
    mutating func heartbeat(
        _ request: HeartbeatRequest, _ context: RequestContext, _ now: Instant, _ actions: inout [CoordinatorAction]
    ) {
        var response = HeartbeatResponse()
        switch availability(of: request.groupId) {
        case .none:
            response.errorCode =
                withGroup(request.groupId, now, &actions) { $0.heartbeat(request, into: &$1) } ?? .unknownMemberId
        case .coordinatorLoadInProgress: response.errorCode = .none
        case let error: response.errorCode = error
        }
        respond(context, response, &actions)
    }
}
