import KafkaProtocol

/// The image together with what the controller looks up in it. Replay alone changes it; what is decided on it, in the
/// extensions of this type, comes out as records.
package struct ClusterState: Sendable {
    package private(set) var image: MetadataImage
    package private(set) var index = PartitionIndex()
    /// The controller's own id and start settings, for the defaults of topics' settings.
    package let node: BrokerID
    package let configuration: StaticConfiguration

    package init(clusterID: String, node: BrokerID, configuration: StaticConfiguration) {
        image = MetadataImage(clusterID: clusterID)
        self.node = node
        self.configuration = configuration
    }

    package mutating func replay(
        _ record: MetadataRecord, at offset: Int64, epoch: Int32
    ) throws(MetadataReplayError) -> MetadataChange {
        let change = try image.replay(record, at: offset, epoch: epoch)
        index.apply(change)
        return change
    }

    package mutating func replay(_ batch: RecordBatch) throws(MetadataReplayError) {
        for change in try image.replay(batch) { index.apply(change) }
    }

    /// Passes over a record that changes nothing.
    package mutating func skip(to offset: Int64, epoch: Int32) { image.skip(to: offset, epoch: epoch) }

    /// `unclean.leader.election.enable` of the topic.
    package func allowsUncleanLeaderElection(_ topic: String) -> Bool {
        let name = "unclean.leader.election.enable"
        guard let definition = ConfigurationTable.topics[name] else { return false }
        let entry = image.topicConfigEntry(definition, topic: topic, node: node, configuration: configuration)
        return entry.value.flatMap(definition.type.parse) == .boolean(true)
    }
}
