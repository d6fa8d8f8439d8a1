/// One setting: its name, type, default, allowed values, and what it does in our own words.
package struct ConfigDefinition: Hashable, Sendable {
    package enum Validator: Hashable, Sendable {
        case any
        /// A number in this range; either end may be open.
        case range(atLeast: Double?, atMost: Double?)
        /// One of these words; for a list, each item is one of them.
        case oneOf([String])
        /// A list of `partition:broker`, or `*` for all.
        case throttledReplicas
    }

    /// Whether a running broker takes a new value (Kafka's dynamic update modes).
    package enum UpdateMode: Hashable, Sendable {
        /// Read once, at the start.
        case readOnly
        /// For one broker or for all of them.
        case perBroker
        /// May be set for one broker, but makes sense only for the cluster.
        case clusterWide
    }

    package var name: String
    package var type: ConfigType
    /// In text form; nil where being unset means something of its own.
    package var defaultValue: String?
    package var validator: Validator
    package var documentation: String
    /// For a topic's setting: the brokers' settings that give its default, the most specific first.
    package var brokerSynonyms: [BrokerSynonym]
    package var updateMode: UpdateMode

    /// A broker setting that serves as the default of a topic setting, perhaps in a larger unit.
    package struct BrokerSynonym: Hashable, Sendable {
        package var name: String
        /// The broker's number times this is the topic's (`log.retention.hours` -> `retention.ms`).
        package var factor: Int64

        package init(_ name: String, factor: Int64 = 1) {
            self.name = name
            self.factor = factor
        }
    }

    package init(
        _ name: String, _ type: ConfigType, _ defaultValue: String?, in validator: Validator = .any,
        synonyms: [BrokerSynonym] = [], updateMode: UpdateMode = .readOnly, _ documentation: String
    ) {
        self.name = name
        self.type = type
        self.defaultValue = defaultValue
        self.validator = validator
        self.documentation = documentation
        self.brokerSynonyms = synonyms
        self.updateMode = updateMode
    }

    /// Reads and checks a value. The error is the sentence that goes out with INVALID_CONFIG.
    package func validate(_ text: String) throws(ConfigError) -> ConfigValue {
        guard let value = type.parse(text) else {
            throw ConfigError(message: "Invalid value \(text) for configuration \(name): Not a valid \(type.word)")
        }
        switch (validator, value) {
        case (.any, _): break
        case (.range(let low, let high), .integer(let number)):
            try check(Double(number), text, low, high)
        case (.range(let low, let high), .double(let number)):
            try check(number, text, low, high)
        case (.oneOf(let words), .string(let word)):
            try check([word], text, words)
        case (.oneOf(let words), .list(let items)):
            try check(items, text, words)
        case (.throttledReplicas, .list(let items)):
            guard ThrottledReplicas(items) != nil else {
                throw ConfigError(
                    message:
                        "Invalid value \(text) for configuration \(name): \(name) must be the literal '*' or a list "
                        + "of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...")
            }
        case (.range, _), (.oneOf, _), (.throttledReplicas, _):
            preconditionFailure("the validator of \(name) does not fit its type")
        }
        return value
    }

    private func check(_ number: Double, _ text: String, _ low: Double?, _ high: Double?) throws(ConfigError) {
        if let low, number < low {
            throw ConfigError(
                message: "Invalid value \(text) for configuration \(name): Value must be at least \(Self.plain(low))")
        }
        if let high, number > high {
            throw ConfigError(
                message:
                    "Invalid value \(text) for configuration \(name): Value must be no more than \(Self.plain(high))")
        }
    }

    private func check(_ items: [String], _ text: String, _ words: [String]) throws(ConfigError) {
        for item in items where !words.contains(item) {
            throw ConfigError(
                message:
                    "Invalid value \(text) for configuration \(name): String must be one of: "
                    + words.joined(separator: ", "))
        }
    }

    private static func plain(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? String(number)
    }
}

/// Why a setting was refused, as a sentence for its author.
package struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
    package var message: String

    package init(message: String) { self.message = message.clipped }

    package var description: String { message }
}
