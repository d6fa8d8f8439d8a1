import KafkaClient
import KafkaCluster
import Logging

/// What runs on first start, so that the numbers move at once: a producer of orders and a group that bills them.
package enum DemoWorkload {
    package static let topic = "orders"
    package static let partitions: Int32 = 3
    package static let replicationFactor: Int16 = 3

    package static let producer = ProducerSettings(topic: topic, recordsPerSecond: 50)

    package static var consumers: ConsumerSettings {
        var settings = ConsumerSettings(group: "billing", topics: [topic])
        settings.members = 2
        return settings
    }
}

extension DemoWorkload {
    /// Makes the topic where it is missing and starts both. Throws when the cluster does not let the topic be made.
    /// A cluster of fewer brokers gets as many replicas as it has.
    package static func start(
        on workload: RunningWorkload, brokers: Int, _ configuration: ClientConfiguration, logger: Logger
    ) async throws {
        let admin = try AdminClient(configuration, logger: logger)
        do {
            try await admin.createTopic(
                topic, partitions: partitions,
                replicationFactor: min(replicationFactor, Int16(clamping: max(1, brokers))))
        } catch let error as ClientError where error.code == .topicAlreadyExists {
            // A restart on the same data.
        }
        workload.execute(.startProducer(producer))
        workload.execute(.startGroup(consumers))
    }
}
