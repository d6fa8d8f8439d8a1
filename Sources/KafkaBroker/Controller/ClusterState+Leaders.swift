import KafkaProtocol

/// Who leads and who is in sync after brokers come and go.
extension ClusterState {
    /// The changes of leader and ISR in `partitions` when one broker leaves every ISR or another one may lead again.
    ///
    /// The image does not show either yet, since the records that say so are only being written: the one that leaves is
    /// never chosen, the one that comes may be although it is still fenced there.
    package func leaderAndIsrUpdates(
        in partitions: [PartitionKey], leaving: BrokerID = .none, coming: BrokerID = .none
    ) -> [MetadataRecord] {
        let active = image.brokers.filter(\.isActive).map(\.id)
        let isAcceptable = { (broker: BrokerID) in
            broker != leaving && (broker == coming || active.contains(broker))
        }
        var records: [MetadataRecord] = []
        // The keys are sorted by topic, so that each topic's setting is read once.
        var election: (topicId: Uuid, kind: PartitionChangeBuilder.Election)?
        for key in partitions {
            guard let partition = image.partition(key), let name = image.topicName(key.topicId) else { continue }
            if election?.topicId != key.topicId {
                election = (key.topicId, allowsUncleanLeaderElection(name) ? .unclean : .clean)
            }
            var builder = PartitionChangeBuilder(
                partition, key: key, election: election?.kind ?? .clean, isAcceptableLeader: isAcceptable)
            builder.targetIsr.removeAll { $0 == leaving }
            if let record = builder.build() { records.append(.partitionChange(record)) }
        }
        return records
    }

    /// Leaders for partitions that have none, where one may lead now.
    package func electionsForLeaderless(coming: BrokerID = .none) -> [MetadataRecord] {
        leaderAndIsrUpdates(in: index.partitionsWithoutLeader, coming: coming)
    }

    /// Gives leadership back to the preferred replicas of brokers that lead too little.
    ///
    /// A broker leads too little when the share of its preferred partitions that others lead is above
    /// `leader.imbalance.per.broker.percentage`. At most `limit` leaders move at a time.
    package func preferredLeaderElections(limit: Int) -> [MetadataRecord] {
        let percentage = configuration.integer("leader.imbalance.per.broker.percentage")
        let astray = index.partitionsNotLedByPreferred
        var strays: [BrokerID: Int64] = [:]
        for key in astray {
            if let preferred = image.partition(key)?.preferredLeader { strays[preferred, default: 0] += 1 }
        }
        var records: [MetadataRecord] = []
        for key in astray where records.count < limit {
            guard let partition = image.partition(key), image.isActive(partition.preferredLeader),
                partition.isr.contains(partition.preferredLeader)
            else { continue }
            let preferred = partition.preferredLeader
            let all = Int64(index.preferredCount(of: preferred))
            guard (strays[preferred] ?? 0) * 100 > all * percentage else { continue }
            let builder = PartitionChangeBuilder(
                partition, key: key, election: .preferred, isAcceptableLeader: image.isActive)
            if let record = builder.build() { records.append(.partitionChange(record)) }
        }
        return records
    }
}
