/// Kafka's topic and broker settings that exist for what klamm does. A name that is not here is refused with
/// INVALID_CONFIG, since accepting a setting without effect would be a lie.
package struct ConfigurationTable: Sendable {
    /// Sorted by name.
    package let definitions: [ConfigDefinition]
    private let positions: [String: Int]
    private let noun: String

    package init(noun: String, _ definitions: [ConfigDefinition]) {
        self.noun = noun
        self.definitions = definitions.sorted { $0.name < $1.name }
        var positions: [String: Int] = [:]
        for (position, definition) in self.definitions.enumerated() {
            precondition(positions[definition.name] == nil, "\(definition.name) is defined twice")
            positions[definition.name] = position
        }
        self.positions = positions
    }

    /// Settings of one topic.
    package static let topics = Self(noun: "topic", topicSettings)
    /// Settings of one node, broker or controller.
    package static let brokers = Self(noun: "broker", brokerSettings)

    package subscript(name: String) -> ConfigDefinition? { positions[name].map { definitions[$0] } }

    /// The definition of a setting that a user named.
    package func definition(of name: String) throws(ConfigError) -> ConfigDefinition {
        guard let definition = self[name] else {
            throw ConfigError(message: "Unknown \(noun) config name: \(name)")
        }
        return definition
    }

    package func validate(name: String, value: String) throws(ConfigError) -> ConfigValue {
        try definition(of: name).validate(value)
    }
}
