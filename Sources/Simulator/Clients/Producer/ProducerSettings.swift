import KafkaProtocol

/// What a simulated producer promises and how hard it tries. Kafka's names.
package struct ProducerSettings: Hashable, Sendable {
    /// How an idempotent producer goes on when a sequence is lost (KIP-360).
    package enum EpochBump: Hashable, Sendable {
        /// By itself, as the Java client does.
        case byItself
        /// By asking for a new id, as librdkafka does.
        case byAsking
    }

    package var topics: [String]
    package var acks: Int16 = -1
    package var isIdempotent = true
    package var epochBump = EpochBump.byItself
    /// Without retries, every failure is final.
    package var retries = true
    /// Per connection, and per partition: 1...5.
    package var maxInFlight = 5
    /// From a record's birth to giving it up.
    package var deliveryTimeout = Duration.seconds(12)
    /// How long a leader may wait for its replicas.
    package var ackTimeout = Duration.seconds(2)
    /// Between two bursts of records, give or take a half.
    package var interval = Duration.milliseconds(50)
    package var recordsPerBurst = 1...8
    package var recordsPerBatch = 4
    /// The producer makes no more while so many are unresolved.
    package var maxUnresolved = 200
    package var valueSize = 0
    package var compression = Compression.none
    /// A record's key is its number modulo this; nil for records without keys.
    package var keyCount: Int?
    /// In these topics every fifth record has no value.
    package var tombstoneTopics: [String] = []

    package init(topics: [String]) { self.topics = topics }

    /// Whether a retry can never come to lie behind what was sent after it.
    package var keepsOrder: Bool { isIdempotent || !retries || maxInFlight == 1 }
}
