import KafkaCluster

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
