import KafkaClient
import KafkaCluster

/// How the workload's settings become Kafka's, for librdkafka.
package enum WorkloadClients {
    /// What all of them share: a broker that was killed and comes back is found again within a second.
    private static func common(_ base: ClientConfiguration, clientID: String) -> ClientConfiguration {
        base.with([
            "client.id": clientID, "reconnect.backoff.max.ms": "1000", "topic.metadata.refresh.interval.ms": "10000",
            "socket.nagle.disable": "true", "log.connection.close": "false",
        ])
    }

    package static func configuration(
        of settings: ProducerSettings, base: ClientConfiguration, clientID: String
    ) -> ClientConfiguration {
        common(base, clientID: clientID).with([
            "acks": settings.acks.name, "enable.idempotence": settings.enableIdempotence ? "true" : "false",
            "retries": "\(settings.retries)", "retry.backoff.ms": "\(settings.retryBackoffMilliseconds)",
            "delivery.timeout.ms": "\(settings.deliveryTimeoutMilliseconds)",
            "request.timeout.ms": "\(settings.requestTimeoutMilliseconds)",
            // How long librdkafka waits for an answer; the former is how long it asks the broker to wait for the others.
            "socket.timeout.ms": "\(settings.requestTimeoutMilliseconds)",
            "max.in.flight": "\(settings.maxInFlight)", "linger.ms": "\(settings.lingerMilliseconds)",
            "batch.size": "\(settings.batchBytes)", "compression.codec": settings.compression.rawValue,
            "message.max.bytes": "\(settings.maxMessageBytes)",
            "queue.buffering.max.messages": "\(settings.bufferMessages)",
            "queue.buffering.max.kbytes": "\(settings.bufferKilobytes)",
            // As Kafka's own producer spreads keys.
            "partitioner": "murmur2_random",
        ])
    }

    /// Auto-commit stays on for librdkafka, and the workload decides what is stored for it: so it can be switched
    /// without leaving the group. A member that dies is missed after six seconds, the least that Kafka allows.
    package static func configuration(
        of settings: ConsumerSettings, base: ClientConfiguration, clientID: String
    ) -> ClientConfiguration {
        common(base, clientID: clientID).with([
            "group.id": settings.group, "enable.auto.commit": "true", "enable.auto.offset.store": "false",
            "auto.commit.interval.ms": "\(settings.autoCommitIntervalMilliseconds)", "auto.offset.reset": "earliest",
            "session.timeout.ms": "6000", "heartbeat.interval.ms": "1500",
        ])
    }
}
