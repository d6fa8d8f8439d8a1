import KafkaProtocol

/// What the controller knows at one moment, for the console.
package struct ControllerSnapshot: Hashable, Sendable {
    package var id: BrokerID
    package var isActive: Bool
    package var leaderEpoch: Int32
    /// The controller that leads the metadata quorum, as far as this one knows.
    package var leader: BrokerID?
    /// Records up to here are written; those before `committedOffset` are durable, and alone seen by brokers.
    package var metadataLogEndOffset: Int64
    package var committedOffset: Int64
    package var image: MetadataImage
    /// Brokers whose new life waits until the session of the former one has expired; sorted by id.
    package var waiting: [WaitingBroker]
    /// Why this controller does nothing any more, if so.
    package var failure: String?

    package struct WaitingBroker: Hashable, Sendable {
        package var id: BrokerID
        package var untilSessionExpires: Instant

        package init(id: BrokerID, untilSessionExpires: Instant) {
            self.id = id
            self.untilSessionExpires = untilSessionExpires
        }
    }
}

extension Controller {
    /// The last record of the metadata log that this controller has replayed; -1 before the first.
    package var metadataOffset: Int64 { state.image.offset }
}
