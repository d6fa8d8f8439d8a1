import KafkaClient
import KafkaCluster
import Synchronization

/// What became of the records of one topic's producer, over all its client instances.
final class ProducerTally: Sendable {
    /// A record by the tag under which a worker's client has it.
    struct Send: Sendable {
        /// Each worker numbers its records anew.
        var lane: Int
        var tag: UInt
    }

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
        /// Of each worker its own records, and those of the outbox, whose tags are above them.
        fileprivate var lanes: [(own: WaitingSends, resent: WaitingSends)] = []

        /// Since when, in monotonic nanoseconds, the oldest waits of those that have no answer; nil while none does.
        var waitingSince: Int64? { lanes.lazy.flatMap { [$0.own.oldest, $0.resent.oldest] }.compactMap(\.self).min() }

        /// Handed to the client, and not settled.
        var outstanding: Int64 { sent - acknowledged - failed - unknown - lostInBuffer }
    }
    private let counts = Mutex(Counts())

    /// For a worker that begins.
    func openLane() -> Int {
        counts.withLock { counts in
            counts.lanes.append((WaitingSends(), WaitingSends()))
            return counts.lanes.count - 1
        }
    }

    /// Nil for one that the client has refused.
    func sent(_ send: Send?) {
        let now = monotonicNanoseconds()
        counts.withLock { Self.sent(send, &$0, now) }
    }

    func resent(_ send: Send) {
        let now = monotonicNanoseconds()
        counts.withLock { counts in
            Self.sent(send, &counts, now)
            counts.resent += 1
        }
    }

    private static func sent(_ send: Send?, _ counts: inout Counts, _ now: Int64) {
        counts.sent += 1
        if counts.silentSince == nil { counts.silentSince = now }
        guard let send else { return }
        if send.tag > RecordTags.lastOwn {
            counts.lanes[send.lane].resent.sent(send.tag, at: now)
        } else {
            counts.lanes[send.lane].own.sent(send.tag, at: now)
        }
    }

    func blocked(_ duration: Duration) { counts.withLock { $0.blocked += duration } }

    func settled(_ outcome: ProducerOutcome, _ send: Send? = nil, latencyMicroseconds: Int64? = nil) {
        let now = monotonicNanoseconds()
        counts.withLock { counts in
            if let send {
                if send.tag > RecordTags.lastOwn {
                    counts.lanes[send.lane].resent.settled(send.tag)
                } else {
                    counts.lanes[send.lane].own.settled(send.tag)
                }
            }
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

enum RecordTags {
    /// Above it are those of the outbox.
    static let lastOwn = UInt.max / 2
}
