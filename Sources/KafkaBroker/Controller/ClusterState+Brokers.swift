import KafkaProtocol

/// What is written when a broker is fenced, unfenced, or wants to stop.
extension ClusterState {
    /// Takes the broker out of every ISR, gives its partitions other leaders, then fences it.
    package func recordsToFence(_ id: BrokerID) -> [MetadataRecord] {
        guard let broker = image.broker(id), !broker.fenced else { return [] }
        var record = BrokerRegistrationChangeRecord()
        record.brokerId = id
        record.brokerEpoch = broker.epoch
        record.fenced = 1
        return leaderAndIsrUpdates(in: index.partitions(withInSync: id), leaving: id)
            + [.brokerRegistrationChange(record)]
    }

    /// Lets the broker serve, and lead where nobody else could.
    package func recordsToUnfence(_ id: BrokerID) -> [MetadataRecord] {
        guard let broker = image.broker(id), broker.fenced else { return [] }
        var record = BrokerRegistrationChangeRecord()
        record.brokerId = id
        record.brokerEpoch = broker.epoch
        record.fenced = -1
        return [.brokerRegistrationChange(record)]
            + electionsForLeaderless(coming: broker.hasLogDirectory ? id : .none)
    }

    /// Marks the broker as stopping and moves its leaders off.
    package func recordsToBeginShutdown(_ id: BrokerID) -> [MetadataRecord] {
        guard let broker = image.broker(id), !broker.inControlledShutdown else { return [] }
        var record = BrokerRegistrationChangeRecord()
        record.brokerId = id
        record.brokerEpoch = broker.epoch
        record.inControlledShutdown = 1
        return [.brokerRegistrationChange(record)]
            + leaderAndIsrUpdates(in: index.partitions(withInSync: id), leaving: id)
    }

    /// Takes the replicas of failed directories out of every ISR and from leadership, then notes which directories are left.
    ///
    /// Our brokers keep all replicas in one directory, so that what matters is whether any is left.
    package func recordsToTakeOffline(_ failed: [Uuid], of id: BrokerID) -> [MetadataRecord] {
        guard let broker = image.broker(id), broker.logDirs.contains(where: failed.contains) else { return [] }
        let left = broker.logDirs.filter { !failed.contains($0) }
        var record = BrokerRegistrationChangeRecord()
        record.brokerId = id
        record.brokerEpoch = broker.epoch
        record.logDirs = left.isEmpty ? [BrokerRegistration.lostDirectory] : left
        let updates =
            left.isEmpty ? leaderAndIsrUpdates(in: index.partitions(withInSync: id), leaving: id) : []
        return updates + [.brokerRegistrationChange(record)]
    }

    /// Takes the broker out of every ISR, gives its partitions other leaders, then forgets it.
    package func recordsToUnregister(_ broker: BrokerRegistration) -> [MetadataRecord] {
        var record = UnregisterBrokerRecord()
        record.brokerId = broker.id
        record.brokerEpoch = broker.epoch
        return leaderAndIsrUpdates(in: index.partitions(withInSync: broker.id), leaving: broker.id)
            + [.unregisterBroker(record)]
    }

    /// Why a request that bears a broker's epoch is not from that broker's present life; nil when it is.
    package func staleness(of id: BrokerID, epoch: Int64) -> ErrorCode? {
        guard let broker = image.broker(id) else { return .staleBrokerEpoch }
        if Rule.checksBrokerEpoch.holds, broker.epoch != epoch { return .staleBrokerEpoch }
        return nil
    }
}
