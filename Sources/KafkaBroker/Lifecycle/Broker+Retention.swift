import KafkaProtocol
import KafkaStorage

/// What a broker throws away: segments that are too old, too many, or before the log start.
extension Broker {
    /// `log.retention.check.interval.ms`, as it is now.
    private var retentionCheckInterval: Duration {
        guard
            case .integer(let milliseconds)? = image.dynamicBrokerConfig(
                "log.retention.check.interval.ms", node: settings.nodeId)
        else { return settings.logRetentionCheckInterval }
        return .milliseconds(milliseconds)
    }

    mutating func scheduleRetention() { timers.set(.retention, at: now + retentionCheckInterval) }

    /// Every replica drops its own, never beyond the high watermark that it knows.
    mutating func applyRetention() {
        scheduleRetention()
        for partition in partitions.all {
            if case .offline = partition.role { continue }
            do throws(DiskError) {
                partition.log.removeExpiredProducers(now: now)
                let count = try partition.log.deleteOldSegments(upTo: partition.highWatermark, now: now)
                if count > 0 { markMoved(partition) }
            } catch {
                fail(partition, error)
            }
        }
    }
}
