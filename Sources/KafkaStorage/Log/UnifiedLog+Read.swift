import KafkaProtocol
import NIOCore

extension UnifiedLog {
    /// Reads batches from the one that holds `offset` on, up to about `maxBytes`, and none that holds `limit` or anything
    /// after it. The first batch comes whole even if it is larger, when `minOneBatch` says so; else nothing comes then.
    ///
    /// Costs the same at any offset of a log of any length: a search among segments, one in an index, and a walk over the
    /// headers of one index interval; near the log's end not even these. Only a payload that comes as bytes reads records.
    package func read(
        from offset: Int64, maxBytes: Int, upTo limit: Int64 = .max, minOneBatch: Bool = true
    ) throws(LogReadError) -> LogRead {
        try read(
            from: offset, maxBytes: maxBytes, upTo: limit, minOneBatch: minOneBatch,
            bytesBelow: Self.bytesPayloadLimit)
    }

    /// The same, always as bytes: for those who look at the records themselves.
    package func readBytes(
        from offset: Int64, maxBytes: Int, upTo limit: Int64 = .max, minOneBatch: Bool = true
    ) throws(LogReadError) -> ByteBuffer {
        let read = try read(
            from: offset, maxBytes: maxBytes, upTo: limit, minOneBatch: minOneBatch, bytesBelow: .max)
        guard case .bytes(let bytes) = read.records else {
            preconditionFailure("a read with no limit on bytes gave a range of a file")
        }
        return bytes
    }

    private func read(
        from offset: Int64, maxBytes: Int, upTo limit: Int64, minOneBatch: Bool, bytesBelow threshold: Int
    ) throws(LogReadError) -> LogRead {
        guard offset >= logStartOffset, offset <= logEndOffset else {
            throw .offsetOutOfRange(offset: offset, logStartOffset: logStartOffset, logEndOffset: logEndOffset)
        }
        let nothing = LogRead(records: .bytes(ByteBuffer()))
        guard offset < limit, offset < logEndOffset, var number = segmentIndex(atOrBefore: offset) else {
            return nothing
        }
        do throws(DiskError) {
            while number < segments.count {
                let segment = segments[number]
                number += 1
                // After compaction a segment may end before the offset that it was chosen for.
                guard let first = try segment.place(endingAtOrAfter: offset) else { continue }
                guard first.lastOffset < limit, minOneBatch || first.sizeInBytes <= maxBytes else { return nothing }
                let segmentEnd = number < segments.count ? segments[number].baseOffset : logEndOffset
                var end = segment.size
                if limit < segmentEnd, let place = try segment.place(endingAtOrAfter: limit) { end = place.position }
                let length = min(end - first.position, Int64(max(maxBytes, first.sizeInBytes)))
                return LogRead(
                    records: try segment.payload(at: first.position, length: Int(length), bytesBelow: threshold))
            }
        } catch {
            throw .disk(error)
        }
        return nothing
    }

    /// The first record from the log start on whose time is `timestamp` or later; nil if there is none.
    package func offset(forTimestamp timestamp: Int64) throws(LogReadError) -> TimestampAndOffset? {
        do throws(DiskError) {
            for (number, segment) in segments.enumerated() {
                let end = number + 1 < segments.count ? segments[number + 1].baseOffset : logEndOffset
                guard end > logStartOffset, try segment.largestTimestamp().timestamp >= timestamp else { continue }
                var from = logStartOffset
                while let batch = try segment.batch(atOrAfter: timestamp, from: from) {
                    if let found = try record(in: batch, atOrAfter: timestamp, path: segment.path) { return found }
                    from = batch.nextOffset
                }
            }
            return nil
        } catch {
            throw .disk(error)
        }
    }

    /// The record with the largest timestamp of all, the first if several have it; nil for a log without records.
    package func offsetOfMaxTimestamp() throws(LogReadError) -> TimestampAndOffset? {
        var largest: Int64 = -1
        do throws(DiskError) {
            for segment in segments { largest = max(largest, try segment.largestTimestamp().timestamp) }
        } catch {
            throw .disk(error)
        }
        return largest < 0 ? nil : try offset(forTimestamp: largest)
    }

    private func record(
        in batch: RecordBatch, atOrAfter timestamp: Int64, path: String
    ) throws(DiskError) -> TimestampAndOffset? {
        do {
            var reader = try batch.reader()
            while let record = try reader.next() {
                if record.timestamp >= timestamp, record.offset >= logStartOffset {
                    return TimestampAndOffset(
                        timestamp: record.timestamp, offset: record.offset, leaderEpoch: batch.partitionLeaderEpoch)
                }
            }
            return nil
        } catch {
            throw .damage(path, "\(error), in the batch at offset \(batch.baseOffset)")
        }
    }
}
