/// The offset at which a leader epoch begins in a log (Kafka's `EpochEntry`).
package struct EpochEntry: Hashable, Sendable {
    package var epoch: Int32
    package var startOffset: Int64

    package init(epoch: Int32, startOffset: Int64) {
        self.epoch = epoch
        self.startOffset = startOffset
    }
}
