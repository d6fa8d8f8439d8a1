import KafkaProtocol

extension MetadataImage {
    /// The records that lead from an empty image to this one, in a fixed order: what a snapshot holds.
    package var records: [MetadataRecord] {
        var records: [MetadataRecord] = brokers.map { .registerBroker(RegisterBrokerRecord($0)) }
        for topic in topics {
            var record = TopicRecord()
            record.name = topic.name
            record.topicId = topic.id
            records.append(.topic(record))
            for (index, partition) in topic.partitions.enumerated() {
                records.append(
                    .partition(
                        PartitionRecord(
                            partition, key: PartitionKey(topicId: topic.id, partition: Int32(clamping: index)))))
            }
        }
        for resource in configsByResource.keys.sorted() {
            for (name, value) in configs(of: resource) {
                var record = ConfigRecord()
                record.resourceType = resource.type
                record.resourceName = resource.name
                record.name = name
                record.value = value
                records.append(.config(record))
            }
        }
        if nextProducerId > 0 {
            var record = ProducerIdsRecord()
            record.brokerId = .none
            record.nextProducerId = nextProducerId
            records.append(.producerIds(record))
        }
        return records
    }

    /// The image that a snapshot's records lead to. It stands for all of the log before the snapshot's end.
    package init(
        clusterID: String, _ records: [MetadataRecord], _ id: MetadataSnapshotID
    ) throws(MetadataReplayError) {
        self.init(clusterID: clusterID)
        for record in records { try replay(record, at: id.endOffset - 1, epoch: id.epoch) }
        skip(to: id.endOffset - 1, epoch: id.epoch)
    }
}

extension RegisterBrokerRecord {
    fileprivate init(_ broker: BrokerRegistration) {
        self.init()
        brokerId = broker.id
        brokerEpoch = broker.epoch
        incarnationId = broker.incarnation
        endPoints = broker.listeners.map {
            var endPoint = BrokerEndpoint()
            endPoint.name = $0.name
            endPoint.host = $0.host
            endPoint.port = $0.port
            endPoint.securityProtocol = $0.securityProtocol
            return endPoint
        }
        rack = broker.rack
        fenced = broker.fenced
        inControlledShutdown = broker.inControlledShutdown
        logDirs = broker.logDirs
    }
}

extension PartitionRecord {
    fileprivate init(_ partition: PartitionImage, key: PartitionKey) {
        self.init()
        partitionId = key.partition
        topicId = key.topicId
        replicas = partition.replicas
        isr = partition.isr
        removingReplicas = partition.removingReplicas
        addingReplicas = partition.addingReplicas
        leader = partition.leader
        leaderRecoveryState = partition.leaderRecoveryState.rawValue
        leaderEpoch = partition.leaderEpoch
        partitionEpoch = partition.partitionEpoch
        directories = partition.directories
    }
}
