import KafkaBroker
import KafkaProtocol

/// What a simulated cluster is made of.
package struct WorldSetup: Sendable {
    package var seed: UInt64
    /// Brokers 1, 2, 3 ...
    package var brokers: Int32 = 3
    /// Controllers 101, 102 ...
    package var controllers: Int32 = 1
    /// Settings of every broker and controller, under Kafka's names.
    package var configuration = StaticConfiguration()
    /// Settings that have no name of Kafka's.
    package var adjustBroker: @Sendable (inout BrokerSettings) -> Void = { _ in }
    /// How long a frame travels where no fault makes it longer.
    package var latency: Duration = .microseconds(100)
    package var flushTime: Duration = .microseconds(500)
    /// How long a node takes for a slice of work that it does in slices, before it does the next.
    package var sliceTime: Duration = .microseconds(20)
    /// How long a cut link holds what was sent before both ends hear of a reset.
    package var cutTimeout: Duration = .seconds(2)
    /// What was under way to a node when its link was reset may still be read there, even when the sender has begun another
    /// life meanwhile.
    package var requestsComeLate = false
    /// Brokers tell the ledger what they acknowledge and drop.
    package var tellsLedger = false

    package init(seed: UInt64) { self.seed = seed }

    package var brokerIDs: [BrokerID] { (0..<brokers).map { BrokerID($0 + 1) } }
    package var controllerIDs: [BrokerID] { (0..<controllers).map { BrokerID($0 + 101) } }
}
