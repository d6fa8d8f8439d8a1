import KafkaProtocol
import NIOCore

/// One partition: the mirrors of its replicas' logs, its leaderships, and what is committed.
struct PartitionWatch: Sendable {
    /// One replica's log, through all lives of its broker.
    struct Replica: Sendable {
        let broker: BrokerID
        var log = LogMirror()
        /// What its disk has lost behind its broker's back, until it has that again.
        var damages: [Damage] = []
        /// Its folder is one of a topic that is deleted: nothing in it counts.
        var isForeign = false
        /// A byte was flipped in the batch at this offset: what its broker serves from there on may be damaged.
        var damagedFrom: Int64?
    }

    struct Damage: Hashable, Sendable {
        var offsets: Range<Int64>
        var kind: NamedLoss.LogDamage
    }

    let id: TopicPartition
    var replicas: [Replica] = []
    /// Oldest first. Empty while no topic of this name exists.
    var leaderships: [Leadership] = []
    /// What is committed, with all that was since the topic was created, save what was lost by name.
    var chain: [MirroredBatch] = []
    /// Where the chain ends; before its first batch, where it is to begin.
    var committedEnd: Int64 = 0
    /// Records that were committed once and are lost by name.
    var lost: [MirroredBatch] = []
    var losses: [NamedLoss] = []
    /// The newest tombstone of each key that a cleaner has taken: it may have done so before anybody told the oracle that
    /// the tombstone was committed.
    var takenTombstones: [ByteBuffer: Int64] = [:]
    /// Of each key the newest record for which a cleaner has taken an older one.
    var successors: [ByteBuffer: Int64] = [:]
    var minInsyncReplicas = 1
    /// Producer ids of which a leader's log had nothing when it took a batch that was not their first.
    var metMidway: Set<Int64> = []
    /// Producers of which some leader has taken a batch.
    var seenProducers: Set<Int64> = []
    /// By name, those of them of which a later leader's log never had one when it did.
    var metAnew: Set<String> = []
    /// The topic's cleanup policy names compaction: batches may lose records on one replica before another.
    var isCompacted = false
    /// How many topics of this name are gone.
    private(set) var former = 0
    /// How far any replica's log was cleaned.
    private(set) var cleanedUpTo: Int64 = 0
    private(set) var toldStart: Int64 = 0

    init(_ id: TopicPartition) { self.id = id }

    // By index here and below: a closure that is handed a replica or a leadership copies all that it holds. Inlined, since
    // to call a method of one partition among many copies all that it holds, too.
    @inline(__always)
    func index(of broker: BrokerID) -> Int? { replicas.indices.first { replicas[$0].broker == broker } }

    mutating func indexOrNew(of broker: BrokerID) -> Int {
        if let index = index(of: broker) { return index }
        replicas.append(Replica(broker: broker))
        replicas[replicas.count - 1].log.cleanedUpTo = cleanedUpTo
        replicas[replicas.count - 1].log.toldStart = toldStart
        return replicas.count - 1
    }

    func log(of broker: BrokerID) -> LogMirror? { index(of: broker).map { replicas[$0].log } }

    /// The newest leadership in which this broker may serve.
    @inline(__always)
    func leadership(by broker: BrokerID) -> Int? {
        leaderships.indices.last { leaderships[$0].isActive && leaderships[$0].leader == broker }
    }

    @inline(__always)
    func leadership(epoch: Int32) -> Int? { leaderships.indices.last { leaderships[$0].epoch == epoch } }
    /// The newest that has begun.
    var newestBegun: Int? { leaderships.indices.last { leaderships[$0].hasBegun } }

    /// Its broker still serves a topic of this name that is deleted, of which it has not heard.
    @inline(__always)
    func isForeign(_ broker: BrokerID) -> Bool { index(of: broker).map { replicas[$0].isForeign } ?? false }

    /// The topic is gone; one of the same name is another. Brokers hear of it later.
    mutating func forgetTopic() {
        former += 1
        cleanedUpTo = 0
        toldStart = 0
        for index in replicas.indices {
            replicas[index].log = LogMirror()
            replicas[index].damagedFrom = nil
            replicas[index].damages.removeAll()
            replicas[index].isForeign = true
        }
        leaderships.removeAll()
        metMidway.removeAll()
        seenProducers.removeAll()
        metAnew.removeAll()
        chain.removeAll()
        lost.removeAll()
        losses.removeAll()
        takenTombstones.removeAll()
        successors.removeAll()
        committedEnd = 0
    }

    mutating func noteCleaned(upTo offset: Int64) {
        guard offset > cleanedUpTo else { return }
        cleanedUpTo = offset
        for index in replicas.indices { replicas[index].log.cleanedUpTo = offset }
    }

    /// A leader tells where its log begins: retention, or somebody's DeleteRecords, took what is before.
    mutating func noteStart(_ offset: Int64) {
        if offset > toldStart { setStart(offset) }
    }

    mutating func setStart(_ offset: Int64) {
        toldStart = offset
        for index in replicas.indices { replicas[index].log.toldStart = offset }
    }

    @inline(__always)
    func isDamaged(_ broker: BrokerID, from offset: Int64) -> Bool {
        guard let index = index(of: broker), let from = replicas[index].damagedFrom else { return false }
        return offset >= from
    }

    mutating func reckon(_ index: Int) { leaderships[index].reckon() }

    /// A topic of two replicas that asks for three in-sync ones is content with two.
    var replicationFactor = 1
    var effectiveMinISR: Int { min(minInsyncReplicas, replicationFactor) }

    /// The metadata log says so at this offset; leaders hear of it later.
    mutating func noteMinISR(at metadataOffset: Int64) {
        for index in leaderships.indices where leaderships[index].minISRs.last?.value != effectiveMinISR {
            leaderships[index].minISRs.append(.init(value: effectiveMinISR, metadataOffset: metadataOffset))
            // What a smaller ISR has held is held by enough now.
            if leaderships[index].isActive { reckon(index) }
        }
    }

    /// The first committed batch at or after `offset`.
    func chainIndex(from offset: Int64) -> Int { chain.lowerBound { $0.next <= offset } }
}
