import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage
import NIOCore

/// Watches a cluster from outside and computes by itself what is committed; throws as soon as a promise of Kafka's does not hold.
///
/// A pure value beside the brokers: it mirrors their logs from what is written to their disks (`LogMirror`), reads ISRs and
/// leaders from the metadata log that controllers serve (`MetadataMirror`), and compares with both what brokers answer. Where
/// Kafka promises nothing (acks=1, records that were never committed, old leaders that have not heard yet), it keeps silent;
/// where a promise may end (unclean elections, a sole in-sync replica that lost its disk), it names the loss.
///
/// | file            | promises                                                                                   |
/// |-----------------|--------------------------------------------------------------------------------------------|
/// | Commitment      | what is told as committed was held by all of the maximal ISR; followers' logs match          |
/// | LossRule        | what is committed is lost only by name                                                     |
/// | Serving         | the high watermark never goes back; consumers get committed records; old epochs are fenced |
/// | Sequences       | no repeat, gap or reordering per producer id and epoch                                     |
/// | Groups          | commits are replicated, never forgotten, and refused from old generations                  |
/// | RaftPromises    | one leader an epoch, one vote an epoch, committed metadata never changes                   |
/// | Elections       | leaders come from the ISR; the ISR grows only by who has everything                        |
/// | Convergence     | at the end all replicas are in sync and alike, and everything acknowledged is there        |
package struct Oracle: Sendable {
    package internal(set) var counts = OracleCounts()
    package internal(set) var losses: [NamedLoss] = []

    var now = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)
    var partitions: [PartitionWatch] = []
    var partitionIndices: [TopicPartition: Int] = [:]
    var metadata: MetadataMirror
    var raft: RaftWatch
    var groups = GroupWatch()
    var clients = ClientLedger()
    var exchanges: [ExchangeKey: Exchange] = [:]
    private var paths: [String: Place] = [:]
    /// Bytes were flipped on some disk: what is copied is looked at more closely.
    var hasFlips = false
    /// Nodes whose disks have lost something, and the broker epoch in which they had it still.
    var forgetful: [BrokerID: Int64] = [:]
    /// Nodes that have begun a life.
    private var started: [BrokerID] = []
    private var unsettled: [(replica: Int, partition: Int)] = []
    /// Elections outside the ISR that an administrator has asked for, and until when that may take effect.
    var uncleanWishes: [TopicPartition: Instant] = [:]
    var anyUncleanWish: Instant?

    package init(configuration: StaticConfiguration, controllers: [BrokerID]) {
        metadata = MetadataMirror(configuration: configuration)
        raft = RaftWatch(controllers: controllers)
    }

    package mutating func observe(_ observation: Observation, now: Instant) throws(Violation) {
        self.now = now
        if !unsettled.isEmpty, observation.mayFollowRemoval == false { settleRemovals() }
        switch observation {
        case .started(let id):
            // The first start of a node is no restart.
            if started.contains(id) { counts.add(fault: "restart") } else { started.append(id) }
        case .ended(let node, let powerLost, let wiped): ended(node, powerLost: powerLost, wiped: wiped)
        case .holds(let node, let files): found(files, on: node)
        case .fault(let fault): noteFault(fault)
        case .disk(let node, let change): try changed(change, on: node)
        case .flipped(let node, let path, let offset): flipped(path, at: offset, on: node)
        case .late: counts.add(.lateRequests)
        case .request(let from, let to, let frame): try asked(from, to, frame)
        case .response(let from, let to, let frame): try answered(by: from, to: to, frame)
        case .refused(let error): counts.add(error)
        // It works without the brokers' word.
        case .answered, .stepped, .promised, .told: break
        case .event(let event): try noteEvent(event)
        case .client(let note): try clientNoted(note)
        }
    }

    mutating func watch(_ id: TopicPartition) -> Int {
        if let index = partitionIndices[id] { return index }
        partitions.append(PartitionWatch(id))
        partitionIndices[id] = partitions.count - 1
        return partitions.count - 1
    }

    /// A bit of a batch was flipped. From there on this replica is damaged, until it is cut there.
    private mutating func flipped(_ path: String, at offset: Int64, on node: BrokerID) {
        guard case .segment(let partition, let base) = place(path), let replica = partitions[partition].index(of: node),
            let segment = partitions[partition].replicas[replica].log.segments.first(where: { $0.base == base })
        else { return }
        hasFlips = true
        let from = segment.batches.last { $0.position <= offset }?.base ?? base
        let known = partitions[partition].replicas[replica].damagedFrom
        partitions[partition].replicas[replica].damagedFrom = min(known ?? from, from)
    }

    // MARK: Lives

    private mutating func ended(_ node: BrokerID, powerLost: Bool, wiped: Bool) {
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
    private mutating func found(_ files: [DiskFile], on node: BrokerID) {
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

    private mutating func damage(
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

    private mutating func noteFault(_ fault: Fault) {
        switch fault {
        // A restart is counted when a node starts again, not when it is asked for.
        case .heal, .restart: return
        default: break
        }
        counts.add(fault: Self.kind(of: fault))
    }

    private static func kind(of fault: Fault) -> String {
        switch fault {
        case .kill: "kill"
        case .powerLoss: "power loss"
        case .freeze: "freeze"
        case .thaw: "thaw"
        case .restart: "restart"
        case .stop: "stop"
        case .wipe: "wipe"
        case .link(let link): "link \(word(link.effect))"
        case .request(let request): "request \(word(request.outcome))"
        case .disk(let disk): "disk \(word(disk.effect))"
        case .clockSkew: "clock skew"
        case .heal: "heal"
        case .healAll: "heal all"
        }
    }

    /// The name of an enum's case without its values.
    private static func word<Value>(_ value: Value) -> String {
        let text = "\(value)"
        return String(text.prefix { $0 != "(" })
    }

    private mutating func noteEvent(_ event: BrokerEvent) throws(Violation) {
        switch event.kind {
        case .leadershipBegan(let id, let epoch, let start):
            guard let partition = partitionIndices[id], !partitions[partition].isForeign(event.node),
                let index = partitions[partition].leadership(epoch: epoch),
                partitions[partition].leaderships[index].leader == event.node,
                !partitions[partition].leaderships[index].hasBegun
            else { return }
            try begin(index, of: partition, at: start)
        case .logTruncated(let id, let from, let to):
            counts.add(.truncations)
            // What its leader has retired a follower skips, and it may have to begin earlier than it did; a log without
            // records is seen on no disk, nor is an end without a record before it.
            cut(id, on: event.node, from: from, to: to)
        case .logRecovered(_, _, let bytesCut): if bytesCut > 0 { counts.add(.recoveredLogs) }
        default: break
        }
    }

    private mutating func cut(
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
    private mutating func agreeAnew(_ replica: Int, of partition: Int, byDamage: Bool = false) {
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

    // MARK: Disks

    /// What a path names.
    private enum Place {
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

    private mutating func place(_ path: String) -> Place {
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

    private mutating func changed(_ change: DiskChange, on node: BrokerID) throws(Violation) {
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
            shortened(replica, of: partition)
        case .metadata(let base): raft.removed(segment: base, on: node)
        case .aside, .identity, .snapshot, .other: break
        }
    }

    /// Segments that went and were not replaced.
    private mutating func settleRemovals() {
        let waiting = unsettled
        unsettled.removeAll()
        for (replica, partition) in waiting { shortened(replica, of: partition) }
    }

    /// A folder says which topic it belongs to: one that was deleted may have had the same name.
    @discardableResult
    private mutating func noteIdentity(_ bytes: ByteBuffer, on node: BrokerID, of partition: Int) -> Bool {
        guard let id = PartitionMetadataFile.topicID(in: String(buffer: bytes)) else { return false }
        let replica = partitions[partition].indexOrNew(of: node)
        partitions[partition].replicas[replica].isForeign = id != metadata.id(of: partitions[partition].id.topic)
        return true
    }
}

extension Observation {
    /// It may come between the removal of segments and the arrival of the one that is made from them.
    fileprivate var mayFollowRemoval: Bool {
        guard case .disk(_, let change) = self else { return false }
        switch change {
        case .renamed, .removed, .flushed, .replaced: return true
        case .wrote, .truncated: return false
        }
    }
}
