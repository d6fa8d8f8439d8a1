import KafkaProtocol

/// The cluster's metadata after some record of the metadata log: brokers, topics, partitions, settings, producer ids.
///
/// A value: whoever holds one sees no later change. Only `replay` changes it, on controllers and brokers alike, so that
/// the same records give the same image everywhere. Everything that can be walked through is in a fixed order: brokers by
/// id, topics by name, partitions by number.
package struct MetadataImage: Hashable, Sendable {
    package var clusterID: String
    /// The last record replayed, and the controller's epoch in which it was written; -1 before the first.
    package internal(set) var offset: Int64 = -1
    package internal(set) var epoch: Int32 = -1
    /// The first producer id that no broker has been given.
    package internal(set) var nextProducerId: Int64 = 0

    /// Sorted by id.
    package internal(set) var brokers: [BrokerRegistration] = []
    var topicsById: [Uuid: TopicImage] = [:]
    var topicIds: [String: Uuid] = [:]
    /// Sorted.
    package internal(set) var topicNames: [String] = []
    /// Each sorted by name of the setting.
    var configsByResource: [ConfigResource: [ConfigPair]] = [:]

    struct ConfigPair: Hashable, Sendable {
        var name: String
        var value: String
    }

    package init(clusterID: String) { self.clusterID = clusterID }
}

// MARK: - Brokers

extension MetadataImage {
    package func broker(_ id: BrokerID) -> BrokerRegistration? { brokerPosition(id).map { brokers[$0] } }

    /// Whether the broker may lead and be in sync: registered, not fenced, not stopping.
    package func isActive(_ id: BrokerID) -> Bool { broker(id)?.isActive ?? false }

    /// Where the broker puts the replicas that it gets; zero where it did not say, or has several.
    package func logDirectory(of id: BrokerID) -> Uuid {
        guard let directories = broker(id)?.logDirs, directories.count == 1 else { return .zero }
        return directories[0]
    }

    func brokerPosition(_ id: BrokerID) -> Int? {
        let position = brokers.lowerBound { $0.id < id }
        return position < brokers.count && brokers[position].id == id ? position : nil
    }
}

// MARK: - Topics

extension MetadataImage {
    /// Sorted by name.
    package var topics: some Sequence<TopicImage> { topicNames.lazy.map { topicsById[topicIds[$0]!]! } }
    package var topicCount: Int { topicNames.count }

    package func topic(_ id: Uuid) -> TopicImage? { topicsById[id] }
    package func topic(named name: String) -> TopicImage? { topicIds[name].flatMap { topicsById[$0] } }
    package func topicId(_ name: String) -> Uuid? { topicIds[name] }
    package func topicName(_ id: Uuid) -> String? { topicsById[id]?.name }

    package func partition(_ key: PartitionKey) -> PartitionImage? {
        topicsById[key.topicId]?.partition(key.partition)
    }

    package func partition(_ partition: TopicPartition) -> PartitionImage? {
        topic(named: partition.topic)?.partition(partition.partition)
    }
}

// MARK: - Settings

extension MetadataImage {
    /// What was set for this very resource; `MetadataImage+Configuration` looks on in the defaults.
    package func config(_ resource: ConfigResource, _ name: String) -> String? {
        guard let pairs = configsByResource[resource] else { return nil }
        let position = pairs.lowerBound { $0.name < name }
        return position < pairs.count && pairs[position].name == name ? pairs[position].value : nil
    }

    package func hasConfigs(of resource: ConfigResource) -> Bool { configsByResource[resource] != nil }

    /// Everything that was set for this very resource, sorted by name.
    package func configs(of resource: ConfigResource) -> [(name: String, value: String)] {
        (configsByResource[resource] ?? []).map { ($0.name, $0.value) }
    }
}
