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

/// One producer of the workload, in Kafka's terms.
package struct ProducerSettings: Hashable, Sendable {
    package var topic: String
    /// Records per second; nil sends as fast as the client can.
    package var recordsPerSecond: Double?
    /// Bytes of each value.
    package var valueBytes = 100
    /// Different keys in rotation; 0 sends without keys.
    package var keys = 100
    package var acks = Acks.all
    package var enableIdempotence = false
    package var lingerMilliseconds = 5
    package var compression = CompressionName.none

    package init(topic: String, recordsPerSecond: Double?) {
        self.topic = topic
        self.recordsPerSecond = recordsPerSecond
    }
}

/// One consumer group of the workload.
package struct ConsumerSettings: Hashable, Sendable {
    package var group: String
    package var topics: [String]
    package var members = 1
    /// Work per record, in milliseconds.
    package var millisecondsPerRecord = 0.0
    package var enableAutoCommit = true
    package var autoCommitIntervalMilliseconds = 5000

    package init(group: String, topics: [String]) {
        self.group = group
        self.topics = topics
    }
}
