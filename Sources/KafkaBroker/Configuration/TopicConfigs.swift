import KafkaProtocol

/// Topics' settings, read once for all that have none of their own, and once for each run of partitions of a topic: a
/// broker asks for them for every replica that it opens, and reading one takes dozens of lookups.
///
/// Belongs to one image; forget it all when that changes.
struct TopicConfigs {
    private var common: TopicConfig?
    private var last: (topic: String, config: TopicConfig)?

    mutating func forget() {
        common = nil
        last = nil
    }

    mutating func config(
        of topic: String, in image: MetadataImage, node: BrokerID, configuration: StaticConfiguration
    ) -> TopicConfig {
        guard image.hasConfigs(of: .topic(topic)) else {
            if let common { return common }
            let config = image.topicConfig(topic, node: node, configuration: configuration)
            common = config
            return config
        }
        if let last, last.topic == topic { return last.config }
        let config = image.topicConfig(topic, node: node, configuration: configuration)
        last = (topic, config)
        return config
    }
}

extension Broker {
    mutating func topicConfig(of topic: String) -> TopicConfig {
        topicConfigs.config(of: topic, in: image, node: settings.nodeId, configuration: settings.configuration)
    }

    /// The broker's own defaults, for logs whose topic is not known yet.
    mutating func defaultTopicConfig() -> TopicConfig { topicConfig(of: "") }
}
