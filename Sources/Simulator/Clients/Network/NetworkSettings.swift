import KafkaProtocol

/// How a client behaves towards brokers, whatever it does with them. Kafka's own names and, where a simulation's shorter
/// days allow it, its defaults.
package struct NetworkSettings: Hashable, Sendable {
    package var name: String
    /// Unique among the clients of one simulation; part of its connections' numbers.
    package var number: UInt32
    package var seed: UInt64
    package var bootstrap: [BrokerID]
    package var dialect = ClientDialect.java
    /// Whether a connection begins with ApiVersions, as all but the oldest clients do.
    package var asksVersions = true
    package var requestTimeout = Duration.seconds(3)
    package var connectTimeout = Duration.seconds(2)
    package var retryBackoff = Duration.milliseconds(100)
    package var retryBackoffMax = Duration.seconds(1)
    package var metadataMaxAge = Duration.seconds(5)

    package init(name: String, number: UInt32, seed: UInt64, bootstrap: [BrokerID]) {
        self.name = name
        self.number = number
        self.seed = seed
        self.bootstrap = bootstrap
    }
}
