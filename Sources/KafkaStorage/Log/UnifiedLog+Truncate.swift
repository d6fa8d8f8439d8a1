import KafkaProtocol
import NIOCore

extension UnifiedLog {
    /// Drops all records from `offset` on. A batch that holds `offset` goes as a whole.
    ///
    /// An epoch without records goes in any case: a leader notes its epoch before it appends anything, and may lose its
    /// leadership before it does.
    package func truncate(to offset: Int64) throws(DiskError) {
        guard offset < logEndOffset else {
            return try changing { () throws(DiskError) in try truncateEpochs() }
        }
        guard offset > segments[0].baseOffset else {
            return try truncateFullyAndStart(at: offset, logStartOffset: min(offset, logStartOffset))
        }
        try changing { () throws(DiskError) in
            truncations += 1
            segmentChanges += 1
            // The newest go first, so that a crash in between leaves a log without a gap.
            while active.baseOffset >= offset { try removeSegment(segments.count - 1) }
            var end = offset
            if let place = try active.place(endingAtOrAfter: offset) {
                end = min(offset, place.baseOffset)
                sizeInBytes -= active.size - place.position
                try active.truncate(at: place.position, offset: end)
                // A cut is not durable either: the next flush takes this file along, and until then recovery looks at it.
                recoveryPoint = min(recoveryPoint, active.baseOffset)
                flushAskedUpTo = min(flushAskedUpTo, active.baseOffset)
            } else {
                try active.resume()
            }
            try endAt(end)
            logStartOffset = min(logStartOffset, end)
            try truncateProducers()
        }
    }

    /// Drops everything and begins anew at `offset`: what a follower does whose log ends before its leader's begins.
    package func truncateFullyAndStart(at offset: Int64, logStartOffset: Int64? = nil) throws(DiskError) {
        try changing { () throws(DiskError) in
            truncations += 1
            segmentChanges += 1
            let createdAt = active.createdAt
            while segments.count > 1 { try removeSegment(segments.count - 1) }
            // A log always has a segment, even one whose disk fails between the two.
            let oldest = segments[0]
            try oldest.markDeleted()
            segments = [try .create(baseOffset: offset, directory: directory, on: disk, createdAt: createdAt)]
            deletions.add(oldest)
            sizeInBytes = 0
            logEndOffset = offset
            self.logStartOffset = logStartOffset ?? offset
            recoveryPoint = min(recoveryPoint, offset)
            flushAskedUpTo = min(flushAskedUpTo, offset)
            noteCleaned(upTo: cleanedUpTo)
            if Rule.truncatesEpochCache.holds { try epochs.clear() }
            if Rule.truncatesProducerState.holds {
                producers.reset(to: offset)
                try producers.removeSnapshots(before: .max)
            }
        }
    }

    /// Raises the log start: records before it cannot be read any more, and whole segments before it go with the next
    /// `deleteOldSegments`.
    package func updateLogStartOffset(_ offset: Int64) throws(DiskError) {
        guard offset > logStartOffset else { return }
        guard offset <= logEndOffset else { return try truncateFullyAndStart(at: offset) }
        try changing { () throws(DiskError) in
            logStartOffset = offset
            try epochs.removePrefix(before: offset)
        }
    }

    /// Removes old segments by `retention.ms`, `retention.bytes` and the log start, never a record at or after `limit`, the
    /// high watermark; then files whose time has come. Returns how many segments went.
    @discardableResult
    package func deleteOldSegments(upTo limit: Int64, now: Instant) throws(DiskError) -> Int {
        try changing { () throws(DiskError) in
            let count = try deletableSegmentCount(upTo: limit, now: now)
            if count == segments.count { try roll(at: logEndOffset, now: now) }
            for _ in 0..<count { try removeSegment(0) }
            if count > 0 {
                segmentChanges += 1
                logStartOffset = max(logStartOffset, segments[0].baseOffset)
                try epochs.removePrefix(before: logStartOffset)
                try producers.removeSnapshots(before: segments[0].baseOffset)
            }
            try deletions.removeDue(now: now, delayMs: config.fileDeleteDelayMs)
            return count
        }
    }

