import KafkaProtocol
import KafkaStorage
import NIOCore

extension MetadataLog {
    /// Keeps a snapshot, durably and whole or not at all.
    mutating func store(_ bytes: ByteBuffer, as id: MetadataSnapshotID) throws(MetadataLogError) {
        do {
            try disk.replace("\(directory)/\(id.fileName)", with: bytes, durably: true)
        } catch {
            throw MetadataLogError("\(error)")
        }
        if !snapshots.contains(id) {
            snapshots.append(id)
            snapshots.sort()
        }
    }

    /// Older snapshots go: the log begins where this one ends.
    mutating func dropSnapshots(before id: MetadataSnapshotID) throws(MetadataLogError) {
        do {
            while let first = snapshots.first, first < id {
                try disk.remove("\(directory)/\(first.fileName)")
                snapshots.removeFirst()
            }
        } catch {
            throw MetadataLogError("\(error)")
        }
    }

    /// The bytes of a snapshot that is kept here; nil for any other.
    func snapshot(_ id: MetadataSnapshotID) throws(MetadataLogError) -> ByteBuffer? {
        guard snapshots.contains(id) else { return nil }
        do {
            return try disk.contents(of: "\(directory)/\(id.fileName)")
        } catch {
            throw MetadataLogError("\(error)")
        }
    }

    /// The snapshot that whoever fetches from here must begin with: its log ends before ours begins, or parts from it there.
    func snapshotNeeded(from offset: Int64, lastEpoch: Int32) -> MetadataSnapshotID? {
        guard let first = snapshots.first(where: { $0.endOffset >= startOffset }), startOffset > 0,
            let newest = snapshots.last
        else { return nil }
        if offset < startOffset { return newest }
        return lastEpoch < first.epoch || offset == startOffset && lastEpoch != first.epoch ? newest : nil
    }
}
