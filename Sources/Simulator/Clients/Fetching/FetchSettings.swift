import KafkaProtocol

/// How a simulated consumer fetches. Kafka's names.
package struct FetchSettings: Hashable, Sendable {
    /// How a consumer finds out that the log was truncated under its position.
    package enum TruncationCheck: Hashable, Sendable {
        /// By the epoch in each fetch (version 12 and later).
        case byFetch
        /// By OffsetForLeaderEpoch, whenever the leader epoch has moved on.
        case byOffsetForLeaderEpoch
        /// Not at all, as clients did before KIP-320.
        case none
    }

    package var reset = OffsetReset.earliest
    package var truncationCheck = TruncationCheck.byFetch
    package var usesSessions = true
    package var maxWait = Duration.milliseconds(500)
    package var minBytes: Int32 = 1
    package var maxBytes: Int32 = 1 << 20
    package var partitionMaxBytes: Int32 = 1 << 16
    package var isolationLevel: Int8 = 0
    /// Between the answer to a fetch and the next: how long the application works.
    package var pollInterval = Duration.milliseconds(20)

    package init() {}

    /// Fetch versions in which a partition goes by its topic's id.
    static let firstVersionWithTopicIds: Int16 = 13
}
