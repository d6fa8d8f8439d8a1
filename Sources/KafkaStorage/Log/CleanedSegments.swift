import KafkaProtocol

/// How a compacted segment takes the place of those that it was made from, so that a crash at any moment leaves either the
/// one or the others. The names are Kafka's.
///
/// ```
/// file                 stands for                                         found at a start
/// <base>.log.cleaned   being written, or whole and flushed                undone: removed
/// <base>.log.swap      decided; the old segments may be gone              finished: the old ones go, this one stays
/// <base>.log           in place                                           -
/// ```
/// From one stage to the next a segment's indexes are renamed before its log's file, so the latter says which stage is
/// reached. The old segments that a `.swap` replaces are those whose base lies in it: a compacted segment keeps the last
/// batch of the last of them, even if it must be empty.
enum CleanedSegments {
    /// Finishes or undoes what a crash has interrupted; whether there was anything. May itself be interrupted, and done again.
    static func settle(
        _ entries: [DiskEntry], in directory: String, on disk: any Disk
    ) throws(DiskError) -> Bool {
        guard entries.contains(where: { $0.name.hasSuffix(SegmentName.cleaned) || $0.name.hasSuffix(SegmentName.swap) })
        else { return false }
        let names = entries.map(\.name)
        let swaps = names.compactMap { SegmentName.offset(in: $0, SegmentName.log + SegmentName.swap) }
        for name in names where name.hasSuffix(SegmentName.cleaned) { try disk.remove(directory + "/" + name) }
        for kind in [SegmentName.offsetIndex, SegmentName.timeIndex] {
            for name in names {
                guard let base = SegmentName.offset(in: name, kind + SegmentName.swap), !swaps.contains(base) else {
                    continue
                }
                try disk.remove(directory + "/" + name)
            }
        }
        for base in swaps { try finish(base, in: directory, names, on: disk) }
        return true
    }

    private static func finish(
        _ base: Int64, in directory: String, _ names: [String], on disk: any Disk
    ) throws(DiskError) {
        let end = try endOffset(of: base, in: directory, on: disk)
        for old in names.compactMap({ SegmentName.offset(in: $0, SegmentName.log) }) where old >= base && old < end {
            for kind in [SegmentName.offsetIndex, SegmentName.timeIndex, SegmentName.log] {
                try disk.remove(directory + "/" + SegmentName.file(old, kind))
            }
        }
        for kind in [SegmentName.offsetIndex, SegmentName.timeIndex, SegmentName.log] {
            let name = SegmentName.file(base, kind)
            guard names.contains(name + SegmentName.swap) else { continue }
            try disk.rename(directory + "/" + name + SegmentName.swap, to: directory + "/" + name)
        }
        try disk.flushDirectory(directory)
    }

    /// Where the batches of a swapped segment end. It was flushed before it got its name.
    private static func endOffset(of base: Int64, in directory: String, on disk: any Disk) throws(DiskError) -> Int64 {
        let path = directory + "/" + SegmentName.file(base, SegmentName.log) + SegmentName.swap
        let file = try disk.open(path, creating: false)
        defer { disk.close(file) }
        var scanner = SegmentScanner(file, on: disk, from: 0, to: try disk.size(of: file), chunkBytes: 1 << 16)
        var end = base
        while let (header, _) = try scanner.nextHeader() { end = max(end, header.nextOffset) }
        return end
    }
}

extension UnifiedLog {
    /// Puts a compacted segment, written and flushed, in the place of segments that lie next to each other.
    func replace(_ range: Range<Int>, with cleaned: LogSegment) throws(DiskError) {
        precondition(range.upperBound < segments.count, "the active segment is never compacted")
        try cleaned.changeSuffix(from: SegmentName.cleaned, to: SegmentName.swap)
        for number in range {
            sizeInBytes -= segments[number].size
            // A second cleaning may come before the files of the first are gone.
            try segments[number].markDeleted(as: ".\(segmentChanges)" + SegmentName.deleted)
            deletions.add(segments[number])
        }
        segments.replaceSubrange(range, with: [cleaned])
        sizeInBytes += cleaned.size
        segmentChanges += 1
        try cleaned.changeSuffix(from: SegmentName.swap, to: "")
        try disk.flushDirectory(directory)
    }
}
