/// The broker settings that a node was started with. Everything else comes from the metadata log or the table.
package struct StaticConfiguration: Hashable, Sendable {
    private var values: [String: String] = [:]

    /// All defaults.
    package init() {}

    /// Refuses unknown names and bad values with a sentence for the user.
    package init(_ values: [String: String]) throws(ConfigError) {
        for name in values.keys.sorted() {
            try set(name, values[name]!)
        }
    }

    package mutating func set(_ name: String, _ value: String) throws(ConfigError) {
        _ = try ConfigurationTable.brokers.validate(name: name, value: value)
        values[name] = value
    }

    package subscript(name: String) -> String? { values[name] }

    /// The value given at the start, or the default.
    package func boolean(_ name: String) -> Bool {
        guard case .boolean(let value) = value(name) else { preconditionFailure("\(name) is not a boolean") }
        return value
    }

    package func integer(_ name: String) -> Int64 {
        guard case .integer(let value) = value(name) else { preconditionFailure("\(name) is not an integer") }
        return value
    }

    private func value(_ name: String) -> ConfigValue {
        guard let definition = ConfigurationTable.brokers[name] else {
            preconditionFailure("\(name) is not a broker setting")
        }
        guard let text = values[name] ?? definition.defaultValue, let value = definition.type.parse(text) else {
            preconditionFailure("\(name) has no value")
        }
        return value
    }
}
