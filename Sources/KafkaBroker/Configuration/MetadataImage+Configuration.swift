import KafkaProtocol

/// Lookups of settings. The order of precedence is Kafka's: the topic's own value, the broker's dynamic one, the one set
/// for all brokers, the one that the node was started with, the default.
extension MetadataImage {
    /// One setting of a topic as `node` sees it.
    package func topicConfigEntry(
        _ definition: ConfigDefinition, topic: String, node: BrokerID, configuration: StaticConfiguration
    ) -> ConfigEntry {
        var synonyms: [ConfigEntry.Synonym] = []
        if let value = config(.topic(topic), definition.name) {
            synonyms.append(.init(name: definition.name, value: value, source: .dynamicTopicConfig))
        }
        for synonym in definition.brokerSynonyms {
            for found in brokerValues(synonym.name, node: node, configuration: configuration) {
                guard let text = found.value.map({ scale($0, by: synonym.factor) }) else { continue }
                synonyms.append(.init(name: synonym.name, value: text, source: found.source))
            }
        }
        if let value = definition.defaultValue {
            let name = definition.brokerSynonyms.last?.name ?? definition.name
            synonyms.append(.init(name: name, value: value, source: .defaultConfig))
        }
        return ConfigEntry(
            definition: definition, value: synonyms.first?.value, source: synonyms.first?.source ?? .defaultConfig,
            synonyms: synonyms, isReadOnly: false)
    }

    /// One setting of `node` itself.
    package func brokerConfigEntry(
        _ definition: ConfigDefinition, node: BrokerID, configuration: StaticConfiguration
    ) -> ConfigEntry {
        var synonyms = brokerValues(definition.name, node: node, configuration: configuration)
        if let value = definition.defaultValue {
            synonyms.append(.init(name: definition.name, value: value, source: .defaultConfig))
        }
        return ConfigEntry(
            definition: definition, value: synonyms.first?.value, source: synonyms.first?.source ?? .defaultConfig,
            synonyms: synonyms, isReadOnly: definition.updateMode == .readOnly)
    }

    /// All settings of a resource, sorted by name. For the default of all brokers, only those that were set.
    package func configEntries(
        of resource: ConfigResource, node: BrokerID, configuration: StaticConfiguration
    ) -> [ConfigEntry] {
        switch resource {
        case .topic(let name):
            ConfigurationTable.topics.definitions.map {
                topicConfigEntry($0, topic: name, node: node, configuration: configuration)
            }
        case .broker:
            ConfigurationTable.brokers.definitions.map {
                brokerConfigEntry($0, node: node, configuration: configuration)
            }
        case .brokerDefault:
            configs(of: .brokerDefault).compactMap { name, value in
                ConfigurationTable.brokers[name].map {
                    let synonym = ConfigEntry.Synonym(name: name, value: value, source: .dynamicDefaultBrokerConfig)
                    return ConfigEntry(
                        definition: $0, value: value, source: .dynamicDefaultBrokerConfig, synonyms: [synonym],
                        isReadOnly: false)
                }
            }
        }
    }

    /// The settings of one topic, read once. Take it anew when a change names the topic or a broker.
    package func topicConfig(
        _ topic: String, node: BrokerID, configuration: StaticConfiguration
    ) -> TopicConfig {
        TopicConfig { name in
            guard let definition = ConfigurationTable.topics[name] else {
                preconditionFailure("\(name) is not a topic setting")
            }
            let entry = topicConfigEntry(definition, topic: topic, node: node, configuration: configuration)
            // A value in the metadata log was checked when it was written; one of a later version may still be odd.
            for synonym in entry.synonyms {
                if let text = synonym.value, let value = try? definition.validate(text) { return value }
            }
            preconditionFailure("\(name) has no valid default")
        }
    }

    /// A broker setting of `node`, dynamic or not; nil where it is unset and has no default.
    package func brokerConfig(
        _ name: String, node: BrokerID, configuration: StaticConfiguration
    ) -> ConfigValue? {
        guard let definition = ConfigurationTable.brokers[name] else {
            preconditionFailure("\(name) is not a broker setting")
        }
        for synonym in brokerConfigEntry(definition, node: node, configuration: configuration).synonyms {
            if let text = synonym.value, let value = try? definition.validate(text) { return value }
        }
        return nil
    }

    /// What was set for a broker setting while the cluster runs; nil where nothing was.
    func dynamicBrokerConfig(_ name: String, node: BrokerID) -> ConfigValue? {
        guard let definition = ConfigurationTable.brokers[name],
            let text = config(.broker(node), name) ?? config(.brokerDefault, name)
        else { return nil }
        return try? definition.validate(text)
    }

    /// What was set for a broker setting, the strongest first, without the default.
    private func brokerValues(
        _ name: String, node: BrokerID, configuration: StaticConfiguration
    ) -> [ConfigEntry.Synonym] {
        var found: [ConfigEntry.Synonym] = []
        if let value = config(.broker(node), name) {
            found.append(.init(name: name, value: value, source: .dynamicBrokerConfig))
        }
        if let value = config(.brokerDefault, name) {
            found.append(.init(name: name, value: value, source: .dynamicDefaultBrokerConfig))
        }
        if let value = configuration[name] {
            found.append(.init(name: name, value: value, source: .staticBrokerConfig))
        }
        return found
    }

    private func scale(_ text: String, by factor: Int64) -> String {
        guard factor != 1, let number = Int64(text) else { return text }
        if number < 0 { return "-1" }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return String(overflow ? .max : product)
    }
}
