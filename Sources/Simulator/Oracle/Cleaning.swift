import KafkaBroker
import KafkaProtocol
import NIOCore

/// What the cleaner and retention may take.
///
/// The cleaner keeps records where they were and as they were, and of each key the last one; what it takes has a later record of
/// its key behind it, or is a tombstone. Retention takes committed records only.
extension Oracle {
    mutating func cleaned(_ replica: Int, of partition: Int, base: Int64, suffix: String) throws(Violation) {
        guard
            let (segment, former) = partitions[partition].replicas[replica].log.putAside(base: base, suffix: suffix)
        else { return }
        counts.add(.cleanedSegments)
        let end = former.map(\.end).max() ?? segment.end
        partitions[partition].noteCleaned(upTo: max(end, segment.end))
        let broker = partitions[partition].replicas[replica].broker
        if former.isEmpty || partitions[partition].replicas[replica].damagedFrom != nil { return }
        let place = "\(partitions[partition].id) on \(broker), segment \(base)"
        let old = former.flatMap { Self.records(of: $0.batches[...]) }
        // Where in the list the record of an offset stands.
        var before: [Int64: Int] = [:]
        before.reserveCapacity(old.count)
        for index in old.indices { before[old[index].offset] = index }
        var kept: Set<Int64> = []
        for record in Self.records(of: segment.batches[...]) {
            kept.insert(record.offset)
            guard let index = before[record.offset], old[index].key == record.key, old[index].value == record.value,
                old[index].timestamp == record.timestamp
            else { throw Violation("the cleaner changed a record", "\(place), offset \(record.offset)") }
        }
        let gone = old.filter { !kept.contains($0.offset) }
        try checkTombstones(gone, old.filter { kept.contains($0.offset) }, replica, of: partition, before: base, place)
        let taken = gone.filter { $0.value != nil }
        if taken.isEmpty { return }
        counts.add(.compactedRecords, taken.count)
        var last: [ByteBuffer: Int64] = [:]
        func note(_ record: Record) {
            if let key = record.key, record.offset > last[key] ?? -1 { last[key] = record.offset }
        }
        for record in old { note(record) }
        for later in partitions[partition].replicas[replica].log.segments where later.end > base {
            for record in Self.records(of: later.batches[...]) { note(record) }
        }
        for record in taken {
            guard let key = record.key, let newest = last[key], newest > record.offset else {
                throw Violation(
                    "the cleaner took the last record of a key",
                    "\(place), offset \(record.offset), key \(record.key.map { String(buffer: $0) } ?? "none")")
            }
            partitions[partition].successors[key] = max(newest, partitions[partition].successors[key] ?? -1)
        }
    }

    /// Where a tombstone goes, what it deletes is gone already, or it would come back. What lies before the log start is
    /// deleted as it is: the cleaner compares none of it any more, and either may outlast the other there.
    private mutating func checkTombstones(
        _ gone: [Record], _ kept: [Record], _ replica: Int, of partition: Int, before base: Int64, _ place: String
    ) throws(Violation) {
        var tombstones: [ByteBuffer: Int64] = [:]
        for record in gone where record.value == nil {
            if let key = record.key { tombstones[key] = record.offset }
        }
        if tombstones.isEmpty { return }
        partitions[partition].takenTombstones.merge(tombstones) { max($0, $1) }
        let start = partitions[partition].toldStart
        func check(_ records: [Record]) throws(Violation) {
            for record in records where record.value != nil && record.offset >= start {
                guard let key = record.key, let offset = tombstones[key], record.offset < offset else { continue }
                throw Violation(
                    "the cleaner took a tombstone before what it deletes",
                    "\(place), offset \(offset), key \(String(buffer: key)), which still lies at offset \(record.offset)"
                )
            }
        }
        try check(kept)
        for segment in partitions[partition].replicas[replica].log.segments where segment.base < base {
            try check(Self.records(of: segment.batches[...]))
        }
    }

    /// A leader that goes on has removed its oldest segment.
    func checkRetired(base: Int64, _ replica: Int, of partition: Int) throws(Violation) {
        let watch = partitions[partition]
        guard let index = watch.leadership(by: watch.replicas[replica].broker), !watch.isCompacted,
            watch.replicas[replica].damagedFrom == nil,
            let segment = watch.replicas[replica].log.segments.first, segment.base == base,
            index == watch.leaderships.count - 1,
            // What it knows to be committed it may not have told yet.
            segment.end > max(watch.committedEnd, watch.leaderships[index].held), !segment.batches.isEmpty
        else { return }
        throw Violation(
            "retention took what is not committed",
            "\(watch.id): its leader \(watch.replicas[replica].broker) removes the segment with offsets \(base)-"
                + "\(segment.end - 1), committed is what is before \(watch.committedEnd), held by all of the ISR what is before "
                + "\(watch.leaderships[index].held)")
    }

    static func records(of batches: ArraySlice<MirroredBatch>) -> [Record] {
        var all: [Record] = []
        for batch in batches where !batch.header.isControl {
            guard let records = try? batch.batch.records() else { continue }
            all.append(contentsOf: records)
        }
        return all
    }
}
