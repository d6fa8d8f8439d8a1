import KafkaClient
import KafkaProtocol

/// Asks for preferred leaders over a connection of its own: librdkafka 2.0.2 cannot.
struct PreferredElections: Sendable {
    var bootstrapServers: String

    /// Returns what came of it, in words; throws what went wrong.
    func elect(_ partitions: [TopicPartition]) async throws -> String {
        var request = ElectLeadersRequest()
        var topics: [ElectLeadersRequest.TopicPartitions] = []
        for partition in partitions.sorted() {
            if topics.last?.topic != partition.topic {
                var topic = ElectLeadersRequest.TopicPartitions()
                topic.topic = partition.topic
                topics.append(topic)
            }
            topics[topics.count - 1].partitions.append(partition.partition)
        }
        request.topicPartitions = topics
        request.timeoutMs = 5000
        let (servers, asked) = (bootstrapServers, request)
        let response = try await DedicatedThread.run(name: "klamm-elect") {
            try RequestConnection(bootstrapServers: servers, milliseconds: 6000).send(asked, version: 2)
        }
        guard response.errorCode == .none else { throw ElectionFailure(reason: "\(response.errorCode)") }
        var (moved, failures): (Int, [String]) = (0, [])
        for topic in response.replicaElectionResults {
            for result in topic.partitionResult {
                switch result.errorCode {
                case .none: moved += 1
                case .electionNotNeeded: break
                default:
                    failures.append(
                        "\(topic.topic)-\(result.partitionId): \(result.errorMessage ?? "\(result.errorCode)")")
                }
            }
        }
        guard failures.isEmpty else { throw ElectionFailure(reason: failures.joined(separator: " · ")) }
        return moved == 0
            ? "Every partition is led by its preferred replica already"
            : "\(moved) \(moved == 1 ? "partition went" : "partitions went") back to the preferred leader"
    }
}

private struct ElectionFailure: Error, CustomStringConvertible {
    var reason: String
    var description: String { "No election: \(reason)" }
}
