import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage
import NIOCore

/// The replicas' logs, as their brokers write them to their disks.
extension Oracle {
    /// What a path names.
    enum Place {
        case segment(partition: Int, base: Int64)
        /// A segment that the cleaner is writing.
        case aside(partition: Int, base: Int64, suffix: String)
        case metadata(base: Int64)
        /// A snapshot of the metadata before this offset.
        case snapshot(upTo: Int64)
        /// Which topic a folder belongs to.
        case identity(partition: Int)
        /// A partition's folder.
        case folder(partition: Int)
        case other
    }

    mutating func place(_ path: String) -> Place {
        if let known = paths[path] { return known }
        // Many files of a log, its indexes among them, say nothing here.
        let place = path.utf8.contains(UInt8(ascii: "/")) && path.hasSuffix("index") ? .other : parse(path)
        paths[path] = place
        return place
    }

    private mutating func parse(_ path: String) -> Place {
        guard let slash = path.lastSlash else {
            return TopicPartition(directoryName: path).map { .folder(partition: watch($0)) } ?? .other
        }
        guard let id = TopicPartition(directoryName: String(path[..<slash])) else { return .other }
        let name = path.utf8[slash...].dropFirst()
        if id.topic == MetadataLog.topic, let snapshot = MetadataSnapshotID(fileName: String(Substring(name))) {
            return .snapshot(upTo: snapshot.endOffset)
        }
        if Substring(name) == PartitionMetadataFile.name { return .identity(partition: watch(id)) }
        guard let base = Int64(Substring(name.prefix(20))), name.dropFirst(20).starts(with: ".log".utf8) else {
            return .other
        }
        let suffix = String(Substring(name.dropFirst(24)))
        if id.topic == MetadataLog.topic { return suffix.isEmpty ? .metadata(base: base) : .other }
        return suffix.isEmpty
            ? .segment(partition: watch(id), base: base)
            : .aside(partition: watch(id), base: base, suffix: suffix)
    }

    mutating func changed(_ change: DiskChange, on node: BrokerID) throws(Violation) {
        switch change {
        case .wrote(let path, let offset, let bytes): try wrote(bytes, at: offset, place(path), path, on: node)
        case .replaced(let path, let bytes):
            switch place(path) {
            case .identity(let partition): noteIdentity(bytes, on: node, of: partition)
            // Only what is committed is taken into a snapshot.
            case .snapshot(let offset): if node.isController { try metadataTold(offset, by: node, epoch: -1) }
            case .segment, .aside, .metadata, .folder, .other: break
            }
        case .truncated(let path, let size):
            switch place(path) {
            case .segment(let partition, let base):
                let replica = partitions[partition].indexOrNew(of: node)
                if partitions[partition].replicas[replica].damagedFrom != nil {
                    damage(replica, of: partition, .corruption) { $0.truncate(segment: base, to: size) }
                } else {
                    partitions[partition].replicas[replica].log.truncate(segment: base, to: size)
                    shortened(replica, of: partition)
                }
            case .metadata(let base): raft.truncated(segment: base, to: size, on: node)
            case .aside, .identity, .snapshot, .folder, .other: break
            }
        case .renamed(let from, let to): try renamed(from, to, on: node)
        case .removed(let path): try gone(place(path), on: node)
        case .flushed(let path):
            if case .metadata = place(path) { raft.isDurable(node) }
        }
    }

    private mutating func wrote(
        _ bytes: ByteBuffer, at offset: Int64, _ place: Place, _ path: String, on node: BrokerID
    ) throws(Violation) {
        switch place {
        case .segment(let partition, let base):
            let replica = partitions[partition].indexOrNew(of: node)
            if partitions[partition].replicas[replica].isForeign { return }
            guard
                let batches = partitions[partition].replicas[replica].log.write(bytes, at: offset, toSegment: base)
            else {
                if partitions[partition].replicas[replica].damagedFrom != nil { return }
                throw Violation(
                    "a log goes on after bytes that are no batch",
                    "\(path) of \(node): a write at byte \(offset), after \(partitions[partition].replicas[replica].log.end)"
                        + " is the end of what can be read")
            }
            try appended(batches, to: replica, of: partition)
        case .aside(let partition, let base, let suffix):
            let replica = partitions[partition].indexOrNew(of: node)
            if partitions[partition].replicas[replica].isForeign { return }
            partitions[partition].replicas[replica].log.writeAside(bytes, at: offset, base: base, suffix: suffix)
        case .metadata(let base): try raft.wrote(bytes, at: offset, segment: base, on: node)
        case .identity, .snapshot, .folder, .other: break
        }
    }

    private mutating func renamed(_ from: String, _ to: String, on node: BrokerID) throws(Violation) {
        switch (place(from), place(to)) {
        case (.aside(let partition, let base, let suffix), .segment):
            guard let replica = partitions[partition].index(of: node) else { return }
            try cleaned(replica, of: partition, base: base, suffix: suffix)
        case (.aside(let partition, let base, let suffix), .aside(_, _, let newSuffix)):
            guard let replica = partitions[partition].index(of: node) else { return }
            partitions[partition].replicas[replica].log.renameAside(base: base, from: suffix, to: newSuffix)
        case (let former, _): try gone(former, on: node)
        }
    }

    private mutating func gone(_ place: Place, on node: BrokerID) throws(Violation) {
        switch place {
        case .segment(let partition, let base):
            guard let replica = partitions[partition].index(of: node) else { return }
            counts.add(.retiredSegments)
            if partitions[partition].replicas[replica].damagedFrom != nil {
                damage(replica, of: partition, .corruption) { $0.remove(segment: base) }
            } else {
                try checkRetired(base: base, replica, of: partition)
                partitions[partition].replicas[replica].log.remove(segment: base)
                // The cleaner takes segments away before it puts another in their place.
                unsettled.append((replica, partition))
            }
        case .folder(let partition):
            guard let replica = partitions[partition].index(of: node) else { return }
            partitions[partition].replicas[replica].log.clear()
            partitions[partition].replicas[replica].damagedFrom = nil
            // It is a replica no longer, which its leader may hear later: until then it counts on what was there.
            shortened(replica, of: partition, byDamage: true)
        case .metadata(let base): raft.removed(segment: base, on: node)
        case .aside, .identity, .snapshot, .other: break
        }
    }

    /// Segments that went and were not replaced.
    mutating func settleRemovals() {
        let waiting = unsettled
        unsettled.removeAll()
        for (replica, partition) in waiting { shortened(replica, of: partition) }
    }

    /// A folder says which topic it belongs to: one that was deleted may have had the same name.
    @discardableResult
    mutating func noteIdentity(_ bytes: ByteBuffer, on node: BrokerID, of partition: Int) -> Bool {
        guard let id = PartitionMetadataFile.topicID(in: String(buffer: bytes)) else { return false }
        let replica = partitions[partition].indexOrNew(of: node)
        partitions[partition].replicas[replica].isForeign = id != metadata.id(of: partitions[partition].id.topic)
        return true
    }
}
