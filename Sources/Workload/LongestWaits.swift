import KafkaCluster
import KafkaProtocol

/// How long records waited for their acknowledgement: the longest wait of each of the last ten seconds in which there
/// was one. A fault that only delays makes no send fail, and hides among the fast ones of a percentile.
package struct LongestWaits: Hashable, Sendable {
    private static let most = 10
    private static let sliceNanoseconds: Int64 = 1_000_000_000

    /// The oldest first.
    package private(set) var waits: [AcknowledgementWait] = []
    private var second = Int64.min

    package init() {}

    /// `now` is looked at for the longest of a second alone.
    package mutating func record(microseconds: Int64, nanoseconds: Int64, now: () -> Instant) {
        let duration = Duration.microseconds(max(0, microseconds))
        let second = nanoseconds / Self.sliceNanoseconds
        if second != self.second {
            self.second = second
            if waits.count == Self.most { waits.removeFirst() }
            waits.append(AcknowledgementWait(duration, at: now()))
        } else if let longest = waits.last, duration > longest.duration {
            waits[waits.count - 1] = AcknowledgementWait(duration, at: now())
        }
    }
}
