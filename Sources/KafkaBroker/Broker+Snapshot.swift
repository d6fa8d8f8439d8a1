import KafkaProtocol

extension Broker {
    /// Whether the port is open: a client that comes earlier is refused.
    package var acceptsClients: Bool { lifecycle.isServing }

    /// What this broker knows about itself now. Costs a walk over its replicas.
    package func snapshot() -> BrokerSnapshot {
        var snapshot = BrokerSnapshot(id: settings.nodeId, lifecycle: lifecycle.state)
        snapshot.brokerEpoch = brokerEpoch
        snapshot.connections = connections.count
        snapshot.bytesIn = counters.bytesIn
        snapshot.bytesOut = counters.bytesOut
        snapshot.recordsIn = counters.recordsIn
        snapshot.replicas = partitions.all.map { partition in
            var failure: String?
            if case .offline(let reason) = partition.role { failure = reason }
            var replica = ReplicaSnapshot(
                partition: partition.id, isLeader: partition.isLeader, leaderEpoch: partition.leaderEpoch,
                logStartOffset: partition.log.logStartOffset, logEndOffset: partition.log.logEndOffset,
                highWatermark: partition.highWatermark, sizeInBytes: partition.log.sizeInBytes,
                cleanedUpTo: partition.log.cleanedUpTo, isr: partition.leader?.committedISR ?? [], failure: failure)
            replica.minISR = partition.leader?.minISR
            return replica
        }
        // Nothing is known of logs that were never opened.
        snapshot.replicas += missingReplicas.sorted { $0.key < $1.key }.map { id, reason in
            ReplicaSnapshot(
                partition: id, isLeader: false, leaderEpoch: -1, logStartOffset: -1, logEndOffset: -1,
                highWatermark: -1,
                sizeInBytes: 0, failure: reason)
        }
        snapshot.logDirectoryFailure = logDirectory.failure
        snapshot.groups = coordinator.snapshot()
        return snapshot
    }
}

extension Broker {
    /// Whether its disk has failed, so that it leads and copies nothing in this life.
    package var hasLostLogDirectory: Bool { logDirectory.failure != nil }

    /// The last record of the metadata log that this broker has carried out; -1 before the first.
    package var metadataOffset: Int64 { appliedMetadataOffset }
}