    private func deletableSegmentCount(upTo limit: Int64, now: Instant) throws(DiskError) -> Int {
        let deletes = config.deletes
        var excess = config.retentionBytes >= 0 ? sizeInBytes - config.retentionBytes : -1
        var count = 0
        for (number, segment) in segments.enumerated() {
            let isActive = number == segments.count - 1
            let end = isActive ? logEndOffset : segments[number + 1].baseOffset
            guard end <= limit, segment.size > 0 || !isActive else { break }
            var goes = end <= logStartOffset && !isActive
            if deletes, excess >= segment.size { goes = true }
            if deletes, !goes, config.retentionMs >= 0 {
                let largest = try segment.largestTimestamp().timestamp
                let newest = largest >= 0 ? largest : segment.createdAt
                goes = now.wallClockMilliseconds.subtractingReportingOverflow(newest).partialValue > config.retentionMs
            }
            guard goes else { break }
            excess -= segment.size
            count += 1
        }
        return count
    }

    private func removeSegment(_ number: Int) throws(DiskError) {
        let segment = segments[number]
        try segment.markDeleted()
        deletions.add(segment)
        sizeInBytes -= segment.size
        segments.remove(at: number)
    }

    private func endAt(_ offset: Int64) throws(DiskError) {
        logEndOffset = offset
        recoveryPoint = min(recoveryPoint, offset)
        flushAskedUpTo = min(flushAskedUpTo, offset)
        noteCleaned(upTo: cleanedUpTo)
        try truncateEpochs()
    }

    /// Epochs that begin at or after the log's end have no records here, and a leader must not be told of them.
    private func truncateEpochs() throws(DiskError) {
        if Rule.truncatesEpochCache.holds { try epochs.truncate(to: logEndOffset) }
    }

    /// A batch that was cut off is not a duplicate when its producer sends it again.
    private func truncateProducers() throws(DiskError) {
        guard Rule.truncatesProducerState.holds else { return }
        if producers.isUnchanged(from: logEndOffset) {
            producers.cut(to: logEndOffset)
            try producers.removeSnapshots(after: logEndOffset)
        } else {
            try rebuildProducers()
        }
    }

    private func rebuildProducers() throws(DiskError) {
        try producers.removeSnapshots(after: logEndOffset)
        try producers.load(newestUpTo: logEndOffset, orEmptyAt: segments[0].baseOffset)
        var rebuild = ProducerRebuild(from: producers.endOffset)
        while try !rebuild.run(&producers, segments: segments, maxBytes: .max) {}
        producers.advance(to: logEndOffset)
    }
}

/// Reads the headers of batches that producers' state does not cover yet, in slices.
struct ProducerRebuild {
    private var offset: Int64
    private var segment: Int?
    private var position: Int64 = 0

    init(from offset: Int64) { self.offset = offset }

    /// Reads about `maxBytes`; true when the end is reached.
    mutating func run(
        _ producers: inout ProducerStateManager, segments: [LogSegment], maxBytes: Int
    ) throws(DiskError) -> Bool {
        var number = segment ?? max(0, (segments.firstIndex { $0.baseOffset > offset } ?? segments.count) - 1)
        var budget = Int64(maxBytes)
        while number < segments.count {
            let segment = segments[number]
            if self.segment != number {
                self.segment = number
                let isInside = offset > segment.baseOffset
                position = isInside ? try segment.place(endingAtOrAfter: offset)?.position ?? segment.size : 0
            }
            var scanner = try segment.scanner(from: position, chunkBytes: 1 << 16)
            while budget > 0, let (header, at) = try scanner.nextHeader() {
                budget -= Int64(header.sizeInBytes)
                guard header.baseOffset >= offset else { continue }
                let marker = header.isControl ? try segment.marker(at: at, sizeInBytes: header.sizeInBytes) : nil
                producers.append(header, marker: marker)
            }
            try scanner.checkDamage(segment.path)
            position = scanner.position
            if budget <= 0 { return false }
            number += 1
        }
        return true
    }
}
