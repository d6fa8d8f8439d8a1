import KafkaCluster

/// One of klamm's own clients: there is one producer for a topic, and one set of consumers for a group.
package enum ClientName: Hashable, Sendable {
    case producer(topic: String)
    case group(String)

    var kind: String {
        switch self {
        case .producer: "producer"
        case .group: "group"
        }
    }

    /// The topic or group.
    var subject: String {
        switch self {
        case .producer(let topic): topic
        case .group(let group): group
        }
    }

    /// `producer orders`.
    var title: String { "\(kind) \(subject)" }
}

/// The settings of either kind of client, by name.
enum ClientSettings: Hashable, Sendable {
    case producer(ProducerSettings)
    case group(ConsumerSettings)

    var names: [String] {
        switch self {
        case .producer: ProducerSettings.names
        case .group: ConsumerSettings.names
        }
    }

    func facts(_ name: String) -> SettingFacts? {
        switch self {
        case .producer: ProducerSettings.facts(name)
        case .group: ConsumerSettings.facts(name)
        }
    }

    /// Nil for a name that it does not know.
    func value(_ name: String) -> String? {
        switch self {
        case .producer(let settings): try? settings.value(name)
        case .group(let settings): try? settings.value(name)
        }
    }

    /// As they are where nobody has changed them.
    var defaults: Self {
        switch self {
        case .producer(let settings):
            .producer(ProducerSettings(topic: settings.topic, recordsPerSecond: nil))
        case .group(let settings): .group(ConsumerSettings(group: settings.group, topics: settings.topics))
        }
    }

    mutating func set(_ name: String, to value: String) throws(SettingError) {
        switch self {
        case .producer(var settings):
            try settings.set(name, to: value)
            self = .producer(settings)
        case .group(var settings):
            try settings.set(name, to: value)
            self = .group(settings)
        }
    }

    /// What makes them the client's.
    var command: ClientCommand {
        switch self {
        case .producer(let settings): .changeProducer(settings)
        case .group(let settings): .changeGroup(settings)
        }
    }
}

extension WorkloadSnapshot {
    func settings(of client: ClientName) -> ClientSettings? {
        switch client {
        case .producer(let topic): producers.first { $0.settings.topic == topic }.map { .producer($0.settings) }
        case .group(let group): groups.first { $0.settings.group == group }.map { .group($0.settings) }
        }
    }
}
