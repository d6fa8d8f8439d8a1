import KafkaProtocol

/// What a setting belongs to.
package enum ConfigResource: Hashable, Sendable, Comparable, CustomStringConvertible {
    case topic(String)
    case broker(BrokerID)
    /// All brokers: what Kafka's tools call the cluster-wide default.
    case brokerDefault

    package enum ResourceType {
        package static let topic: Int8 = 2
        package static let broker: Int8 = 4
    }

    package var type: Int8 {
        switch self {
        case .topic: ResourceType.topic
        case .broker, .brokerDefault: ResourceType.broker
        }
    }

    /// The name on the wire; empty for the default of all brokers.
    package var name: String {
        switch self {
        case .topic(let name): name
        case .broker(let id): id.description
        case .brokerDefault: ""
        }
    }

    /// Nil for types that hold no settings here, and for a broker that is not a number.
    package init?(type: Int8, name: String) {
        switch type {
        case ResourceType.topic: self = .topic(name)
        case ResourceType.broker where name.isEmpty: self = .brokerDefault
        case ResourceType.broker:
            guard let id = Int32(name) else { return nil }
            self = .broker(BrokerID(id))
        default: return nil
        }
    }

    package var table: ConfigurationTable {
        switch self {
        case .topic: .topics
        case .broker, .brokerDefault: .brokers
        }
    }

    package static func < (left: Self, right: Self) -> Bool { (left.type, left.name) < (right.type, right.name) }

    package var description: String {
        switch self {
        case .topic(let name): "topic \(name)"
        case .broker(let id): "broker \(id)"
        case .brokerDefault: "all brokers"
        }
    }
}
