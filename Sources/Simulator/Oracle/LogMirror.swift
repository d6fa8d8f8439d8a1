import KafkaProtocol
import NIOCore

/// One batch as it was written to a segment.
struct MirroredBatch: Sendable {
    var batch: RecordBatch
    /// Where it lies in its segment.
    var position: Int64

    var header: RecordBatchHeader { batch.header }
    var base: Int64 { header.baseOffset }
    var next: Int64 { header.nextOffset }
    var epoch: Int32 { header.partitionLeaderEpoch }

    /// The same records at the same place under the same leadership. The checksum covers all the rest.
    func isSame(as other: Self) -> Bool {
        header.crc == other.header.crc && base == other.base && next == other.next && epoch == other.epoch
    }

    /// The same records at the same place; who stamped them may differ.
    var place: String { "offsets \(base)-\(next - 1) of epoch \(epoch)" }
}

/// One replica's log as its disk holds it, kept by the bytes that were written and cut, never by what its broker says.
///
/// Invariant: segments are sorted by base offset, and batches within them.
struct LogMirror: Sendable {
    struct Segment: Sendable {
        var base: Int64
        var batches: [MirroredBatch] = []
        /// Bytes of whole batches.
        var size: Int64 = 0
        /// Something that is no batch follows them: the torn end of a write.
        var hasTail = false

        var end: Int64 { batches.last?.next ?? base }

        /// Takes in what was written at `offset`.
        mutating func write(_ bytes: ByteBuffer, at offset: Int64, checksums: Bool) -> WriteResult {
            if offset < size { cut(to: offset) }
            if offset > size { return .afterGarbage }
            // A tail that is overwritten from its first byte on is gone.
            hasTail = false
            var rest = bytes
            let first = batches.count
            while rest.readableBytes > 0 {
                guard let batch = try? RecordBatch(rest), !checksums || (try? batch.validate()) != nil else {
                    hasTail = true
                    break
                }
                batches.append(MirroredBatch(batch: batch, position: size))
                size += Int64(batch.header.sizeInBytes)
                rest.moveReaderIndex(forwardBy: batch.header.sizeInBytes)
            }
            return .batches(from: first)
        }

        /// The first batch that ends after `offset`.
        func index(from offset: Int64) -> Int { batches.lowerBound { $0.header.nextOffset <= offset } }

        /// The batch that holds `offset`; nil where there is none.
        func batch(at offset: Int64) -> MirroredBatch? {
            var low = 0
            var high = batches.count
            // Most questions are about the end.
            if high > 0, batches[high - 1].header.baseOffset <= offset { low = high - 1 }
            while high - low > 1 {
                let middle = (low + high) / 2
                if batches[middle].header.baseOffset <= offset { low = middle } else { high = middle }
            }
            guard low < high, batches[low].header.baseOffset <= offset, offset < batches[low].header.nextOffset else {
                return nil
            }
            return batches[low]
        }

        mutating func cut(to newSize: Int64) {
            while let last = batches.last, last.position + Int64(last.header.sizeInBytes) > newSize {
                batches.removeLast()
            }
            size = batches.last.map { $0.position + Int64($0.header.sizeInBytes) } ?? 0
            hasTail = newSize > size
        }
    }

    enum WriteResult: Hashable {
        case batches(from: Int)
        /// What was written lies after bytes that are no batch.
        case afterGarbage
    }

    /// Who wrote last of each producer, for the order of its sequences.
    struct Producer: Hashable {
        var epoch: Int16
        var lastSequence: Int32
        var base: Int64
    }

