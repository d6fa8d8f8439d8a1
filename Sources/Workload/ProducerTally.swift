import KafkaClient
import KafkaCluster
import Synchronization

/// What became of the records of one topic's producer, over all its client instances.
final class ProducerTally: Sendable {
    struct Counts: Sendable {
        var sent: Int64 = 0
        var acknowledged: Int64 = 0
        var failed: Int64 = 0
        var unknown: Int64 = 0
        var acknowledgedByPartition: [Int32: Int64] = [:]
        var latencies = LatencyWindow()
    }
    private let counts = Mutex(Counts())

    func sent(_ records: Int) { counts.withLock { $0.sent += Int64(records) } }

    /// The client did not even take the record.
    func refused() { counts.withLock { $0.failed += 1 } }

    func delivered(_ report: DeliveryReport, acks: Acks) {
        let now = monotonicNanoseconds()
        counts.withLock { counts in
            switch (report.error, report.persistence) {
            case (nil, _) where acks == .none:
                // Nobody was asked, so nobody has acknowledged.
                counts.unknown += 1
            case (nil, _):
                counts.acknowledged += 1
                counts.acknowledgedByPartition[report.partition, default: 0] += 1
                if let latency = report.latencyMicroseconds { counts.latencies.record(microseconds: latency, now: now) }
            case (_?, .notPersisted):
                counts.failed += 1
            case (_?, .possiblyPersisted), (_?, .persisted):
                counts.unknown += 1
            }
        }
    }

    var current: Counts { counts.withLock { $0 } }
}
