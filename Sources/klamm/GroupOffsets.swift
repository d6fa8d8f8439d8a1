import Console
import KafkaProtocol

/// Commits or deletes the offsets of a group that has no member, as one who does not belong to it: the coordinator refuses it
/// while there are members.
struct GroupOffsets: Sendable {
    var cluster: any ConsoleCluster

    /// What was moved, and what went wrong with the others.
    func commit(_ moves: [OffsetMove], for group: String) async throws -> (moved: [OffsetMove], problem: String?) {
        var request = OffsetCommitRequest()
        request.groupId = group
        request.topics = moves.sorted { $0.partition < $1.partition }.byTopic(\.partition).map { name, moves in
            var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
            topic.name = name
            topic.partitions = moves.map { move in
                var partition = OffsetCommitRequest.OffsetCommitRequestPartition()
                partition.partitionIndex = move.partition.partition
                partition.committedOffset = move.offset
                return partition
            }
            return topic
        }
        let response = try await cluster.ask(request, at: try await coordinator(of: group))
        let answers = response.topics.flatMap { topic in
            topic.partitions.map {
                (partition: TopicPartition(topic: topic.name, partition: $0.partitionIndex), error: $0.errorCode)
            }
        }
        let moved = Set(answers.filter { $0.error == .none }.map(\.partition))
        let failures = answers.filter { $0.error != .none }.map { "\($0.partition): \($0.error)" }
        return (
            moves.filter { moved.contains($0.partition) },
            failures.isEmpty ? nil : "Not moved: \(failures.joined(separator: " · "))"
        )
    }

    /// The group with all its offsets.
    func delete(_ group: String) async throws {
        var request = DeleteGroupsRequest()
        request.groupsNames = [group]
        let response = try await cluster.ask(request, at: try await coordinator(of: group))
        guard let result = response.results.first(where: { $0.groupId == group }) else {
            throw Refusal("The coordinator said nothing of \(group)")
        }
        guard result.errorCode == .none else { throw Refusal("Group \(group) was not deleted: \(result.errorCode)") }
    }

    private func coordinator(of group: String) async throws -> BrokerID {
        let known = try await cluster.snapshot().groups.first { $0.id == group }?.coordinator
        guard let known else { throw Refusal("The coordinator of \(group) is not known") }
        return known
    }
}
