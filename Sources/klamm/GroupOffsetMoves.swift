import Console
import KafkaProtocol

/// Commits offsets for a group that has no member, as one who does not belong to it: the coordinator refuses it while
/// there are members.
struct GroupOffsetMoves: Sendable {
    var cluster: any ConsoleCluster

    /// Throws what went wrong, with the partitions that it is about; the others are moved.
    func commit(_ moves: [OffsetMove], for group: String) async throws {
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
        let failures = response.topics.flatMap { topic in
            topic.partitions.filter { $0.errorCode != .none }.map {
                "\(topic.name)-\($0.partitionIndex): \($0.errorCode)"
            }
        }
        guard failures.isEmpty else { throw Refusal("Not moved: \(failures.joined(separator: " · "))") }
    }

    private func coordinator(of group: String) async throws -> BrokerID {
        let known = try await cluster.snapshot().groups.first { $0.id == group }?.coordinator
        guard let known else { throw Refusal("The coordinator of \(group) is not known") }
        return known
    }
}
