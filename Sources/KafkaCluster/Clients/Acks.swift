/// How many replicas must have a batch before the producer hears of success.
package enum Acks: Int16, Hashable, Sendable, CaseIterable {
    case none = 0
    case leader = 1
    case all = -1

    /// As users write it: `0`, `1`, `all`.
    package var name: String {
        switch self {
        case .none: "0"
        case .leader: "1"
        case .all: "all"
        }
    }

    package init?(name: String) {
        switch name {
        case "0": self = .none
        case "1": self = .leader
        case "all", "-1": self = .all
        default: return nil
        }
    }

    /// The next in the order that the console cycles through: all, 1, 0.
    package var next: Self {
        switch self {
        case .all: .leader
        case .leader: .none
        case .none: .all
        }
    }
}

/// Kafka's names for compression codecs.
package enum CompressionName: String, Hashable, Sendable, CaseIterable {
    case none, gzip, snappy, lz4, zstd
}
