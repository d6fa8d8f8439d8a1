import KafkaProtocol

/// Which part of a compacted log may be cleaned now, and how much that is worth.
package struct LogCleanability: Hashable, Sendable {
    /// Records from here on have not been compared with what came before them.
    package var firstDirtyOffset: Int64
    /// Nothing from here on may be cleaned: the active segment, what is not committed or not durable, what is too young.
    package var endOffset: Int64
    package var dirtyRatio: Double
    /// A record has been waiting for longer than `max.compaction.lag.ms`.
    package var isOverdue: Bool
}

extension UnifiedLog {
    /// What could be cleaned below `limit`, the high watermark or the last stable offset; nil if there is nothing, or not
    /// enough for `min.cleanable.dirty.ratio`.
    package func cleanability(upTo limit: Int64, now: Instant) throws(DiskError) -> LogCleanability? {
        guard config.compacts, failure == nil, segments.count > 1 else { return nil }
        let firstDirty = min(max(cleanedUpTo, logStartOffset), logEndOffset)
        // A loss of power must not take a key's last value when the one before it is gone already.
        var end = min(limit, firstUnstableOffset ?? .max, active.baseOffset, recoveryPoint)
        guard firstDirty < end, let first = segmentIndex(atOrBefore: firstDirty) else { return nil }
        let time = now.wallClockMilliseconds
        var dirtyBytes: Int64 = 0
        var earliest = Int64.max
        for segment in segments[first...] {
            guard segment.baseOffset < end else { break }
            if config.minCompactionLagMs > 0 {
                let newest = try segment.largestTimestamp().timestamp
                let age = time.subtractingReportingOverflow(newest >= 0 ? newest : segment.createdAt).partialValue
                if age < config.minCompactionLagMs {
                    end = min(end, segment.baseOffset)
                    break
                }
            }
            if config.maxCompactionLagMs < .max, let oldest = try segment.firstBatchTimestamp(), oldest > 0 {
                earliest = min(earliest, oldest)
            }
            dirtyBytes += segment.size
        }
        guard firstDirty < end, dirtyBytes > 0 else { return nil }
        let cleanBytes = segments[..<first].reduce(0) { $0 + $1.size }
        let ratio = Double(dirtyBytes) / Double(dirtyBytes + cleanBytes)
        let isOverdue = earliest < .max && time - earliest > config.maxCompactionLagMs
        guard isOverdue || ratio > config.minCleanableDirtyRatio else { return nil }
        return LogCleanability(
            firstDirtyOffset: firstDirty, endOffset: end, dirtyRatio: ratio, isOverdue: isOverdue)
    }
}
