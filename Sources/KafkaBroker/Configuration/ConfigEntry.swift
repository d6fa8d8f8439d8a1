/// A setting of a resource with its value and where that came from, as DescribeConfigs shows it.
package struct ConfigEntry: Hashable, Sendable {
    /// The raw value is what DescribeConfigs tells clients.
    package enum Source: Int8, Hashable, Sendable {
        case dynamicTopicConfig = 1
        case dynamicBrokerConfig = 2
        case dynamicDefaultBrokerConfig = 3
        case staticBrokerConfig = 4
        case defaultConfig = 5
    }

    package struct Synonym: Hashable, Sendable {
        package var name: String
        package var value: String?
        package var source: Source
    }

    package var definition: ConfigDefinition
    package var value: String?
    package var source: Source
    /// Everything that has a say, the strongest first; the first one is the entry's own value.
    package var synonyms: [Synonym]

    package var name: String { definition.name }
    package var isReadOnly: Bool
}
