import KafkaProtocol

/// What one record of the metadata log changed, so that nobody has to compare images.
package enum MetadataChange: Hashable, Sendable {
    /// A new broker, or a new life of a known one.
    case brokerRegistered(BrokerRegistration, previous: BrokerRegistration?)
    case brokerFenced(BrokerID)
    case brokerUnfenced(BrokerID)
    case brokerShuttingDown(BrokerID)
    case brokerUnregistered(BrokerRegistration)
    case topicAdded(name: String, id: Uuid)
    /// With all that it had; its settings are gone as well.
    case topicRemoved(TopicImage)
    case partitionAdded(TopicPartition, topicId: Uuid, PartitionImage)
    case partitionChanged(TopicPartition, topicId: Uuid, from: PartitionImage, to: PartitionImage)
    /// The value is nil where it was taken back.
    case configChanged(ConfigResource, name: String, value: String?)
    case producerIdsAllocated(next: Int64)
    /// A record that changes nothing here (NoOp, feature levels, kinds that we do not keep).
    case nothing
}