    private(set) var segments: [Segment] = []
    /// Segments being written by the cleaner, by the end of their name.
    private var asideSegments: [String: Segment] = [:]
    /// Where the log began and ended when its last segment went by retention.
    private(set) var retiredEnd: Int64?
    /// Some replica's cleaner has rewritten what is before: there batches may lack records, on whoever has copied them.
    var cleanedUpTo: Int64 = 0
    /// What is before is deleted, as leaders have told, though it may still lie here: nobody is promised anything of
    /// it.
    var toldStart: Int64 = 0
    /// The same, as this replica says itself: it keeps to it though an election may have made a lower start the
    /// others'.
    private(set) var ownStart: Int64 = 0
    /// Where it was cut, in a hole that the cleaner had left: its broker goes on from there, not from its last record.
    private var holeEnd: Int64 = 0
    /// Segments that went since the last write, for comparison with what the cleaner puts in their place.
    private var removed: [Segment] = []
    private var producers: [Int64: Producer] = [:]
    /// Who has ever written what this log has held: its broker remembers them when retention takes that, by snapshots.
    private(set) var heldProducers: Set<Int64> = []
    private var producersAreStale = false
    /// Of batches that the cleaner took: who wrote a newer one may be cut off again, and its broker's snapshots know of
    /// these.
    private var taken: [RecordBatchHeader] = []

    var isEmpty: Bool { segments.allSatisfy(\.batches.isEmpty) }
    var start: Int64 { max(toldStart, ownStart, segments.first?.base ?? retiredEnd ?? 0) }
    var end: Int64 { max(holeEnd, segments.last?.end ?? retiredEnd ?? 0) }
    var last: MirroredBatch? { segments.last { !$0.batches.isEmpty }?.batches.last }

    // MARK: Changes

    /// Answers the batches that are new, or nil if the bytes lie after garbage.
    mutating func write(
        _ bytes: ByteBuffer, at offset: Int64, toSegment base: Int64, checksums: Bool = false
    ) -> ArraySlice<MirroredBatch>? {
        let index = position(ofSegment: base)
        if offset < segments[index].size { producersAreStale = true }
        guard case .batches(let first) = segments[index].write(bytes, at: offset, checksums: checksums) else {
            return nil
        }
        retiredEnd = nil
        holeEnd = 0
        if !removed.isEmpty { removed.removeAll() }
        return segments[index].batches[first...]
    }

    mutating func truncate(segment base: Int64, to size: Int64) {
        let index = position(ofSegment: base)
        if size < segments[index].size { producersAreStale = true }
        segments[index].cut(to: size)
        holeEnd = 0
    }

    /// Its broker has cut it there.
    mutating func wasCut(to offset: Int64) {
        ownStart = min(ownStart, offset)
        if offset > end, offset <= cleanedUpTo { holeEnd = offset }
    }

    /// Its broker says that it begins there.
    mutating func noteStart(_ offset: Int64) { ownStart = max(ownStart, offset) }

    /// Its broker died: the next life finds what lies on the disk, and says anew where it begins.
    mutating func lifeEnded() {
        ownStart = 0
        holeEnd = 0
    }

    mutating func remove(segment base: Int64) {
        guard let index = segments.firstIndex(where: { $0.base == base }) else { return }
        let segment = segments.remove(at: index)
        removed.append(segment)
        if segments.isEmpty { retiredEnd = segment.end }
        producersAreStale = true
    }

    /// A segment that was removed, though not durably, may be back after a loss of power without its records, and begin
    /// within the one before: it holds nothing and ends nothing.
    mutating func forgetEmptySegmentsWithin() {
        for index in segments.indices.dropFirst().reversed()
        where segments[index].batches.isEmpty && segments[index].base < segments[index - 1].end {
            segments.remove(at: index)
        }
    }

    /// The whole log is gone.
    mutating func clear() {
        let kept = (cleanedUpTo, toldStart)
        self = LogMirror()
        (cleanedUpTo, toldStart) = kept
    }

    /// The log was emptied, to go on from there.
    mutating func startAnew(at offset: Int64) {
        segments.removeAll()
        holeEnd = 0
        ownStart = 0
        retiredEnd = offset
        producersAreStale = true
        heldProducers.removeAll()
    }

    // MARK: What the cleaner writes aside

    mutating func writeAside(_ bytes: ByteBuffer, at offset: Int64, base: Int64, suffix: String) {
        let key = "\(base)\(suffix)"
        _ = asideSegments[key, default: Segment(base: base)].write(bytes, at: offset, checksums: false)
    }

    mutating func renameAside(base: Int64, from suffix: String, to newSuffix: String) {
        guard let segment = asideSegments.removeValue(forKey: "\(base)\(suffix)") else { return }
        asideSegments["\(base)\(newSuffix)"] = segment
    }

