import KafkaProtocol

extension UnifiedLog {
    /// What is due to be flushed now: segments that have ended, or everything when `flush.messages` or `flush.ms` says so.
    /// Nil if nothing is. Asked after each append, it costs next to nothing.
    package func flushDue(now: Instant) throws(DiskError) -> LogFlush? {
        let unflushed = logEndOffset - flushAskedUpTo
        guard unflushed > 0 else { return nil }
        if unflushed >= config.flushMessages || (now - lastFlush).wholeMilliseconds >= config.flushMs {
            return try beginFlush(now: now)
        }
        let sealed = active.baseOffset
        return flushAskedUpTo < sealed ? try flush(upTo: sealed) : nil
    }

    /// When `flush.ms` asks for a flush of what has been appended; nil while nothing waits for one.
    package var flushDeadline: Instant? {
        let longest: Int64 = 1 << 40
        guard config.flushMs < longest, flushAskedUpTo < logEndOffset else { return nil }
        return lastFlush + .milliseconds(config.flushMs)
    }

    /// Everything that is not durable yet; nil if all is.
    package func beginFlush(now: Instant) throws(DiskError) -> LogFlush? {
        guard recoveryPoint < logEndOffset || epochs.isUnflushed else { return nil }
        lastFlush = now
        return try flush(upTo: logEndOffset)
    }

    /// The files of a flush have all been made durable.
    package func completeFlush(_ flush: LogFlush) {
        guard flush.truncations == truncations else { return }
        recoveryPoint = max(recoveryPoint, flush.upTo)
    }

    /// Flushes everything before it returns.
    package func flush() throws(DiskError) {
        guard recoveryPoint < logEndOffset || epochs.isUnflushed else { return }
        let flush = try flush(upTo: logEndOffset)
        try changing { () throws(DiskError) in for file in flush.files { try disk.flush(file) } }
        completeFlush(flush)
    }

    /// Indexes of ended segments are flushed too: recovery trusts them. That of the active one it builds anew.
    private func flush(upTo offset: Int64) throws(DiskError) -> LogFlush {
        try changing { () throws(DiskError) in
            try epochs.flush()
            var files: [FileID] = []
            for (number, segment) in segments.enumerated().reversed() {
                let isActive = number == segments.count - 1
                let end = isActive ? logEndOffset : segments[number + 1].baseOffset
                guard end > recoveryPoint else { break }
                guard segment.baseOffset < offset else { continue }
                files.append(try segment.logFile)
                if !isActive { files += try segment.indexFilesToFlush() }
            }
            flushAskedUpTo = max(flushAskedUpTo, offset)
            return LogFlush(files: files.reversed(), upTo: offset, truncations: truncations)
        }
    }
}
