import KafkaProtocol

/// DeleteGroups, key 42, versions 0-2.
///
/// Removes groups without members, and their offsets; answered when the tombstones are committed. Errors per group:
/// GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP and the coordinator's own.
extension GroupCoordinator {
    mutating func deleteGroups(
        _ request: DeleteGroupsRequest, _ context: RequestContext, _ now: Instant,
        _ actions: inout [CoordinatorAction]
    ) {
        var response = DeleteGroupsResponse()
        var deletable: [String] = []
        for name in request.groupsNames where !response.results.contains(where: { $0.groupId == name }) {
            var result = DeleteGroupsResponse.DeletableGroupResult()
            result.groupId = name
            result.errorCode = refusalToDelete(name)
            if result.errorCode == .none { deletable.append(name) }
            response.results.append(result)
        }
        let id = DeletionID(rawValue: newId())
        deletions[id] = PendingDeletion(context: context, answer: response, outstanding: deletable.count)
        for name in deletable {
            _ = withGroup(name, now, &actions) { $0.end(.groupIdNotFound, into: &$1) }
            let tombstones =
                (offsets[name]?.partitions ?? []).map { OffsetsRecord.offset(group: name, $0, nil) }
                + [.group(name, nil)]
            append(tombstones, for: name, .deletion(group: name, id), now, &actions)
        }
        answerDeletionIfDone(id, &actions)
    }

    private func refusalToDelete(_ name: String) -> ErrorCode {
        let availability = availability(of: name)
        guard availability == .none else { return availability }
        guard let group = groups[name] else { return offsets[name] == nil ? .groupIdNotFound : .none }
        if group.isDead { return .groupIdNotFound }
        return group.isEmpty ? .none : .nonEmptyGroup
    }

    /// One group of a request is deleted, or could not be.
    mutating func settleDeletion(
        of group: String, _ id: DeletionID, _ error: ErrorCode, _ actions: inout [CoordinatorAction]
    ) {
        guard deletions[id] != nil else { return }
        deletions[id]!.outstanding -= 1
        if error != .none, let index = deletions[id]!.answer.results.firstIndex(where: { $0.groupId == group }) {
            deletions[id]!.answer.results[index].errorCode = error
        }
        answerDeletionIfDone(id, &actions)
    }

    private mutating func answerDeletionIfDone(_ id: DeletionID, _ actions: inout [CoordinatorAction]) {
        guard let deletion = deletions[id], deletion.outstanding == 0 else { return }
        deletions[id] = nil
        respond(deletion.context, deletion.answer, &actions)
    }
}
