import KafkaProtocol
import OrderedCollections

/// ListGroups, key 16, versions 0-5.
///
/// The groups that this broker coordinates, sorted; a client asks every broker. Filters by state (4) and type (5), both
/// without regard to case; all groups here are of type classic. COORDINATOR_LOAD_IN_PROGRESS while a partition loads.
extension GroupCoordinator {
    func listGroups(_ request: ListGroupsRequest, _ context: RequestContext, _ actions: inout [CoordinatorAction]) {
        var response = ListGroupsResponse()
        let states = Set(request.statesFilter.map { $0.lowercased() })
        let types = Set(request.typesFilter.map { $0.lowercased() })
        if partitions.values.contains(where: { if case .loading = $0.phase { true } else { false } }) {
            response.errorCode = .coordinatorLoadInProgress
        }
        if types.isEmpty || types.contains("classic") {
            for name in OrderedSet(groups.keys).union(offsets.keys).sorted() {
                let group = groups[name] ?? ClassicGroup(id: name)
                guard states.isEmpty || states.contains(group.state.name.lowercased()) else { continue }
                var listed = ListGroupsResponse.ListedGroup()
                listed.groupId = name
                listed.protocolType = group.protocolType ?? ""
                listed.groupState = group.state.name
                listed.groupType = "classic"
                response.groups.append(listed)
            }
        }
        respond(context, response, &actions)
    }
}
