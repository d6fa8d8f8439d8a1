import KafkaBroker
import KafkaProtocol
import KafkaStorage

/// Looks into the brokers' own logs, which no request can: asked for by people, not at every tick.
extension EmbeddedCluster {
    /// Nil where the broker is down, or holds no such replica. The folder is named from the root of the file system.
    package func describeLog(of partition: TopicPartition, on broker: BrokerID) async throws -> LogDescription? {
        try await look(at: broker) { broker in
            guard var log = broker.describeLog(of: partition) else { return nil }
            log.directory = "\(broker.logDirectoryPath)/\(log.directory)"
            return log
        }
    }

    /// Goes on with the count, a little each time: the broker does nothing else meanwhile.
    package func countBatches(
        of partition: TopicPartition, on broker: BrokerID, inSegmentAt baseOffset: Int64, after count: BatchCount
    ) async throws -> BatchCount? {
        let result = try await look(at: broker) { broker -> Result<BatchCount?, DiskError>? in
            do throws(DiskError) {
                return .success(try broker.countBatches(of: partition, inSegmentAt: baseOffset, after: count))
            } catch {
                return .failure(error)
            }
        }
        return try result?.get()
    }

    /// Of all partitions of the topic whose leaders are up.
    package func producers(of topic: String) async throws -> [Broker.ProducerSighting] {
        var found: [Broker.ProducerSighting] = []
        for node in places.brokers { found += try await look(at: node.id) { $0.producers(of: topic) } ?? [] }
        return found
    }

    private func look<Value: Sendable>(
        at broker: BrokerID, _ body: @escaping @Sendable (Broker) -> Value?
    ) async throws -> Value? {
        try await node(broker).on { host in
            host.driver.flatMap { driver in driver.look { node in (node as? Broker).flatMap(body) } ?? nil }
        }.get()
    }
}
