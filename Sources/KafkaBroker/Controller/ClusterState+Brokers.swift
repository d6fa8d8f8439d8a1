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
        return [.brokerRegistrationChange(record)] + electionsForLeaderless(coming: id)
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

    /// Why a request that bears a broker's epoch is not from that broker's present life; nil when it is.
    package func staleness(of id: BrokerID, epoch: Int64) -> ErrorCode? {
        guard let broker = image.broker(id) else { return .staleBrokerEpoch }
        if Rule.checksBrokerEpoch.holds, broker.epoch != epoch { return .staleBrokerEpoch }
        return nil
    }
}
