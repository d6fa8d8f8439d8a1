import KafkaProtocol

/// DescribeGroups, key 15, versions 0-5.
///
/// A group that does not exist is described as Dead, without an error, as in Kafka up to version 5. The assignor and the
/// assignments are given only in a stable group.
extension GroupCoordinator {
    func describeGroups(
        _ request: DescribeGroupsRequest, _ context: RequestContext, _ actions: inout [CoordinatorAction]
    ) {
        var response = DescribeGroupsResponse()
        response.groups = request.groups.map { name in
            var described = DescribeGroupsResponse.DescribedGroup()
            described.groupId = name
            described.errorCode = availability(of: name)
            guard described.errorCode == .none else { return described }
            if request.includeAuthorizedOperations { described.authorizedOperations = AuthorizedOperations.onGroup }
            guard let group = groups[name] ?? (offsets[name] == nil ? nil : ClassicGroup(id: name)) else {
                described.groupState = "Dead"
                return described
            }
            let isStable = if case .stable = group.state { true } else { false }
            described.groupState = group.state.name
            described.protocolType = group.protocolType ?? ""
            described.protocolData = isStable ? group.protocolName ?? "" : ""
            described.members = group.members.values.map { member in
                var entry = DescribeGroupsResponse.DescribedGroupMember()
                entry.memberId = member.id
                entry.groupInstanceId = member.instanceId
                entry.clientId = member.clientId
                entry.clientHost = "/\(member.clientHost)"
                if isStable {
                    entry.memberMetadata = member.metadata(for: group.protocolName)
                    entry.memberAssignment = member.assignment
                }
                return entry
            }
            return described
        }
        respond(context, response, &actions)
    }
}
