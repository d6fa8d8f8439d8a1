import KafkaProtocol
import KafkaStorage

/// Compaction: one log at a time, the dirtiest first, a slice per deadline.
extension Broker {
    private static let bytesPerCleaningSlice = 1 << 20

    mutating func cleanLogs() {
        guard var current = cleaning ?? nextCleaning() else {
            timers.set(.logCleaner, at: now + settings.logCleanerBackoff)
            return
        }
        // Held in one place only, so that the map of keys is not copied.
        cleaning = nil
        do throws(DiskError) {
            if try current.cleaning.run(maxBytes: Self.bytesPerCleaningSlice, now: now) {
                checkpointCleaner()
            } else {
                cleaning = current
            }
        } catch {
            if error.isDamage {
                // As in Kafka the replica goes on serving; who reads the damaged batch will find it out.
                current.partition.uncleanable = error.description
            } else {
                fail(current.partition, error)
            }
        }
        timers.set(.logCleaner, at: now + .nanoseconds(1))
    }

    private mutating func nextCleaning() -> (partition: Partition, cleaning: LogCleaning)? {
        var best: (partition: Partition, range: LogCleanability)?
        for partition in partitions.all where partition.config.compacts && partition.uncleanable == nil {
            if case .offline = partition.role { continue }
            // Only what is durable can be cleaned; a log that nobody writes to is flushed for it.
            flushIfDue(partition)
            if case .offline = partition.role { continue }
            do throws(DiskError) {
                let range = try partition.log.cleanability(upTo: partition.highWatermark, now: now)
                if let range, best.map({ range.precedes($0.range) }) ?? true { best = (partition, range) }
            } catch {
                fail(partition, error)
            }
        }
        guard let best else { return nil }
        return (
            best.partition,
            LogCleaning(best.partition.log, best.range, mapBytes: settings.logCleanerDedupeBufferSize)
        )
    }

    /// Writes down how far each log is compacted, if that has changed.
    ///
    /// A log that was cut, or a new one under an old name, must not be taken for cleaner than it is: a deleted key could
    /// come back.
    mutating func checkpointCleaner() {
        let offsets = partitions.all.filter { $0.log.cleanedUpTo > 0 }.map { ($0.id, $0.log.cleanedUpTo) }
            .sorted { $0.0 < $1.0 }
        let isNew =
            offsets.count != lastCleanedOffsets.count || !zip(offsets, lastCleanedOffsets).allSatisfy { $0 == $1 }
        guard isNew else { return }
        write(offsets, to: CheckpointFile.cleanedOffsets, durably: false)
        lastCleanedOffsets = offsets
    }

    mutating func checkpointCleaner(ifBelow former: Int64, _ partition: Partition) {
        if partition.log.cleanedUpTo < former { checkpointCleaner() }
    }
}

extension LogCleanability {
    fileprivate func precedes(_ other: Self) -> Bool {
        isOverdue == other.isOverdue ? dirtyRatio > other.dirtyRatio : isOverdue
    }
}
