import KafkaClient
import KafkaCluster
import Synchronization

/// What became of the records of one topic's producer, over all its client instances.
final class ProducerTally: Sendable {
    struct Counts: Sendable {
        /// Handed to the client, or refused by it.
        var sent: Int64 = 0
        var acknowledged: Int64 = 0
        var failed: Int64 = 0
        var unknown: Int64 = 0
        var dropped: Int64 = 0
        var lostInBuffer: Int64 = 0
        var resent: Int64 = 0
        /// How long the application stood still before a full buffer.
        var blocked = Duration.zero
        var acknowledgedByPartition: [Int32: Int64] = [:]
        var latencies = LatencyWindow()
        var waits = LongestWaits()
        /// Since when, in monotonic nanoseconds, nothing was answered although something waits for it; nil while
        /// nothing does.
        var silentSince: Int64?

        /// Handed to the client, and not settled.
        var outstanding: Int64 { sent - acknowledged - failed - unknown - lostInBuffer }
    }
    private let counts = Mutex(Counts())

    func sent() { counts.withLock { Self.sent(&$0) } }

    func resent() {
        counts.withLock { counts in
            Self.sent(&counts)
            counts.resent += 1
        }
    }

    private static func sent(_ counts: inout Counts) {
        counts.sent += 1
        if counts.silentSince == nil { counts.silentSince = monotonicNanoseconds() }
    }

    func blocked(_ duration: Duration) { counts.withLock { $0.blocked += duration } }

    func settled(_ outcome: ProducerOutcome, latencyMicroseconds: Int64? = nil) {
        let now = monotonicNanoseconds()
        counts.withLock { counts in
            switch outcome {
            case .acknowledged(let partition, _):
                counts.acknowledged += 1
                counts.acknowledgedByPartition[partition.partition, default: 0] += 1
                if let latencyMicroseconds {
                    counts.latencies.record(microseconds: latencyMicroseconds, now: now)
                    counts.waits.record(microseconds: latencyMicroseconds, nanoseconds: now) { .now() }
                }
            case .failed: counts.failed += 1
            case .unknown: counts.unknown += 1
            case .dropped: counts.dropped += 1
            case .lostInBuffer: counts.lostInBuffer += 1
            }
            if counts.outstanding <= 0 {
                counts.silentSince = nil
            } else if outcome.isAnswer {
                counts.silentSince = now
            }
        }
    }

    var current: Counts { counts.withLock { $0 } }
}
