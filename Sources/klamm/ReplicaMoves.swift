import Console
import KafkaProtocol

/// Asks for other replicas: librdkafka 2.0.2 cannot.
struct ReplicaMoves: Sendable {
    var cluster: any ConsoleCluster

    /// They go on when this returns. Throws what was refused.
    func begin(_ moves: [ReplicaMove]) async throws {
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
        let response = try await cluster.ask(request)
        var failures = response.errorCode == .none ? [] : [response.errorMessage ?? "\(response.errorCode)"]
        for topic in response.responses {
            for partition in topic.partitions where partition.errorCode != .none {
                failures.append(
                    "\(topic.name)-\(partition.partitionIndex): \(partition.errorMessage ?? "\(partition.errorCode)")")
            }
        }
        guard failures.isEmpty else { throw Refusal(reason: failures.joined(separator: " · ")) }
    }

    private struct Refusal: Error, CustomStringConvertible {
        var reason: String
        var description: String { "Nothing was moved: \(reason)" }
    }
}
