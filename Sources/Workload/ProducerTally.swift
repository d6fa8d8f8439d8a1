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
    }
    private let counts = Mutex(Counts())

    func sent() { counts.withLock { $0.sent += 1 } }

    func resent() {
        counts.withLock { counts in
            counts.sent += 1
            counts.resent += 1
        }
    }

    func blocked(_ duration: Duration) { counts.withLock { $0.blocked += duration } }

    func settled(_ outcome: ProducerOutcome, latencyMicroseconds: Int64? = nil) {
        let now = monotonicNanoseconds()
        counts.withLock { counts in
            switch outcome {
            case .acknowledged(let partition, _):
                counts.acknowledged += 1
                counts.acknowledgedByPartition[partition.partition, default: 0] += 1
                if let latencyMicroseconds { counts.latencies.record(microseconds: latencyMicroseconds, now: now) }
            case .failed: counts.failed += 1
            case .unknown: counts.unknown += 1
            case .dropped: counts.dropped += 1
            case .lostInBuffer: counts.lostInBuffer += 1
            }
        }
    }

    var current: Counts { counts.withLock { $0 } }
}
