import KafkaProtocol

/// Asks for other leaders: librdkafka 2.0.2 cannot.
struct LeaderElections: Sendable {
    var cluster: any ConsoleCluster

    /// The preferred ones, or any that is left. Returns how many partitions have another leader now; throws what went wrong.
    func elect(_ partitions: [TopicPartition], isUnclean: Bool = false) async throws -> Int {
        var request = ElectLeadersRequest()
        request.electionType = isUnclean ? 1 : 0
        request.topicPartitions = partitions.sorted().byTopic().map { name, partitions in
            var topic = ElectLeadersRequest.TopicPartitions()
            topic.topic = name
            topic.partitions = partitions
            return topic
        }
        request.timeoutMs = 5000
        let response = try await cluster.ask(request)
        guard response.errorCode == .none else { throw Refusal("No election: \(response.errorCode)") }
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
        guard failures.isEmpty else { throw Refusal("No election: \(failures.joined(separator: " · "))") }
        return moved
    }
}
