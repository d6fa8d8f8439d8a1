import Console
import KafkaProtocol

/// Asks for other replicas: librdkafka 2.0.2 cannot.
struct ReplicaMoves: Sendable {
    var cluster: any ConsoleCluster

    /// They go on when this returns. Throws what was refused.
    func begin(_ moves: [ReplicaMove]) async throws {
        var request = AlterPartitionReassignmentsRequest()
        request.timeoutMs = 5000
        request.topics = moves.byTopic(\.partition).map { name, moves in
            var topic = AlterPartitionReassignmentsRequest.ReassignableTopic()
            topic.name = name
            topic.partitions = moves.map { move in
                var partition = AlterPartitionReassignmentsRequest.ReassignablePartition()
                partition.partitionIndex = move.partition.partition
                partition.replicas = move.replicas
                return partition
            }
            return topic
        }
        let response = try await cluster.ask(request)
        var failures = response.errorCode == .none ? [] : [response.errorMessage ?? "\(response.errorCode)"]
        for topic in response.responses {
            for partition in topic.partitions where partition.errorCode != .none {
                failures.append(
                    "\(topic.name)-\(partition.partitionIndex): \(partition.errorMessage ?? "\(partition.errorCode)")")
            }
        }
        guard failures.isEmpty else { throw Refusal("Nothing was moved: \(failures.joined(separator: " · "))") }
    }
}