    /// Puts it in the place of those that it was made from, and answers both.
    mutating func putAside(base: Int64, suffix: String) -> (cleaned: Segment, former: [Segment])? {
        guard let segment = asideSegments.removeValue(forKey: "\(base)\(suffix)") else { return nil }
        var former = removed.filter { $0.base >= base && $0.base < max(segment.end, base + 1) }
        removed.removeAll()
        let index = position(ofSegment: base)
        if !segments[index].batches.isEmpty { former.append(segments[index]) }
        segments[index] = segment
        producersAreStale = true
        for batch in former.lazy.flatMap(\.batches)
        where batch.header.hasProducerId && segment.batch(at: batch.base) == nil {
            taken.append(batch.header)
        }
        return (segment, former)
    }

    private mutating func position(ofSegment base: Int64) -> Int {
        if let last = segments.last, last.base == base { return segments.count - 1 }
        let index = segments.firstIndex { $0.base >= base } ?? segments.count
        if index == segments.count || segments[index].base != base {
            segments.insert(Segment(base: base), at: index)
        }
        return index
    }

    // MARK: Reading

    /// The batch that holds `offset`; nil where there is none.
    func batch(at offset: Int64) -> MirroredBatch? {
        guard let segment = segments.indices.last(where: { segments[$0].base <= offset }) else { return nil }
        return segments[segment].batch(at: offset)
    }

    /// The batches that hold offsets from `offset` on, up to `limit`.
    func forEachBatch(
        from offset: Int64, upTo limit: Int64 = .max, _ body: (MirroredBatch) throws(Violation) -> Bool
    ) throws(Violation) {
        for segment in segments where segment.end > offset {
            for index in segment.index(from: offset)..<segment.batches.count {
                if segment.batches[index].base >= limit { return }
                if try !body(segment.batches[index]) { return }
            }
        }
    }

    /// Up to where this log, from where both begin, has the same batches as `other`.
    func agreement(with other: LogMirror) -> Int64 {
        if end == 0 { return 0 }
        let from = max(start, other.start)
        var agreed = min(from, end)
        for segment in segments where segment.end > from {
            for batch in segment.batches where batch.next > from {
                if batch.next <= cleanedUpTo || batch.next <= other.cleanedUpTo {
                    agreed = batch.next
                    continue
                }
                guard let mate = other.batch(at: batch.base), mate.isSame(as: batch) else { return agreed }
                agreed = batch.next
            }
        }
        return max(agreed, min(end, other.end, max(cleanedUpTo, agreed)))
    }

    /// The first offset that another log does not have as this one has it; nil if it has all.
    func firstMissing(in other: LogMirror) -> Int64? {
        for segment in segments {
            for batch in segment.batches where batch.next > other.cleanedUpTo || batch.next > other.end {
                guard other.batch(at: batch.base)?.isSame(as: batch) ?? false else { return batch.base }
            }
        }
        return other.end < end ? other.end : nil
    }

    // MARK: Producers

    /// Notes that this batch, which lies in the log already, is its producer's newest; answers which was before.
    mutating func noteProducer(of header: RecordBatchHeader) -> Producer? {
        guard header.hasProducerId, !header.isControl else { return nil }
        if producersAreStale {
            producersAreStale = false
            producers.removeAll()
            for segment in segments {
                for batch in segment.batches where batch.base < header.baseOffset { set(batch.header) }
            }
            // What is written anew takes the place of what was there.
            let start = start
            taken.removeAll { $0.baseOffset < start || $0.baseOffset >= header.baseOffset }
            for header in taken where producers[header.producerId].map({ $0.base < header.baseOffset }) ?? false {
                set(header)
            }
        }
        let former = producers[header.producerId]
        set(header)
        return former
    }

    private mutating func set(_ header: RecordBatchHeader) {
        guard header.hasProducerId, !header.isControl else { return }
        heldProducers.insert(header.producerId)
        producers[header.producerId] = Producer(
            epoch: header.producerEpoch, lastSequence: header.lastSequence, base: header.baseOffset)
    }
}
