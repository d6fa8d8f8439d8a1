import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage
import NIOCore

/// How nodes' lives begin and end, and what their disks lose behind their backs.
extension Oracle {
    mutating func ended(_ node: BrokerID, powerLost: Bool, wiped: Bool) {
        for key in exchanges.keys where key.to == node || key.from == .node(node) { exchanges[key] = nil }
        groups.ended(node)
        for partition in partitions.indices {
            for index in partitions[partition].leaderships.indices
            where partitions[partition].leaderships[index].leader == node {
                partitions[partition].leaderships[index].isActive = false
                partitions[partition].leaderships[index].isOfFormerLife = true
            }
            guard let replica = partitions[partition].index(of: node) else { continue }
            partitions[partition].replicas[replica].log.lifeEnded()
            guard wiped else { continue }
            damage(replica, of: partition, .wipe) { $0.clear() }
        }
        if wiped { raft.wiped(node) }
    }

    /// What a disk holds after a loss of power: all segments.
    mutating func found(_ files: [DiskFile], on node: BrokerID) {
        var former: [(partition: Int, replica: Int, log: LogMirror)] = []
        for partition in partitions.indices {
            guard let replica = partitions[partition].index(of: node) else { continue }
            former.append((partition, replica, partitions[partition].replicas[replica].log))
            partitions[partition].replicas[replica].log.clear()
        }
        raft.forgetLog(of: node)
        var owned: Set<Int> = []
        for file in files {
            guard case .identity(let partition) = place(file.path) else { continue }
            if noteIdentity(file.bytes, on: node, of: partition) { owned.insert(partition) }
        }
        for file in files {
            switch place(file.path) {
            case .segment(let partition, let base):
                let replica = partitions[partition].indexOrNew(of: node)
                // Records in a folder of which nobody knows whose it is will be thrown away.
                if partitions[partition].replicas[replica].isForeign || !owned.contains(partition) { continue }
                _ = partitions[partition].replicas[replica].log.write(
                    file.bytes, at: 0, toSegment: base,
                    checksums: partitions[partition].replicas[replica].damagedFrom == nil)
            case .aside(let partition, let base, let suffix):
                let replica = partitions[partition].indexOrNew(of: node)
                partitions[partition].replicas[replica].log.writeAside(file.bytes, at: 0, base: base, suffix: suffix)
            case .metadata(let base): raft.found(file.bytes, segment: base, on: node)
            case .identity, .snapshot, .folder, .other: break
            }
        }
        raft.isDurable(node)
        forgetful[node] = metadata.brokerEpochs[node] ?? -1
        for (partition, replica, log) in former {
            partitions[partition].replicas[replica].log.forgetEmptySegmentsWithin()
            let left = partitions[partition].replicas[replica].log
            let damage = log.firstMissing(in: left).map {
                PartitionWatch.Damage(offsets: $0..<log.end, kind: .powerLoss)
            }
            if let damage { partitions[partition].replicas[replica].damages.append(damage) }
            shortened(replica, of: partition, byDamage: true)
            // What was removed, but not durably, is back, perhaps in the place of what was written since.
            if left.end > damage?.offsets.lowerBound ?? log.end { agreeAnew(replica, of: partition, byDamage: true) }
        }
    }

    mutating func damage(
        _ replica: Int, of partition: Int, _ kind: NamedLoss.LogDamage, _ change: (inout LogMirror) -> Void
    ) {
        let end = partitions[partition].replicas[replica].log.end
        let broker = partitions[partition].replicas[replica].broker
        forgetful[broker] = metadata.brokerEpochs[broker] ?? -1
        change(&partitions[partition].replicas[replica].log)
        let left = partitions[partition].replicas[replica].log.end
        if left < end {
            partitions[partition].replicas[replica].damages.append(.init(offsets: left..<end, kind: kind))
        }
        if let from = partitions[partition].replicas[replica].damagedFrom, left <= from || kind == .wipe {
            partitions[partition].replicas[replica].damagedFrom = nil
        }
        shortened(replica, of: partition, byDamage: true)
    }

    /// A bit of a batch was flipped. From there on this replica is damaged, until it is cut there.
    mutating func flipped(_ path: String, at offset: Int64, on node: BrokerID) {
        guard case .segment(let partition, let base) = place(path), let replica = partitions[partition].index(of: node),
            let segment = partitions[partition].replicas[replica].log.segments.first(where: { $0.base == base })
        else { return }
        hasFlips = true
        let from = segment.batches.last { $0.position <= offset }?.base ?? base
        let known = partitions[partition].replicas[replica].damagedFrom
        partitions[partition].replicas[replica].damagedFrom = min(known ?? from, from)
    }

    // MARK: What replicas have in common with their leaders

    mutating func cut(
        _ id: TopicPartition, on node: BrokerID, from former: Int64, to offset: Int64
    ) {
        guard let partition = partitionIndices[id], let replica = partitions[partition].index(of: node),
            !partitions[partition].replicas[replica].isForeign
        else { return }
        if offset > former || partitions[partition].replicas[replica].log.isEmpty {
            return startAnew(replica, of: partition, at: offset)
        }
        let end = partitions[partition].replicas[replica].log.end
        partitions[partition].replicas[replica].log.wasCut(to: offset)
        if partitions[partition].replicas[replica].log.end != end { agreeAnew(replica, of: partition) }
    }

    /// A log without records, or one that is emptied, goes on from there.
    mutating func startAnew(_ replica: Int, of partition: Int, at offset: Int64) {
        partitions[partition].replicas[replica].log.startAnew(at: offset)
        agreeAnew(replica, of: partition)
    }

    /// A log holds other records than those that were written to it last: those of the leaders among them count.
    mutating func agreeAnew(_ replica: Int, of partition: Int, byDamage: Bool = false) {
        let log = partitions[partition].replicas[replica].log
        let broker = partitions[partition].replicas[replica].broker
        for index in partitions[partition].leaderships.indices where partitions[partition].leaderships[index].isActive {
            guard let leader = partitions[partition].log(of: partitions[partition].leaderships[index].leader) else {
                continue
            }
            let former = partitions[partition].leaderships[index].agreed[broker] ?? 0
            let agreed = log.agreement(with: leader)
            partitions[partition].leaderships[index].agree(broker, upTo: agreed)
            if byDamage, agreed < former { partitions[partition].leaderships[index].remember(broker, upTo: former) }
        }
    }
}
