import KafkaProtocol

/// A log as it lies on its disk, for people who look into it. Nothing is read for it: what is not known without is nil.
package struct LogDescription: Hashable, Sendable {
    package struct Segment: Hashable, Sendable {
        package var baseOffset: Int64
        /// Of the file of batches.
        package var size: Int64
        /// Nil for an index that is to be built when it is first needed.
        package var offsetIndexSize: Int64?
        package var timeIndexSize: Int64?
        /// The one that is appended to.
        package var isActive: Bool

        /// The name of the file of batches.
        package var file: String { SegmentName.file(baseOffset, SegmentName.log) }
    }

    /// The folder, below the root of the disk.
    package var directory: String
    package var sizeInBytes: Int64
    /// In the order of their offsets.
    package var segments: [Segment]
}

/// What lies in the first part of a segment's file, as far as its headers were looked at.
package struct BatchCount: Hashable, Sendable {
    package internal(set) var batches: Int64 = 0
    package internal(set) var records: Int64 = 0
    package internal(set) var firstOffset: Int64?
    package internal(set) var lastOffset: Int64?
    package internal(set) var largestTimestamp: Int64?
    /// Up to this byte.
    package internal(set) var position: Int64 = 0
    /// It is the whole file.
    package internal(set) var isComplete = false
    /// What does not look like a batch at `position`.
    package internal(set) var damage: String?

    package init() {}
}

extension UnifiedLog {
    package func describe() -> LogDescription {
        LogDescription(
            directory: directory, sizeInBytes: sizeInBytes,
            segments: segments.map { segment in
                LogDescription.Segment(
                    baseOffset: segment.baseOffset, size: segment.size, offsetIndexSize: segment.offsetIndexSize,
                    timeIndexSize: segment.timeIndexSize, isActive: segment === active)
            })
    }

    /// Goes on with the count through at most so many bytes and batches: whoever asks holds up the log's owner. Nil where
    /// there is no such segment any more.
    package func count(
        inSegmentAt baseOffset: Int64, after count: BatchCount, maxBytes: Int64 = 1 << 20, maxBatches: Int = 10_000
    ) throws(DiskError) -> BatchCount? {
        guard let segment = segments.first(where: { $0.baseOffset == baseOffset }) else { return nil }
        var count = count
        guard count.position <= segment.size else { return nil }
        let (start, before) = (count.position, count.batches)
        var scanner = try segment.scanner(from: start, chunkBytes: 1 << 16)
        while count.position - start < maxBytes, count.batches - before < Int64(maxBatches) {
            guard let (header, _) = try scanner.nextHeader() else {
                count.damage = scanner.damage
                count.isComplete = true
                return count
            }
            count.batches += 1
            count.records += Int64(max(0, header.count))
            count.firstOffset = count.firstOffset ?? header.baseOffset
            count.lastOffset = header.lastOffset
            count.largestTimestamp = max(count.largestTimestamp ?? .min, header.maxTimestamp)
            count.position = scanner.position
        }
        count.isComplete = count.position >= segment.size
        return count
    }
}
