import Console
import KafkaClient
import KafkaProtocol

/// Asks for other replicas over a connection of its own: librdkafka 2.0.2 cannot.
struct ReplicaMoves: Sendable {
    var bootstrapServers: String

    /// Returns what is under way, in words; throws what was refused.
    func begin(_ moves: [ReplicaMove]) async throws -> String {
        var request = AlterPartitionReassignmentsRequest()
        request.timeoutMs = 5000
        for move in moves {
            var partition = AlterPartitionReassignmentsRequest.ReassignablePartition()
            partition.partitionIndex = move.partition.partition
            partition.replicas = move.replicas
            if request.topics.last?.name != move.partition.topic {
                var topic = AlterPartitionReassignmentsRequest.ReassignableTopic()
                topic.name = move.partition.topic
                request.topics.append(topic)
            }
            request.topics[request.topics.count - 1].partitions.append(partition)
        }
        let (servers, asked) = (bootstrapServers, request)
        let response = try await DedicatedThread.run(name: "klamm-move") {
            try RequestConnection(bootstrapServers: servers, milliseconds: 6000).send(asked, version: 0)
        }
        var failures = response.errorCode == .none ? [] : [response.errorMessage ?? "\(response.errorCode)"]
        for topic in response.responses {
            for partition in topic.partitions where partition.errorCode != .none {
                failures.append(
                    "\(topic.name)-\(partition.partitionIndex): \(partition.errorMessage ?? "\(partition.errorCode)")")
            }
        }
        guard failures.isEmpty else { throw Refusal(reason: failures.joined(separator: " · ")) }
        let what = moves.count == 1 ? "\(moves[0].partition)" : "\(moves.count) partitions"
        return "Moving the replicas of \(what); the ISR grows as they catch up"
    }

    private struct Refusal: Error, CustomStringConvertible {
        var reason: String
        var description: String { "Nothing was moved: \(reason)" }
    }
}
