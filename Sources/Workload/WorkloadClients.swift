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

    /// The workload commits, in librdkafka's way or in Java's: so it can be switched without leaving the group. With the
    /// default session a member that dies is missed after six seconds, the least that Kafka allows.
    package static func configuration(
        of settings: ConsumerSettings, member: Int, base: ClientConfiguration, clientID: String
    ) -> ClientConfiguration {
        var configuration = common(base, clientID: clientID).with([
            "group.id": settings.group, "enable.auto.commit": "false", "enable.auto.offset.store": "false",
            "auto.offset.reset": settings.autoOffsetReset.rawValue,
            "partition.assignment.strategy": settings.assignor.rawValue,
            "session.timeout.ms": "\(settings.sessionTimeoutMilliseconds)",
            "heartbeat.interval.ms": "\(max(1, settings.sessionTimeoutMilliseconds / 4))",
            "max.poll.interval.ms": "\(settings.maxPollIntervalMilliseconds)",
        ])
        if settings.sessionTimeoutMilliseconds < 6000 {
            // librdkafka looks after its membership when a timer wakes it, else once a second: too late for short sessions.
            configuration["statistics.interval.ms"] = "\(max(20, settings.sessionTimeoutMilliseconds / 8))"
        }
        configuration["group.instance.id"] = settings.groupInstanceID.map { "\($0)-\(member)" }
        return configuration
    }
}
